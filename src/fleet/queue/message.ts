/** What travels through the queue: a job and the versions that it wants. Never content: builds come from the archive, patches from the cache. */
import { Buffer } from 'node:buffer';
import { sha256Of } from '../../model/digest.js';
import { type Fault, InputError, showFault } from '../../model/errors.js';
import type { FleetJob, FleetPackage, FleetPatchesMade, FleetPatchJob } from '../../model/fleet.js';

/** The mark of a message. */
const messageFormat = 'dfota-fleet-job';

/** What a worker makes depends on both. */
export interface Versions {
  readonly dfota: string;
  readonly engine: string;
}

/** What every message says. */
interface Envelope {
  readonly format: typeof messageFormat;
  readonly version: 2;
  readonly wants: Versions;
  /** Workers of other versions that have put it back. */
  readonly refusals: number;
}

/** A package on its way. */
export interface PackageMessage extends Envelope {
  readonly kind: 'package';
  readonly job: FleetJob;
  /** The names in the queue of the jobs that make its patches. */
  readonly patches: readonly string[];
}

/** Patches on their way. */
export interface PatchesMessage extends Envelope {
  readonly kind: 'patches';
  readonly job: FleetPatchJob;
}

/** A job on its way. */
export type QueueMessage = PackageMessage | PatchesMessage;

/** The message of a package. */
export function messageOf(job: FleetJob, wants: Versions, patches: readonly string[] = []): PackageMessage {
  return { format: messageFormat, version: 2, kind: 'package', wants, job, patches, refusals: 0 };
}

/** The message of patches. */
export function patchesMessage(job: FleetPatchJob, wants: Versions): PatchesMessage {
  return { format: messageFormat, version: 2, kind: 'patches', wants, job, refusals: 0 };
}

/** The name of a job in the queue: the same job of the same versions is there once, and the same patches are, whatever packages want them. */
export function messageId(
  message: Pick<PackageMessage, 'kind' | 'job' | 'wants'> | Pick<PatchesMessage, 'kind' | 'job' | 'wants'>,
): string {
  const named =
    message.kind === 'package'
      ? [message.wants, { ...message.job, devices: undefined, there: undefined }]
      : [message.wants, message.job.tasks.map(({ key }) => key)];
  return `dfota-${message.kind}-${sha256Of(Buffer.from(JSON.stringify(named))).slice(0, 40)}`;
}

/** Reads what a queue holds: anybody may have put it there. Throws InputError for anything but a message. */
export function readMessage(data: unknown): QueueMessage {
  if (isMessage(data)) return data;
  throw new InputError({
    code: 'queue-job',
    message: 'the queue holds what is no job of dfota',
    found: JSON.stringify(data)?.slice(0, 100),
    remedy: 'give the fleet a queue of its own, with --queue-name',
  });
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function isMessage(data: unknown): data is QueueMessage {
  if (!isFields(data) || data.format !== messageFormat || data.version !== 2) return false;
  const { kind, wants, job, refusals } = data;
  if (!isFields(wants) || !areTexts(wants.dfota, wants.engine) || typeof refusals !== 'number') return false;
  if (!isFields(job)) return false;
  if (kind === 'package') return isJob(job) && Array.isArray(data.patches) && areTexts(...data.patches);
  return kind === 'patches' && isPatchJob(job);
}

function isPatchJob(job: Fields): boolean {
  const { id, archive, from, to, fromDigest, toDigest, fromContent, toContent, effort, tasks } = job;
  return (
    areTexts(id, archive, from, to, fromDigest, toDigest, fromContent, toContent) &&
    ['fast', 'normal', 'best'].some((each) => each === effort) &&
    Array.isArray(tasks) &&
    tasks.every((task: unknown) => isFields(task) && areTexts(task.key, task.target) && areBases(task.bases))
  );
}

function areBases(bases: unknown): boolean {
  return (
    Array.isArray(bases) &&
    bases.every(
      (base: unknown) =>
        isFields(base) &&
        areTexts(base.path) &&
        typeof base.cost === 'number' &&
        (base.updated === undefined || base.updated === true),
    )
  );
}

function isJob(job: Fields): boolean {
  const { id, product, archive, from, to, fromDigest, toDigest, kind, output, alsoTo, listFiles, settings } = job;
  const { fromContent, toContent } = job;
  const paths = [archive, output, job.lists, ...(Array.isArray(alsoTo) ? alsoTo : [0])];
  return (
    areTexts(id, product, archive, from, to, fromDigest, toDigest, fromContent, toContent, output) &&
    (kind === 'patches' || kind === 'whole') &&
    paths.every((path) => path === undefined || typeof path === 'string') &&
    Array.isArray(listFiles) &&
    isFields(settings)
  );
}

/** Why a job failed, as the queue keeps it: a text that is read back. */
export function failureText(faults: readonly Fault[]): string {
  return JSON.stringify(faults);
}

/** The faults of a failed job: those that a worker has told, or what the queue says of it. */
export function readFailure(reason: string): readonly Fault[] {
  try {
    const told: unknown = JSON.parse(reason);
    if (Array.isArray(told) && told.every(isFault)) return told;
  } catch {
    // The queue's own words.
  }
  const lost = /stalled/.test(reason);
  return [
    {
      code: lost ? 'queue-worker-lost' : 'queue-job',
      message: lost
        ? 'the workers that began it were lost: it was tried elsewhere once, and not again'
        : 'the job failed in the queue',
      found: reason.slice(0, 300),
      remedy: lost ? 'look at the machines: memory that ran out is the usual reason' : undefined,
    },
  ];
}

function isFault(value: unknown): value is Fault {
  return isFields(value) && areTexts(value.code, value.message);
}

/** What a worker gives back. */
export type QueueResult = (FleetPackage | FleetPatchesMade) & { readonly worker: string };

/** The faults in one line, for a log. */
export function faultLine(faults: readonly Fault[]): string {
  return faults
    .map(showFault)
    .join('; ')
    .replaceAll(/\s*\n\s*/g, ', ');
}
