/** Puts jobs into a queue and waits for them. The queue may lose its server, or all it held, in the middle: jobs are put there again. */
import { setTimeout } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Fault } from '../../model/errors.js';
import type { FleetJob } from '../../model/fleet.js';
import { longestQueueOutageMs, mostJobReturns, mostJobTries } from '../../model/limits/fleet.js';
import { loadOptional } from '../../model/optional-package.js';
import { askQueue, type QueueAddress, queueFault, queuePackages } from './connect.js';
import { messageId, messageOf, readFailure, type Versions } from './message.js';

/** How a job ended: its result as the worker gave it, or why it failed. */
export type JobEnd = { readonly result: unknown } | { readonly faults: readonly Fault[] };

/** What a run waits with. */
export interface WaitOptions {
  readonly address: QueueAddress;
  readonly name: string;
  readonly wants: Versions;
  readonly signal?: AbortSignal | undefined;
  readonly onEnd: (job: FleetJob, end: JobEnd) => void;
  /** Milliseconds between two looks. */
  readonly pollMs?: number | undefined;
}

interface Outstanding {
  readonly job: FleetJob;
  returns: number;
}

/** Opens a queue. Throws InputError where the packages are missing, or the server does not answer. */
export async function openQueue(address: QueueAddress, name: string): Promise<Queue> {
  await askQueue(address);
  const { Queue } = await loadOptional(queuePackages, () => import('bullmq'));
  const queue = new Queue(name, { connection: { ...address.connection, maxRetriesPerRequest: 1 } });
  // Told by whoever asks next; without a listener it would end the program.
  queue.on('error', () => {});
  return queue;
}

/**
 * Puts the jobs into the queue and waits until each has ended. A job that is there already is waited for; one that failed before, or is done, is
 * begun anew. Throws InputError when the queue is gone for long, and the signal's reason: then the jobs stay in the queue.
 */
export async function runByQueue(jobs: readonly FleetJob[], options: WaitOptions): Promise<void> {
  const { address, name, wants, signal, onEnd } = options;
  const queue = await openQueue(address, name);
  const left = new Map<string, Outstanding>();
  for (const job of jobs) left.set(messageId(messageOf(job, wants)), { job, returns: 0 });
  let goneSince: number | undefined;
  try {
    let begun = false;
    while (left.size > 0) {
      signal?.throwIfAborted();
      try {
        if (!begun) for (const [id, { job }] of left) await putAnew(queue, id, job, wants);
        begun = true;
        for (const [id, one] of [...left]) {
          signal?.throwIfAborted();
          const end = await lookAt(queue, id, one, wants);
          if (end === undefined) continue;
          left.delete(id);
          onEnd(one.job, end);
        }
        goneSince = undefined;
      } catch (error) {
        signal?.throwIfAborted();
        goneSince ??= Date.now();
        if (Date.now() - goneSince > longestQueueOutageMs) throw queueFault(address.shown, error);
      }
      // An abort ends the wait; its reason is thrown above.
      const pause = options.pollMs ?? Math.max(300, left.size * 5);
      if (left.size > 0) await setTimeout(pause, undefined, { signal }).catch(() => {});
    }
  } finally {
    await queue.close().catch(() => {});
  }
}

async function putAnew(queue: Queue, id: string, job: FleetJob, wants: Versions): Promise<void> {
  const before = await queue.getJob(id);
  const state = await before?.getState();
  // What has ended says nothing about the files of today.
  if (state === 'completed' || state === 'failed') await before?.remove();
  else if (before !== undefined) return;
  await put(queue, id, job, wants);
}

async function put(queue: Queue, id: string, job: FleetJob, wants: Versions): Promise<void> {
  await queue.add(job.id, messageOf(job, wants), {
    jobId: id,
    attempts: mostJobTries,
    backoff: { type: 'exponential', delay: 1000 },
    removeOnComplete: { age: 7 * 24 * 3600 },
    removeOnFail: { age: 7 * 24 * 3600 },
  });
}

async function lookAt(queue: Queue, id: string, one: Outstanding, wants: Versions): Promise<JobEnd | undefined> {
  const found = await queue.getJob(id);
  if (found === undefined) {
    // A server that was started again without its data.
    one.returns += 1;
    if (one.returns > mostJobReturns) return { faults: readFailure('the queue has lost it again and again') };
    await put(queue, id, one.job, wants);
    return undefined;
  }
  const state = await found.getState();
  if (state === 'completed') {
    const result: unknown = found.returnvalue;
    return { result };
  }
  return state === 'failed' ? { faults: readFailure(found.failedReason ?? '') } : undefined;
}
