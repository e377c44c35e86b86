/** Encodes each patched file of a finished plan again, by our encoders and by the classic one, and measures both: `--engine compare`. */
import type { BsdiffEffort } from '../../encode/bsdiff/bsdiff.js';
import { type EncodeTask, PatchPool } from '../../encode/pool/patch-pool.js';
import { isProved } from '../../encode/prove-patch.js';
import type { OpenBuild } from '../../model/build.js';
import { sha1Of } from '../../model/digest.js';
import type { ComparedPatch, EngineComparison, EngineFigures } from '../../model/engine-comparison.js';
import { InputError } from '../../model/errors.js';
import type { PatchFile, PatchPartition } from '../../model/operation.js';
import type { PatchMaker } from '../../model/patch-maker.js';
import { type BuildPath, compareBytes, displayName } from '../../model/path.js';
import type { SettledPlan } from '../../model/plan.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';

/** What is compared. */
export interface CompareInputs {
  readonly source: OpenBuild;
  readonly target: OpenBuild;
  readonly plan: SettledPlan;
  readonly effort: BsdiffEffort;
}

interface Patched {
  readonly path: BuildPath;
  readonly base: BuildPath;
  readonly op: PatchFile | PatchPartition;
}

/**
 * One file after the other, by one encoder at a time, so that neither takes time from the other. Files whose bytes stay the
 * same are left out: their patches need no search. Throws the signal's reason.
 */
export async function compareEngines(
  { source, target, plan, effort }: CompareInputs,
  maker: PatchMaker,
  { onProgress = silent, signal }: Ports,
): Promise<EngineComparison> {
  const all = patchedFiles(plan);
  const totalBytes = all.reduce((sum, { op }) => sum + op.target.size, 0);
  const patches: ComparedPatch[] = [];
  const pool = new PatchPool({ effort, workers: 1, signal });
  let doneBytes = 0;
  try {
    await warmUp(pool);
    for (const { path, base, op } of all) {
      signal?.throwIfAborted();
      const isUpdated = op.kind === 'patch-file' && op.base.kind === 'updated';
      const [from, to] = [await (isUpdated ? target : source).content.read(base), await target.content.read(path)];
      const label = displayName(path);
      const sourceContent = op.kind === 'patch-file' ? op.base.content : op.source;
      const other = await classic(maker, [from, to], { label, target: op.target }, signal);
      const [started, used] = [performance.now(), process.cpuUsage()];
      const { chosen } = await pool.encode({
        label,
        target: { ...op.target, read: async () => to },
        bases: [{ ...sourceContent, id: base, read: async () => from }],
      });
      const { user, system } = process.cpuUsage(used);
      const ours = {
        size: chosen.packed.size,
        wallSeconds: (performance.now() - started) / 1e3,
        processorSeconds: (user + system) / 1e6,
      };
      patches.push({
        path: label,
        base: displayName(base),
        format: op.format,
        targetSize: op.target.size,
        ours,
        other,
      });
      doneBytes += op.target.size;
      onProgress({
        stage: 'compare',
        doneBytes,
        totalBytes,
        doneItems: patches.length,
        totalItems: all.length,
        item: label,
      });
    }
  } finally {
    await pool.close();
  }
  return { engine: maker.name, patches, totals: totalsOf(patches) };
}

/** The start of the thread and of the engine is nobody's time. */
async function warmUp(pool: PatchPool): Promise<void> {
  const content = (text: string): EncodeTask['target'] => {
    const bytes = new Uint8Array(Buffer.from(text.repeat(100)));
    return { size: bytes.length, sha1: sha1Of(bytes), read: async () => bytes };
  };
  await pool.encode({ label: '', target: content('hello worlds'), bases: [{ ...content('hello world'), id: '' }] });
}

function patchedFiles(plan: SettledPlan): readonly Patched[] {
  const found: Patched[] = [];
  for (const { operations } of plan.decisions.values()) {
    for (const op of operations) {
      if (op.kind === 'patch-file' && op.base.content.sha1 !== op.target.sha1) {
        found.push({ path: op.path, base: op.base.path, op });
      } else if (op.kind === 'patch-partition') found.push({ path: op.path, base: op.path, op });
    }
  }
  return found.sort((a, b) => compareBytes(a.path, b.path));
}

async function classic(
  maker: PatchMaker,
  [from, to]: readonly [Uint8Array, Uint8Array],
  { label, target }: { readonly label: string; readonly target: PatchFile['target'] },
  signal: AbortSignal | undefined,
): Promise<EngineFigures | null> {
  try {
    const { bytes, wallSeconds, processorSeconds } = await maker.make(from, to, label, signal);
    return isProved(bytes, from, target) ? { size: bytes.length, wallSeconds, processorSeconds } : null;
  } catch (error) {
    if (error instanceof InputError && error.faults.every(({ code }) => code === 'engine-failed')) return null;
    throw error;
  }
}

function totalsOf(patches: readonly ComparedPatch[]): EngineComparison['totals'] {
  const both = patches.flatMap(({ ours, other }) => (other === null ? [] : [{ ours, other }]));
  const sum = (which: 'ours' | 'other'): EngineFigures => ({
    size: both.reduce((all, one) => all + one[which].size, 0),
    wallSeconds: both.reduce((all, one) => all + one[which].wallSeconds, 0),
    processorSeconds: both.reduce((all, one) => all + one[which].processorSeconds, 0),
  });
  return { patches: both.length, ours: sum('ours'), other: sum('other') };
}
