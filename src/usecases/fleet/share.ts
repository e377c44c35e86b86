/** Shares the machine among the packages of a run: how many are made at once, and what each may take. */
import { availableParallelism, totalmem } from 'node:os';
import { packageMemoryBytes } from '../../model/limits/fleet.js';
import type { MakingOptions } from './options.js';

/** How many packages at once, and the options of each. */
export interface MachineShare {
  readonly atOnce: number;
  readonly each: MakingOptions;
}

/**
 * As many packages at once as there are threads, packages, and room: half of the machine's memory where nothing is promised. Each gets its part of
 * threads and memory.
 */
export function shareMachine(making: MakingOptions, packages: number, memory = machineMemory()): MachineShare {
  const threads = Math.max(1, making.jobs ?? availableParallelism());
  const room = Math.floor((making.memory ?? memory / 2) / packageMemoryBytes);
  const atOnce = Math.max(1, Math.min(threads, packages, room));
  return {
    atOnce,
    each: {
      ...making,
      jobs: Math.floor(threads / atOnce),
      memory: making.memory === undefined ? undefined : Math.floor(making.memory / atOnce),
    },
  };
}

/** Bytes that this process may have: of the machine, or of the container around it. */
function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * Runs `act` for each item, so many at once, in order. Waits for all that have begun, also where one fails: then nothing new begins, and the first
 * failure is thrown.
 */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  let failed: { readonly reason: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined && failed === undefined; item = left.shift()) {
      try {
        await act(item);
      } catch (reason) {
        failed ??= { reason };
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failed !== undefined) throw failed.reason;
}
