import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { DeltaError } from '../../imagedelta/decoder/fault.js';
import { threadAnswer } from '../../model/thread-answer.js';
import type { Applied, ApplyJob, DeltaAnswer, DeltaJob, Made, MakeJob } from './thread-messages.js';

/** Told how much of a job is done. */
export type OnDone = (done: number, total: number) => void;

/**
 * A thread that does one job after the other. Bytes are handed over, and come back with the answer. Both reject with the
 * signal's reason, and what is under way ends then, or with what the job throws.
 */
export interface DeltaThread {
  readonly make: (job: MakeJob, onDone?: OnDone) => Promise<Made>;
  readonly apply: (job: ApplyJob, onDone?: OnDone) => Promise<Applied>;
}

/** Opens a thread for as long as `use` takes. */
export async function withDeltaThread<T>(
  signal: AbortSignal | undefined,
  use: (thread: DeltaThread) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  // A thread gets a smaller heap than the process, unless it is told.
  const limit = Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);
  const worker = new Worker(new URL('./delta-thread.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: limit },
  });
  try {
    return await use({
      make: async (job, onDone) => {
        const answer = await answerOf(worker, { kind: 'make', ...job }, signal, onDone);
        if (answer.kind === 'made') return answer.result;
        throw new Error(`the thread that makes a patch answered ${answer.kind}`);
      },
      apply: async (job, onDone) => {
        const answer = await answerOf(worker, { kind: 'apply', ...job }, signal, onDone);
        if (answer.kind === 'applied') return answer.result;
        throw new Error(`the thread that applies a patch answered ${answer.kind}`);
      },
    });
  } finally {
    // Not waited for: a call into the system may hold it, and it has nothing that would be left behind.
    void worker.terminate();
  }
}

type Result = Extract<DeltaAnswer, { readonly kind: 'made' | 'applied' }>;

function answerOf(
  worker: Worker,
  job: DeltaJob,
  signal: AbortSignal | undefined,
  onDone: OnDone = () => {},
): Promise<Result> {
  signal?.throwIfAborted();
  const bytes = job.kind === 'make' ? [job.old, job.fresh] : [job.old, job.patch];
  return threadAnswer(worker, {
    ask: () => worker.postMessage(job, [...new Set(bytes.map(({ buffer }) => buffer))]),
    take: (said: DeltaAnswer) => {
      if (said.kind === 'failed') throw said.error;
      if (said.kind === 'refused') throw new DeltaError(said.fault, said.message, said.found, said.expected);
      if (said.kind !== 'progress') return { answer: said };
      onDone(said.done, said.total);
      return undefined;
    },
    ended: 'the thread that makes and applies image deltas ended',
    signal,
  });
}
