/** Shares out the memory that a run may take: what is promised holds for the whole process. */
import { availableParallelism } from 'node:os';
import { type EncodeTask, memoryWith } from '../../encode/pool/patch-pool.js';
import { UsageError } from '../../model/errors.js';
import type { PatchMaker } from '../../model/patch-maker.js';

/** The program and what it reads through, in bytes: measured, and rounded up. */
const programBytes = 140 * 2 ** 20;

/** What is known of a path of a build, its part in plan, script and simulated device included: measured. */
const pathBytes = 10 * 1024;

/** A thread beside what its file takes: measured. */
const threadBytes = 45 * 2 ** 20;

const mebibyte = 2 ** 20;

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
  const process = programBytes + paths * pathBytes;
  let largest = 0;
  let label = '';
  for (const task of tasks) {
    const needed = memoryWith(task, maker);
    if (needed > largest) [largest, label] = [needed, task.label];
  }
  const least = process + threadBytes + largest;
  if (memory < least) {
    throw new UsageError({
      code: 'memory-option',
      place: largest > process ? { file: label } : undefined,
      message: 'the memory that the run may take is too little for these builds',
      found: `--memory of ${memory} bytes`,
      expected: `at least ${Math.ceil(least / mebibyte)}M${label === '' ? '' : `: ${label} alone takes ${Math.ceil(largest / mebibyte)}M`}`,
      remedy: 'allow more, or leave the option out',
    });
  }
  const most = Math.max(1, jobs ?? availableParallelism());
  const workers = Math.min(most, Math.floor((memory - process - largest) / threadBytes));
  return { workers, budget: memory - process - workers * threadBytes };
}
