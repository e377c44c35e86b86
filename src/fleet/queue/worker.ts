/** Takes jobs out of a queue, one after the other or several at once, until it is told to stop. How they are made is the caller's. */
import { hostname } from 'node:os';
import { type Fault, InputError, ProofError, UsageError } from '../../model/errors.js';
import type { FleetJob, FleetPackage, FleetPatchesMade, FleetPatchJob } from '../../model/fleet.js';
import { longestWorkerSilenceMs, mostJobRefusals, patchPauseMs } from '../../model/limits/fleet.js';
import { loadOptional } from '../../model/optional-package.js';
import { askQueue, type QueueAddress, queuePackages } from './connect.js';
import { type JobLook, lookAtJob } from './look-at-job.js';
import {
  failureText,
  faultLine,
  type PackageMessage,
  type PatchesMessage,
  type QueueMessage,
  type QueueResult,
  readFailure,
  readMessage,
  type Versions,
} from './message.js';

/** A worker's place and manner. */
export interface WorkerOptions {
  readonly address: QueueAddress;
  readonly name: string;
  readonly has: Versions;
  /** Jobs at once. */
  readonly concurrency: number;
  /** Ends the worker: what it has begun is put back. */
  readonly signal: AbortSignal;
  /** Makes a package; a `missing` one is a failure. */
  readonly make: (job: FleetJob) => Promise<FleetPackage>;
  /** Makes patches for the cache; faults are a failure. */
  readonly makePatches: (job: FleetPatchJob) => Promise<FleetPatchesMade>;
  readonly onLine: (line: string) => void;
  /** Milliseconds of silence after which another worker gets the job. */
  readonly silenceMs?: number | undefined;
}

/** What to do with a job: its end, or to put it back for so many milliseconds. */
type Outcome =
  | { readonly kind: 'done'; readonly result: QueueResult }
  | { readonly kind: 'failed'; readonly reason: string; readonly final: boolean }
  | { readonly kind: 'back'; readonly message: QueueMessage; readonly delayMs: number };

/** Runs until the signal. Throws InputError where the packages are missing or the server does not answer at first; later outages are waited for. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { address, name, concurrency, signal, onLine } = options;
  await askQueue(address);
  const { Job, Worker, DelayedError, UnrecoverableError } = await loadOptional(queuePackages, () => import('bullmq'));
  const lockDuration = options.silenceMs ?? longestWorkerSilenceMs;
  const worker = new Worker(
    name,
    async (job, token) => {
      const outcome = await attend(job.data, options, (id) => lookAtJob(() => Job.fromId(worker, id)));
      switch (outcome.kind) {
        case 'done':
          return outcome.result;
        case 'failed':
          if (outcome.final) throw new UnrecoverableError(outcome.reason);
          throw new Error(outcome.reason);
        case 'back':
          await job.updateData(outcome.message);
          await job.moveToDelayed(Date.now() + outcome.delayMs, token);
          throw new DelayedError();
        default:
          return outcome satisfies never;
      }
    },
    {
      connection: { ...address.connection, maxRetriesPerRequest: null },
      concurrency,
      name: workerName(),
      lockDuration,
      stalledInterval: Math.ceil(lockDuration / 2),
      // A job whose worker was lost is tried once more.
      maxStalledCount: 1,
    },
  );
  let lost = false;
  worker.on('error', (error: Error) => {
    if (!lost) onLine(`the queue ${address.shown} is gone, and waited for: ${error.message}`);
    lost = true;
  });
  worker.on('active', () => {
    lost = false;
  });
  try {
    if (!signal.aborted) {
      await new Promise<void>((done) => {
        signal.addEventListener('abort', () => done(), { once: true });
      });
    }
  } finally {
    // A server that is gone keeps nobody here.
    await Promise.race([worker.close(), after(lockDuration / 4)]);
    await worker.close(true).catch(() => {});
  }
}

function after(milliseconds: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, milliseconds).unref();
  });
}

/** The worker as people find it: machine and process. */
export function workerName(): string {
  return `${hostname()}:${process.pid}`;
}

/** A job of the queue by its name; undefined where it has none of that name. */
type FindJob = (id: string) => Promise<JobLook | undefined>;

async function attend(data: unknown, options: WorkerOptions, find: FindJob): Promise<Outcome> {
  const { has, onLine, signal } = options;
  try {
    const message = readMessage(data);
    const { wants, job, refusals } = message;
    if (wants.dfota !== has.dfota || wants.engine !== has.engine) {
      const fault = otherVersion(wants, has);
      onLine(`refused ${job.id}: ${faultLine(fault.faults)}`);
      if (refusals + 1 >= mostJobRefusals) throw fault;
      return { kind: 'back', message: { ...message, refusals: refusals + 1 }, delayMs: 1000 };
    }
    try {
      return message.kind === 'package'
        ? await attendPackage(message, options, find)
        : await attendPatches(message, options);
    } catch (error) {
      // Stopped in the middle: somebody else may go on at once.
      if (signal.aborted) return { kind: 'back', message, delayMs: 0 };
      throw error;
    }
  } catch (error) {
    if (error instanceof InputError || error instanceof UsageError || error instanceof ProofError) {
      return { kind: 'failed', reason: failureText(error.faults), final: true };
    }
    throw error;
  }
}

const ended = ['completed', 'failed', 'unknown'];

async function attendPackage(
  message: PackageMessage,
  { make, onLine }: WorkerOptions,
  find: FindJob,
): Promise<Outcome> {
  const { job, patches } = message;
  for (const id of patches) {
    const found = await find(id);
    if (found === undefined) continue;
    // Those of other packages: they are made once, so this one waits for them.
    if (!ended.includes(found.state)) return { kind: 'back', message, delayMs: patchPauseMs };
    const [fault] = found.state === 'failed' ? readFailure(found.failedReason) : [];
    // What has cost two workers must not cost a third.
    if (fault?.code === 'queue-worker-lost') return { kind: 'failed', reason: failureText([fault]), final: true };
  }
  onLine(`begins ${job.id}`);
  const made = await make(job);
  if (made.state === 'missing') return told(job.id, made.faults, onLine);
  onLine(`made ${job.id}, ${made.bytes} bytes`);
  return { kind: 'done', result: { ...made, worker: workerName() } };
}

async function attendPatches({ job }: PatchesMessage, { makePatches, onLine }: WorkerOptions): Promise<Outcome> {
  onLine(`begins ${job.id}`);
  const made = await makePatches(job);
  if (made.faults.length > 0) return told(job.id, made.faults, onLine);
  onLine(`made ${job.id}: ${made.all}, of which the cache had ${made.hits}`);
  return { kind: 'done', result: { ...made, worker: workerName() } };
}

function told(id: string, faults: readonly Fault[], onLine: WorkerOptions['onLine']): Outcome {
  onLine(`failed ${id}: ${faultLine(faults)}`);
  const final = faults.some(({ code }) => code === 'package-not-proved' || code === 'patch-unproved');
  return { kind: 'failed', reason: failureText(faults), final };
}

function otherVersion(wants: Versions, has: Versions): InputError {
  return new InputError({
    code: 'queue-other-version',
    message: 'the worker is of another version than the job wants',
    found: `dfota ${has.dfota}, engine ${has.engine}`,
    expected: `dfota ${wants.dfota}, engine ${wants.engine}`,
    remedy: 'run the same version of dfota everywhere',
  });
}
