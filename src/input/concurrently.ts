/**
 * Runs `work` over the items with at most `width` under way, starting them in order. Stops starting new ones at the
 * first failure or abort, waits for those under way, then rejects with the first failure: nothing runs on afterwards.
 */
export async function concurrently<T>(
  items: Iterable<T>,
  width: number,
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let next = rest.next(); !next.done && failures.length === 0; next = rest.next()) {
      try {
        signal?.throwIfAborted();
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  if (failures.length > 0) throw failures[0];
}
