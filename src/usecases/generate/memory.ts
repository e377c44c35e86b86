/** Shares out the memory that a run may take: what is promised holds for the whole process. */
import { availableParallelism } from 'node:os';
import { type EncodeTask, memoryWith } from '../../encode/pool/patch-pool.js';
import type { PatchMaker } from '../../model/patch-maker.js';
import { holdMemory, processBytes, threadBytes } from '../process-memory.js';

/** How much encoding may take at once, and in how many threads. */
export interface MemoryShare {
  readonly workers: number | undefined;
  readonly budget: number | undefined;
}

/**
 * The share of encoding when the whole process may take `memory` bytes; the default's where nothing is promised. Fewer threads
 * run when memory is short. Throws UsageError when a file takes more than is left with one thread; whether the cache has its
 * patch already does not matter, so that a run that was possible stays possible.
 */
export function shareMemory(
  memory: number | undefined,
  jobs: number | undefined,
  tasks: readonly EncodeTask[],
  paths: number,
  maker?: PatchMaker | undefined,
): MemoryShare {
  if (memory === undefined) return { workers: jobs, budget: undefined };
  const process = processBytes(paths);
  let largest = { label: '', bytes: 0 };
  for (const task of tasks) {
    const bytes = memoryWith(task, maker);
    if (bytes > largest.bytes) largest = { label: task.label, bytes };
  }
  holdMemory(memory, process + threadBytes + largest.bytes, largest);
  const most = Math.max(1, jobs ?? availableParallelism());
  const workers = Math.min(most, Math.floor((memory - process - largest.bytes) / threadBytes));
  return { workers, budget: memory - process - workers * threadBytes };
}
