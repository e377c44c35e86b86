/** Names the patches of a fleet for a queue: equal ones once, whatever packages need them, and none that the cache has. */
import { messageId, type Versions } from '../../fleet/queue/message.js';
import type { PatchesOfJob } from '../../fleet/queue/producer.js';
import type { Sha256 } from '../../model/digest.js';
import { InputError, UsageError } from '../../model/errors.js';
import type { FleetJob, FleetPatchJob } from '../../model/fleet.js';
import { mostPatchesOfJob, patchJobBytes } from '../../model/limits/fleet.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { jobOptions } from './options.js';
import { type NamedTask, withPlannedPair } from './patches.js';

/** With what the patches are named. */
export interface NamingOptions {
  readonly root: string;
  /** The one that workers share. */
  readonly cache: PatchCache;
  readonly wants: Versions;
  readonly signal?: AbortSignal | undefined;
}

/** A function that plans the pair of a job. What is wrong with a pair is not told here: its package tells it. */
export function patchNamer({ root, cache, wants, signal }: NamingOptions): (job: FleetJob) => Promise<PatchesOfJob> {
  /** The job in the queue that makes a patch, by its key; undefined for those that the cache has. */
  const named = new Map<Sha256, string | undefined>();
  return async (job) => {
    try {
      return await withPlannedPair(job, root, { cache, signal }, async ({ tasks }) => {
        const fresh: NamedTask[] = [];
        const shared = new Set<string>();
        for (const task of new Map(tasks.map((each) => [each.key, each])).values()) {
          const before = named.get(task.key);
          if (before !== undefined) shared.add(before);
          if (named.has(task.key)) continue;
          named.set(task.key, undefined);
          if (!(await cache.has(task.key))) fresh.push(task);
        }
        const own = batches(fresh).map((batch) => patchJob(job, batch));
        for (const each of own) {
          const name = messageId({ kind: 'patches', job: each, wants });
          for (const { key } of each.tasks) named.set(key, name);
        }
        return { own, shared: [...shared] };
      });
    } catch (error) {
      if (error instanceof InputError || error instanceof UsageError) return { own: [], shared: [] };
      throw error;
    }
  };
}

/** Large files alone, small ones together, largest first. */
function batches(tasks: readonly NamedTask[]): readonly (readonly NamedTask[])[] {
  const sorted = [...tasks].sort((a, b) => b.target.size - a.target.size || (a.key < b.key ? -1 : 1));
  const found: NamedTask[][] = [];
  let bytes = 0;
  for (const task of sorted) {
    const last = found.at(-1);
    if (last === undefined || last.length >= mostPatchesOfJob || bytes + task.target.size > patchJobBytes) {
      found.push([task]);
      bytes = task.target.size;
    } else {
      last.push(task);
      bytes += task.target.size;
    }
  }
  return found;
}

function patchJob(job: FleetJob, tasks: readonly NamedTask[]): FleetPatchJob {
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
    tasks: tasks.map(({ key, path, bases }) => ({
      key,
      target: path,
      bases: bases.map(({ id, cost = 0 }) => ({ path: id, cost })),
    })),
  };
}
