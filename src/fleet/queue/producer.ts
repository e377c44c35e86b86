/** Puts jobs into a queue and waits for them. The queue may lose its server, or all it held, in the middle: jobs are put there again. */
import { setTimeout } from 'node:timers/promises';
import type { FlowNestedLeafJob, FlowProducer, Queue } from 'bullmq';
import type { Fault } from '../../model/errors.js';
import type { FleetJob, FleetPatchJob } from '../../model/fleet.js';
import { longestQueueOutageMs, mostJobReturns, mostJobTries } from '../../model/limits/fleet.js';
import { loadOptional } from '../../model/optional-package.js';
import { askQueue, type QueueAddress, queueFault, queuePackages } from './connect.js';
import { lookAtJob } from './look-at-job.js';
import { messageId, messageOf, patchesMessage, readFailure, type Versions } from './message.js';

/** How a job ended: its result as the worker gave it, or why it failed. */
export type JobEnd = { readonly result: unknown } | { readonly faults: readonly Fault[] };

/** The patches of a package: those that no other package of the run has named, and the names in the queue of those that one has. */
export interface PatchesOfJob {
  readonly own: readonly FleetPatchJob[];
  readonly shared: readonly string[];
}

/** What a run waits with. */
export interface WaitOptions {
  readonly address: QueueAddress;
  readonly name: string;
  readonly wants: Versions;
  readonly signal?: AbortSignal | undefined;
  /** The patches that are made before the package; without it a package's job makes its own. */
  readonly patchesOf?: ((job: FleetJob) => Promise<PatchesOfJob>) | undefined;
  readonly onEnd: (job: FleetJob, end: JobEnd) => void;
  /** Milliseconds between two looks. */
  readonly pollMs?: number | undefined;
}

interface Outstanding {
  readonly id: string;
  readonly job: FleetJob;
  /** Known once it was asked for: planning a pair is work. */
  patches?: PatchesOfJob | undefined;
  isThere: boolean;
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
 * Puts the jobs into the queue, each as a flow of its patches and its package, and waits until each package has ended. While pairs are still planned, workers
 * are at work. A job that is there already is waited for; one that failed before, or is done, is begun anew. Throws InputError when the queue is gone for
 * long, and the signal's reason: then the jobs stay in the queue.
 */
export async function runByQueue(jobs: readonly FleetJob[], options: WaitOptions): Promise<void> {
  const { address, name, wants, signal, onEnd } = options;
  const queue = await openQueue(address, name);
  const { FlowProducer } = await loadOptional(queuePackages, () => import('bullmq'));
  const flows = new FlowProducer({ connection: { ...address.connection, maxRetriesPerRequest: 1 } });
  flows.on('error', () => {});
  const left = new Set<Outstanding>();
  for (const job of jobs) {
    left.add({ id: messageId({ kind: 'package', job, wants }), job, isThere: false, returns: 0 });
  }
  const pause = (): number => options.pollMs ?? Math.max(300, left.size * 5);
  let goneSince: number | undefined;
  let lookedAt = 0;
  try {
    while (left.size > 0) {
      signal?.throwIfAborted();
      try {
        const [next] = [...left].filter(({ isThere }) => !isThere);
        if (next !== undefined) await begin(queue, flows, next, options);
        if (next === undefined || Date.now() - lookedAt > pause()) {
          for (const one of left) {
            signal?.throwIfAborted();
            if (!one.isThere) continue;
            const end = await lookAt(queue, flows, one, options);
            if (end === undefined) continue;
            left.delete(one);
            onEnd(one.job, end);
          }
          lookedAt = Date.now();
        }
        goneSince = undefined;
        if (next !== undefined) continue;
      } catch (error) {
        signal?.throwIfAborted();
        goneSince ??= Date.now();
        if (Date.now() - goneSince > longestQueueOutageMs) throw queueFault(address.shown, error);
      }
      // An abort ends the wait; its reason is thrown above.
      if (left.size > 0) await setTimeout(pause(), undefined, { signal }).catch(() => {});
    }
  } finally {
    await flows.close().catch(() => {});
    await queue.close().catch(() => {});
  }
}

async function begin(queue: Queue, flows: FlowProducer, one: Outstanding, options: WaitOptions): Promise<void> {
  // What is wrong with a pair is told by the worker that makes its package.
  one.patches ??= await options.patchesOf?.(one.job);
  const before = await queue.getJob(one.id);
  const state = await before?.getState();
  // What has ended says nothing about the files of today.
  if (state === 'completed' || state === 'failed') await before?.remove();
  if (before === undefined || state === 'completed' || state === 'failed') await put(queue, flows, one, options.wants);
  one.isThere = true;
}

const kept = { age: 7 * 24 * 3600 };

const tries = {
  attempts: mostJobTries,
  backoff: { type: 'exponential', delay: 1000 },
  removeOnComplete: kept,
  removeOnFail: kept,
};

async function put(
  queue: Queue,
  flows: FlowProducer,
  { id, job, patches }: Outstanding,
  wants: Versions,
): Promise<void> {
  const names: string[] = [...(patches?.shared ?? [])];
  const children: FlowNestedLeafJob[] = [];
  for (const own of patches?.own ?? []) {
    const message = patchesMessage(own, wants);
    const jobId = messageId(message);
    names.push(jobId);
    const before = await queue.getJob(jobId);
    const state = await before?.getState();
    if (state === 'completed' || state === 'failed') await before?.remove();
    // Those of another run belong to its packages: ours looks after them by name.
    else if (before !== undefined) continue;
    children.push({
      name: own.id,
      queueName: queue.name,
      data: message,
      // Without its patch a package makes its own, or tells why not.
      opts: { ...tries, jobId, ignoreDependencyOnFailure: true },
    });
  }
  const data = messageOf(job, wants, names);
  const flow = { name: job.id, queueName: queue.name, data, opts: { ...tries, jobId: id } };
  await flows.add(children.length === 0 ? flow : { ...flow, children });
}

async function lookAt(
  queue: Queue,
  flows: FlowProducer,
  one: Outstanding,
  { wants }: WaitOptions,
): Promise<JobEnd | undefined> {
  const found = await lookAtJob(() => queue.getJob(one.id));
  if (found === undefined) {
    // A server that was started again without its data.
    one.returns += 1;
    if (one.returns > mostJobReturns) return { faults: readFailure('the queue has lost it again and again') };
    await put(queue, flows, one, wants);
    return undefined;
  }
  if (found.state === 'completed') return { result: found.result };
  return found.state === 'failed' ? { faults: readFailure(found.failedReason) } : undefined;
}
