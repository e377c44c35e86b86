/** Names the patches of a fleet for a queue: equal ones once, whatever packages need them, and none that the cache has. */
import { messageId, type Versions } from '../../fleet/queue/message.js';
import type { PatchesOfJob } from '../../fleet/queue/producer.js';
import type { Sha256 } from '../../model/digest.js';
import { InputError, UsageError } from '../../model/errors.js';
import type { FleetJob, FleetPatchJob, FleetPatchTask } from '../../model/fleet.js';
import { mostPairsPlannedAtOnce, mostPatchesOfJob, patchJobBytes } from '../../model/limits/fleet.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { workAhead } from './ahead.js';
import { jobOptions } from './options.js';
import { type NamedTask, withPlannedPair } from './patches.js';

/** With what the patches are named. */
export interface NamingOptions {
  readonly root: string;
  /** The one that workers share. */
  readonly cache: PatchCache;
  readonly wants: Versions;
  /** All jobs, in the order in which their patches are asked for: several pairs are planned at once. */
  readonly jobs: readonly FleetJob[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * A function that plans the pair of a job, and begins with those behind it. Names are given in the order of the jobs, whichever is planned first. What is
 * wrong with a pair is not told here: its package tells it.
 */
export function patchNamer(options: NamingOptions): (job: FleetJob) => Promise<PatchesOfJob> {
  const { root, cache, wants, jobs, signal } = options;
  const planned = workAhead(jobs, mostPairsPlannedAtOnce, (job) =>
    withPlannedPair(job, root, { cache, signal }, async ({ tasks }) => tasks.map(asNamed)),
  );
  /** The job in the queue that makes a patch, by its key; undefined for those that the cache has. */
  const named = new Map<Sha256, string | undefined>();
  return async (job) => {
    try {
      const tasks = await planned(job);
      const fresh: PatchName[] = [];
      const shared = new Set<string>();
      for (const task of new Map(tasks.map((each) => [each.task.key, each])).values()) {
        const { key } = task.task;
        const before = named.get(key);
        if (before !== undefined) shared.add(before);
        if (named.has(key)) continue;
        named.set(key, undefined);
        if (!(await cache.has(key))) fresh.push(task);
      }
      const own = batches(fresh).map((batch) => patchJob(job, batch));
      for (const each of own) {
        const name = messageId({ kind: 'patches', job: each, wants });
        for (const { key } of each.tasks) named.set(key, name);
      }
      return { own, shared: [...shared] };
    } catch (error) {
      if (error instanceof InputError || error instanceof UsageError) return { own: [], shared: [] };
      throw error;
    }
  };
}

/** A patch by its names alone: the builds are closed by then. */
interface PatchName {
  readonly task: FleetPatchTask;
  /** Bytes of the target. */
  readonly size: number;
}

function asNamed({ key, path, target, bases, updated }: NamedTask): PatchName {
  return {
    task: {
      key,
      target: path,
      bases: bases.map(({ id, cost = 0 }) => ({ path: id, cost, updated: updated.has(id) ? true : undefined })),
    },
    size: target.size,
  };
}

/** Large files alone, small ones together, largest first. */
function batches(tasks: readonly PatchName[]): readonly (readonly PatchName[])[] {
  const sorted = [...tasks].sort((a, b) => b.size - a.size || (a.task.key < b.task.key ? -1 : 1));
  const found: PatchName[][] = [];
  let bytes = 0;
  for (const task of sorted) {
    const last = found.at(-1);
    if (last === undefined || last.length >= mostPatchesOfJob || bytes + task.size > patchJobBytes) {
      found.push([task]);
      bytes = task.size;
    } else {
      last.push(task);
      bytes += task.size;
    }
  }
  return found;
}

function patchJob(job: FleetJob, tasks: readonly PatchName[]): FleetPatchJob {
  const { archive, from, to, fromDigest, toDigest, fromContent, toContent } = job;
  const { effort } = jobOptions(job).encoding;
  return {
    id: `patches of ${job.id}`,
    archive,
    from,
    to,
    fromDigest,
    toDigest,
    fromContent,
    toContent,
    effort,
    tasks: tasks.map(({ task }) => task),
  };
}
