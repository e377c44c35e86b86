/** Which patches the packages of a plan need, each once, and what the packages will weigh: found by planning every pair, without making a patch. */
import { join } from 'node:path';
import { encodingKey } from '../../encode/pool/encoding-key.js';
import { defaultWorthwhile } from '../../encode/pool/patch-pool.js';
import { readEncoded } from '../../encode/pool/result-file.js';
import type { OpenBuild } from '../../model/build.js';
import type { Sha256 } from '../../model/digest.js';
import type { FleetEstimate, FleetJob, FleetPatch, FleetPlan } from '../../model/fleet.js';
import { sdx6x } from '../../model/layout.js';
import type { PatchCache } from '../../model/patch-cache.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import { encodeTasks } from '../generate/encode.js';
import { openRunCache } from '../generate/open-cache.js';
import { type Lists, readLists, withBuild } from '../open-inputs.js';
import { planBuilds } from '../plan-builds.js';
import { archivedName } from './make-package.js';
import { jobOptions, type MakingOptions } from './options.js';

/** What planning the pairs has shown. */
export interface FleetPatches {
  /** In order of their keys. */
  readonly patches: readonly FleetPatch[];
  readonly estimates: readonly FleetEstimate[];
}

/** Bytes that statements, the zip's directory and metadata take for each decision at most, by measurement of packages of many small files. */
const overhead = { each: 4096, package: 65_536 };

/** Plans each pair. Throws InputError for a build that cannot be opened. */
export async function fleetPatches(
  plan: FleetPlan,
  root: string,
  encoding: MakingOptions,
  { onProgress, signal }: Ports = {},
): Promise<FleetPatches> {
  const { cache } = await openRunCache(encoding);
  const patches = new Map<Sha256, { targetBytes: number; packageBytes: number | undefined; jobs: string[] }>();
  const estimates: FleetEstimate[] = [];
  for (const [index, job] of plan.jobs.entries()) {
    onProgress?.({
      stage: 'fleet-plan',
      doneBytes: 0,
      totalBytes: 0,
      doneItems: index,
      totalItems: plan.jobs.length,
      item: job.id,
    });
    const { tasks, fixedBytes } = await planJob(job, root, cache, signal);
    let bytes = fixedBytes;
    let known = true;
    for (const { key, targetBytes } of tasks) {
      const patch = patches.get(key) ?? { targetBytes, packageBytes: await cachedSize(cache, key), jobs: [] };
      if (!patch.jobs.includes(job.id)) patch.jobs.push(job.id);
      patches.set(key, patch);
      bytes += patch.packageBytes ?? targetBytes;
      known &&= patch.packageBytes !== undefined;
    }
    const { there } = job;
    estimates.push(
      there === undefined
        ? { id: job.id, kind: known ? 'known' : 'at-most', bytes }
        : { id: job.id, kind: 'exact', bytes: there.bytes },
    );
  }
  const rows = [...patches].map(([key, patch]): FleetPatch => ({ key, ...patch }));
  return { patches: rows.sort((a, b) => (a.key < b.key ? -1 : 1)), estimates };
}

interface PlannedJob {
  readonly tasks: readonly { readonly key: Sha256; readonly targetBytes: number }[];
  /** What the package holds beside them, at most. */
  readonly fixedBytes: number;
}

async function planJob(
  job: FleetJob,
  root: string,
  cache: PatchCache | undefined,
  signal: AbortSignal | undefined,
): Promise<PlannedJob> {
  const options = jobOptions(job, root);
  const lists = await readLists(job.lists === undefined ? undefined : join(root, job.lists));
  return withBuild(archivedName(job, 'source', root), 'source', options, { signal }, (source) =>
    withBuild(archivedName(job, 'target', root), 'target', options, { signal }, (target) =>
      planPair(source, target, lists, options, cache, signal),
    ),
  );
}

async function planPair(
  source: OpenBuild,
  target: OpenBuild,
  { rules }: Lists,
  options: ReturnType<typeof jobOptions>,
  cache: PatchCache | undefined,
  signal: AbortSignal | undefined,
): Promise<PlannedJob> {
  const { encoding } = options;
  const delta = await planBuilds({ source, target, rules }, options, { cache, onProgress: silent, signal });
  const tasks = encodeTasks(delta, { source, target }, encoding.whole === true).map((task) => ({
    key: encodingKey(task, { effort: encoding.effort, worthwhile: defaultWorthwhile }),
    targetBytes: task.target.size,
  }));
  const changed = [...delta.decisions.values()].filter(({ operations }) => operations.length > 0).length;
  const programs = [sdx6x.updater, sdx6x.updateAgent].map((path) => target.build.entries.get(path));
  const programBytes = programs.reduce((sum, entry) => sum + (entry?.kind === 'file' ? entry.content.size : 0), 0);
  const statements = delta.permissions.length + changed;
  return { tasks, fixedBytes: programBytes + statements * overhead.each + overhead.package };
}

/** Bytes of a result in a package, where the cache has it. */
async function cachedSize(cache: PatchCache | undefined, key: Sha256): Promise<number | undefined> {
  const stored = await cache?.get(key);
  return stored && readEncoded(stored)?.chosen.packed.bytes.length;
}
