/** How long things take on a module, and how much faster they are here. */
import { setTimeout } from 'node:timers/promises';

/** Seconds that a module takes, as they were observed. */
export const durations = {
  /** From accepting a package to leaving the bus. */
  leaving: 3,
  /** Off the bus, on the way to recovery or back. */
  away: 20,
  /** From entering recovery to START. */
  beforeStart: 4,
  /** Between two reports of an update. */
  report: 0.5,
  /** From being back to RDY. */
  ready: 2,
} as const;

/** Waits for so many seconds of the module; throws the signal's reason. */
export type Pace = (seconds: number) => Promise<void>;

/** Waits until the signal, and throws its reason. */
export async function never(signal: AbortSignal): Promise<never> {
  // A timer of the longest time that there is: longer ones fire at once.
  for (;;) await setTimeout(2 ** 31 - 1, undefined, { signal });
}

/** A pace that is so many times faster than a module. */
export function paceOf(speed: number, signal: AbortSignal): Pace {
  return async (seconds) => {
    await setTimeout((seconds * 1000) / speed, undefined, { signal });
  };
}
