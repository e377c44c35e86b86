/** Which patches the packages of a plan need, each once, and what the packages will weigh: found by planning every pair, without making a patch. */
import { join } from 'node:path';
import { estimateFile, quickWhole } from '../../encode/estimate/estimate-file.js';
import { encodingKey } from '../../encode/pool/encoding-key.js';
import { defaultWorthwhile, type EncodeTask } from '../../encode/pool/patch-pool.js';
import { readEncoded } from '../../encode/pool/result-file.js';
import type { OpenBuild } from '../../model/build.js';
import type { Sha256 } from '../../model/digest.js';
import type { FleetEstimate, FleetJob, FleetPatch, FleetPlan } from '../../model/fleet.js';
import { sdx6x } from '../../model/layout.js';
import type { EncodeFile, EncodePartition } from '../../model/operation.js';
import type { PatchCache } from '../../model/patch-cache.js';
import type { BuildPath } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import { encodeOperations } from '../../plan/settle.js';
import { encodeTasks } from '../generate/encode.js';
import { openRunCache } from '../generate/open-cache.js';
import { type Lists, readLists, withBuild } from '../open-inputs.js';
import { planBuilds } from '../plan-builds.js';
import { jobOptions, type MakingOptions } from './options.js';
import { archivedName } from './place.js';

/** What planning the pairs has shown. */
export interface FleetPatches {
  /** In order of their keys. */
  readonly patches: readonly FleetPatch[];
  readonly estimates: readonly FleetEstimate[];
}

/** Bytes that statements, the zip's directory and metadata take for each decision at most, by measurement of packages of many small files. */
const overhead = { each: 4096, package: 65_536 };

/** The same by estimate: bytes of the script and of a zip's headers for each decision, and for the rest of the package. */
const estimated = { each: 256, package: 700 };

/** What of the plan is wanted beside the patches. */
export interface FleetPatchesPorts extends Ports {
  /** Estimates what the cache does not know, by reading both builds; without it such a patch counts as its whole file. */
  readonly estimate?: boolean | undefined;
}

/** Plans each pair. Throws InputError for a build that cannot be opened. */
export async function fleetPatches(
  plan: FleetPlan,
  root: string,
  encoding: MakingOptions,
  { onProgress, signal, estimate = false }: FleetPatchesPorts = {},
): Promise<FleetPatches> {
  const { cache } = await openRunCache(encoding);
  const patches = new Map<Sha256, { targetBytes: number; packageBytes: number | undefined; jobs: string[] }>();
  const guesses = new Map<Sha256, number>();
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
    await withPlannedPair(job, root, { cache, signal }, async ({ tasks, statements, programs }) => {
      let known = true;
      let [bytes, guessed] = [programs.bytes, programs.guess];
      for (const task of tasks) {
        const { key } = task;
        const targetBytes = task.target.size;
        const patch = patches.get(key) ?? { targetBytes, packageBytes: await cachedSize(cache, key), jobs: [] };
        if (!patch.jobs.includes(job.id)) patch.jobs.push(job.id);
        patches.set(key, patch);
        known &&= patch.packageBytes !== undefined;
        if (estimate && job.there === undefined && patch.packageBytes === undefined && !guesses.has(key)) {
          signal?.throwIfAborted();
          guesses.set(key, await guess(task));
        }
        bytes += patch.packageBytes ?? targetBytes;
        guessed += patch.packageBytes ?? guesses.get(key) ?? targetBytes;
      }
      const id = job.id;
      if (job.there !== undefined) estimates.push({ id, kind: 'exact', bytes: job.there.bytes });
      else if (known || !estimate) {
        const most = bytes + statements * overhead.each + overhead.package;
        estimates.push({ id, kind: known ? 'known' : 'at-most', bytes: most });
      } else {
        estimates.push({ id, kind: 'estimate', bytes: guessed + statements * estimated.each + estimated.package });
      }
    });
  }
  const rows = [...patches].map(([key, patch]): FleetPatch => ({ key, ...patch }));
  return { patches: rows.sort((a, b) => (a.key < b.key ? -1 : 1)), estimates };
}

/** A patch, or a file that travels whole, of a pair. */
export type NamedTask = EncodeTask & {
  readonly key: Sha256;
  readonly path: BuildPath;
  /** The bases that are files of the target. */
  readonly updated: ReadonlySet<string>;
};

/** What a pair needs. */
export interface PlannedPair {
  readonly tasks: readonly NamedTask[];
  /** Decisions that take statements of the script. */
  readonly statements: number;
  /** What the package brings to run: bytes as they are, and about what they take in it. */
  readonly programs: { readonly bytes: number; readonly guess: number };
}

interface PlanningPorts extends Pick<Ports, 'signal'> {
  readonly cache: PatchCache | undefined;
}

/** Plans the pair of a job; its tasks can be read for as long as `use` runs. Throws InputError for a build that cannot be opened. */
export async function withPlannedPair<Result>(
  job: FleetJob,
  root: string,
  { cache, signal }: PlanningPorts,
  use: (pair: PlannedPair) => Promise<Result>,
): Promise<Result> {
  const options = jobOptions(job);
  const lists = await readLists(job.lists === undefined ? undefined : join(root, job.lists));
  return withBuild(archivedName(job, 'source', { root }), 'source', options, { signal }, (source) =>
    withBuild(archivedName(job, 'target', { root }), 'target', options, { signal }, async (target) =>
      use(await planPair(source, target, lists, options, cache, signal)),
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
): Promise<PlannedPair> {
  const { encoding } = options;
  const delta = await planBuilds({ source, target, rules }, options, { cache, onProgress: silent, signal });
  const operations = encodeOperations(delta);
  const all = encodeTasks(delta, { source, target }, encoding.whole === true).map((task, at) => ({
    ...task,
    op: operations[at],
    key: encodingKey(task, { effort: encoding.effort, worthwhile: defaultWorthwhile }),
  }));
  const tasks = all.flatMap(({ op, ...task }) =>
    op === undefined ? [] : [{ ...task, path: op.path, updated: updatedBases(op) }],
  );
  const changed = [...delta.decisions.values()].filter(({ operations }) => operations.length > 0).length;
  const programs = { bytes: 0, guess: 0 };
  for (const path of [sdx6x.updater, sdx6x.updateAgent]) {
    const entry = target.build.entries.get(path);
    if (entry?.kind !== 'file') continue;
    programs.bytes += entry.content.size;
    programs.guess += quickWhole(await target.content.read(path));
  }
  return { tasks, statements: delta.permissions.length + changed, programs };
}

function updatedBases(op: EncodeFile | EncodePartition): ReadonlySet<string> {
  const bases = op.kind === 'encode-file' ? op.bases : [];
  return new Set(bases.filter(({ kind }) => kind === 'updated').map(({ path }) => path));
}

/** About what a task takes in the package. */
async function guess({ target, bases }: EncodeTask): Promise<number> {
  const bytes = await target.read();
  const sources = [];
  for (const base of bases) sources.push(await base.read());
  return estimateFile({ target: bytes, bases: sources }, quickWhole(bytes)).bytes;
}

/** Bytes of a result in a package, where the cache has it. */
async function cachedSize(cache: PatchCache | undefined, key: Sha256): Promise<number | undefined> {
  const stored = await cache?.get(key);
  return stored && readEncoded(stored)?.chosen.packed.bytes.length;
}
