import { type Fault, InputError } from '../model/errors.js';
import { compareBytes } from '../model/path.js';

/** With so many faults found, looking for more helps nobody. */
const enoughFaults = 20;

function byEntry(a: Fault, b: Fault): number {
  return compareBytes(a.place?.entry ?? '', b.place?.entry ?? '');
}

/**
 * Runs `work` over the items with at most `width` under way, starting them in order. Faults of the input are gathered
 * (twenty are enough) and thrown as one InputError, sorted by entry; any other failure or an abort stops the starting
 * of new items and is thrown. Either way nothing is under way any more when the promise settles.
 */
export async function concurrently<T>(
  items: Iterable<T>,
  width: number,
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const faults: Fault[] = [];
  const goesOn = (): boolean => failures.length === 0 && faults.length < enoughFaults;
  const lane = async (): Promise<void> => {
    for (let next = rest.next(); !next.done; next = rest.next()) {
      try {
        signal?.throwIfAborted();
        await work(next.value);
      } catch (error) {
        if (error instanceof InputError) for (const fault of error.faults) faults.push(fault);
        else failures.push(error);
      }
      if (!goesOn()) return;
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  if (failures.length > 0) throw failures[0];
  if (faults.length > 0) throw new InputError(faults.sort(byEntry));
}

/**
 * Runs two jobs side by side, each with a signal that also tells it to stop when the other has failed. Settles when both
 * have; throws the failure that came first.
 */
export async function bothOrNeither<A, B>(
  outer: AbortSignal | undefined,
  first: (signal: AbortSignal) => Promise<A>,
  second: (signal: AbortSignal) => Promise<B>,
): Promise<readonly [A, B]> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  const orStop = (error: unknown): never => {
    stop.abort(error);
    throw error;
  };
  const [a, b] = await Promise.allSettled([first(signal).catch(orStop), second(signal).catch(orStop)]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  throw stop.signal.reason;
}
