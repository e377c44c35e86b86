import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { mostReadingThreads } from '../model/limits/input.js';
import { threadAnswer } from '../model/thread-answer.js';

/** What threads are started with. */
export interface ThreadsOptions<Job> {
  /** The module that each thread runs: it answers each message with one message. */
  readonly entry: URL;
  /** At most; one for each processor without it, and never more than four: the disk and the main thread are busy as well. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What is posted of a job; all of it without this. */
  readonly messageOf?: ((job: Job) => unknown) | undefined;
}

/** Their objects that die young are few. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/**
 * Has each job done by one of a few threads and hands over its answer, in any order. All threads have ended when the promise settles. Rejects with
 * the signal's reason after an abort, with the error of a thread that broke down, or with what `take` throws.
 */
export async function inThreads<Job, Answer>(
  jobs: readonly Job[],
  { entry, threads = availableParallelism(), signal, messageOf = (job) => job }: ThreadsOptions<Job>,
  take: (job: Job, answer: Answer) => void,
): Promise<void> {
  const waiting = jobs.values();
  const lane = async (): Promise<void> => {
    const worker = new Worker(entry, { resourceLimits });
    try {
      for (const job of waiting) take(job, await answerOf<Answer>(worker, messageOf(job), signal));
    } finally {
      await worker.terminate();
    }
  };
  const count = Math.min(jobs.length, Math.max(1, threads), mostReadingThreads);
  const results = await Promise.allSettled(Array.from({ length: count }, lane));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function answerOf<Answer>(worker: Worker, job: unknown, signal: AbortSignal | undefined): Promise<Answer> {
  signal?.throwIfAborted();
  return threadAnswer(worker, {
    ask: () => worker.postMessage(job),
    take: (answer: Answer) => ({ answer }),
    ended: 'a thread that reads ended',
    signal,
  });
}
