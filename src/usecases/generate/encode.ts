import { type EncodeBase, type EncodeResult, type EncodeTask, PatchPool } from '../../encode/pool/patch-pool.js';
import type { OpenBuild } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import type { Base, EncodeFile, EncodePartition, Encoding } from '../../model/operation.js';
import type { PatchCache } from '../../model/patch-cache.js';
import type { PatchMaker } from '../../model/patch-maker.js';
import { type BuildPath, compareBytes, displayName, toBuildPath } from '../../model/path.js';
import type { DeltaPlan } from '../../model/plan.js';
import type { OnProgress } from '../../model/progress.js';
import { encodeOperations, withoutWholeBases } from '../../plan/settle.js';
import type { EncodingOptions } from './encoding-options.js';
import type { Begun } from './head-start.js';
import { shareMemory } from './memory.js';
import type { Payloads } from './payloads.js';
import type { ProvedPatch } from './proved-patches.js';

/** The same, with the cache opened. */
export interface EncodePlanOptions
  extends Omit<EncodingOptions, 'engine' | 'cache' | 'cacheReadOnly' | 'defaultCache'> {
  readonly cache?: PatchCache | undefined;
  /** What was begun before. */
  readonly begun?: Begun | undefined;
  /** Makes the patches in place of our encoders. */
  readonly maker?: PatchMaker | undefined;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/** The two builds that are read from. */
export interface EncodeInputs {
  readonly source: OpenBuild;
  readonly target: OpenBuild;
}

/** The encodings of a plan, by path; the bytes are in the payloads. */
export interface EncodedPlan {
  /** The plan, without bases that turned out not to be had. */
  readonly plan: DeltaPlan;
  readonly encodings: ReadonlyMap<BuildPath, Encoding>;
  readonly findings: readonly Finding[];
  /** How many came from the cache. */
  readonly fromCache: number;
  /** The patches, each with the file that the decoder has made with it. */
  readonly proved: readonly ProvedPatch[];
}

/** The tasks of a plan: what is to be encoded, and from what. */
export function encodeTasks(plan: DeltaPlan, inputs: EncodeInputs, whole: boolean): readonly EncodeTask[] {
  return encodeOperations(plan).map((op) => taskOf(op, inputs, plan, whole));
}

/** Encodes every operation of the plan that needs bytes, in worker threads, largest first. */
export async function encodePlan(
  plan: DeltaPlan,
  inputs: EncodeInputs,
  payloads: Payloads,
  options: EncodePlanOptions,
): Promise<EncodedPlan> {
  const { cache, begun, maker, onProgress, signal } = options;
  const tasks = encodeOperations(plan).map((op) => ({ op, task: taskOf(op, inputs, plan, options.whole === true) }));
  const { workers, budget } = shareMemory(
    options.memory,
    options.jobs,
    tasks.map(({ task }) => task),
    inputs.source.build.entries.size + inputs.target.build.entries.size,
    maker,
  );
  const pool =
    begun?.pool ??
    new PatchPool({
      effort: options.effort,
      onProgress,
      workers,
      memoryBudget: budget,
      maker,
      cache,
      signal,
    });
  try {
    const encodings = new Map<BuildPath, Encoding>();
    const made = new Map<BuildPath, Omit<EncodedPlan, 'plan' | 'encodings'>>();
    const encodeAll = async (wanted: typeof tasks): Promise<void> => {
      const work = wanted.map(async ({ op, task }) => {
        const result = await (begun === undefined ? pool.encode(task) : begun.encode(task, onProgress));
        encodings.set(op.path, encodingOf(result, payloads));
        await payloads.spill();
        made.set(op.path, {
          proved: provedPatches(op, result),
          fromCache: result.fromCache ? 1 : 0,
          findings: deflateFindings(op, result, inputs.target.build.origin),
        });
      });
      await Promise.all(work);
    };
    await encodeAll(tasks);
    let settled = withoutWholeBases(plan, encodings);
    while (settled.again.size > 0) {
      const { plan: rest, again } = settled;
      const ops = encodeOperations(rest).filter(({ path }) => again.has(path));
      await encodeAll(ops.map((op) => ({ op, task: taskOf(op, inputs, rest, options.whole === true) })));
      settled = withoutWholeBases(rest, encodings);
    }
    const all = [...made.values()];
    const findings = all.flatMap((each) => each.findings);
    findings.sort((a, b) => compareBytes(a.place?.entry ?? '', b.place?.entry ?? ''));
    return {
      plan: settled.plan,
      encodings,
      findings,
      fromCache: all.reduce((sum, each) => sum + each.fromCache, 0),
      proved: all.flatMap((each) => each.proved),
    };
  } finally {
    await pool.close();
  }
}

function taskOf(
  op: EncodeFile | EncodePartition,
  { source, target }: EncodeInputs,
  plan: DeltaPlan,
  whole: boolean,
): EncodeTask {
  const from = (path: BuildPath, content: EncodeFile['target'], build: OpenBuild): EncodeBase => ({
    id: path,
    ...content,
    read: () => build.content.read(path),
  });
  const bases = whole
    ? []
    : op.kind === 'encode-file'
      ? op.bases.map((base) => ({
          ...from(base.path, base.content, base.kind === 'updated' ? target : source),
          cost: baseCost(op, base, plan),
        }))
      : op.source === undefined || op.whole
        ? []
        : [from(op.path, op.source, source)];
  return { label: displayName(op.path), target: { ...op.target, read: () => target.content.read(op.path) }, bases };
}

/**
 * Bytes of the package that the use of a base takes beside the patch, by measurement of scripts: the longer check and
 * patch statements; for a base that is needed later also the statement that copies it, and its identity patch.
 */
function baseCost(op: EncodeFile, base: Base, plan: DeltaPlan): number {
  if (base.path === op.path) return 0;
  return plan.outcome.get(base.path)?.kind === 'file' ? 360 : 60;
}

function provedPatches(op: EncodeFile | EncodePartition, { chosen }: EncodeResult): readonly ProvedPatch[] {
  if (chosen.kind === 'whole') return [];
  const content = op.kind === 'encode-file' ? op.bases.find(({ path }) => path === chosen.base)?.content : op.source;
  return content === undefined ? [] : [{ patch: chosen.sha1, source: content.sha1, target: op.target }];
}

function encodingOf({ chosen, alternatives }: EncodeResult, payloads: Payloads): Encoding {
  const payload = payloads.keep(chosen.packed);
  return {
    chosen:
      chosen.kind === 'whole'
        ? { kind: 'whole', payload }
        : { kind: 'patch', base: toBuildPath(chosen.base), format: chosen.format, payload },
    alternatives: alternatives.map(({ method, base, packageBytes }) => ({
      method,
      packageBytes,
      base: base === undefined ? undefined : toBuildPath(base),
    })),
  };
}

/** Streams that cannot be made again cost air time on every module: say which, how much, and what to change. */
function deflateFindings(op: EncodeFile | EncodePartition, result: EncodeResult, origin: string): readonly Finding[] {
  return [...stoppedFindings(op, result, origin), ...unmadeFindings(op, result, origin)];
}

function stoppedFindings(op: EncodeFile | EncodePartition, result: EncodeResult, origin: string): readonly Finding[] {
  if (result.imgdiff?.stopped !== true) return [];
  return [
    {
      severity: 'information',
      code: 'deflate-search-stopped',
      place: { file: origin, entry: displayName(op.path) },
      message:
        'the search for compressed streams in it, or in what it is made from, stopped before the end: it holds far more of what looks like one than a real file',
      found: `${result.imgdiff.streams} streams until then`,
    },
  ];
}

function unmadeFindings(op: EncodeFile | EncodePartition, result: EncodeResult, origin: string): readonly Finding[] {
  const unmade = (result.imgdiff?.unmade ?? []).filter(({ wouldTake }) => wouldTake !== undefined);
  if (unmade.length === 0) return [];
  const cost = result.chosen.packed.bytes.length;
  const saved = unmade.reduce((sum, { wouldTake }) => sum + (wouldTake ?? 0), 0);
  if (saved >= cost * 0.9) return [];
  return [
    {
      severity: 'warning',
      code: 'deflate-not-reproducible',
      place: { file: origin, entry: displayName(op.path) },
      message: `${unmade.length === 1 ? 'a compressed stream' : `${unmade.length} compressed streams`} in it cannot be reproduced on the device, so the file is patched without unpacking it`,
      found: `${cost} bytes in the package; about ${saved} if the streams were made by zlib`,
      expected: 'gzip streams made by zlib (levels 1 to 9), for example by the gzip module of Python, not by GNU gzip',
      remedy: 'compress kernel and RAM disk with a zlib-based tool in the build, in the source build too',
    },
  ];
}
