/**
 * The order of the patches among each other, and which of them must not read their base where it lies.
 *
 * When /system has too little free space, the device copies a patch's source to /cache, unlinks it, and drops the
 * copy when the patch is done. So a base that anything needs later is read from a copy that the script makes.
 */
import type { PatchStep } from '../model/device-order.js';
import type { Base, PatchFile } from '../model/operation.js';
import { type BuildPath, compareBytes, parentOf } from '../model/path.js';
import type { SettledPlan } from '../model/plan.js';
import { commitMark } from './entry-names.js';

/** Bases that go away are deleted together once they make up so many bytes: few statements, little space. */
const deleteBatchBytes = 512 * 1024;

/** Shrinking files first, small before large; then growing ones, large sources first: this keeps the peak of used space low. */
function bySpace(a: PatchFile, b: PatchFile): number {
  const shrinks = (op: PatchFile): boolean => op.target.size <= op.base.content.size;
  if (shrinks(a) !== shrinks(b)) return shrinks(a) ? -1 : 1;
  const need = shrinks(a) ? a.target.size - b.target.size : b.base.content.size - a.base.content.size;
  return need || compareBytes(a.path, b.path);
}

/** The same operations with those of one base next to each other, in the order in which the bases first appear. */
function groupedByBase(ops: readonly PatchFile[]): readonly PatchFile[] {
  const groups = new Map<BuildPath, PatchFile[]>();
  for (const op of ops) {
    const group = groups.get(op.base.path);
    if (group === undefined) groups.set(op.base.path, [op]);
    else group.push(op);
  }
  return [...groups.values()].flat();
}

/** Steps 4 and 5 of the device order: patches, and deletes of bases that go away; build.prop is not among them. */
export function patchSteps(
  plan: SettledPlan,
  patches: readonly PatchFile[],
  goneFiles: ReadonlySet<BuildPath>,
  goneDirectories: ReadonlySet<BuildPath>,
): readonly PatchStep[] {
  const ops = patches.filter(({ path }) => path !== commitMark);
  const fromSource = ops.filter(({ base }) => base.kind !== 'updated');
  const inPlace = fromSource.filter(({ path, base }) => path === base.path);
  const foreign = fromSource.filter(({ path, base }) => path !== base.path);
  const overSource = (op: PatchFile): boolean => plan.decisions.get(op.path)?.source?.kind === 'file';
  const readers = [
    ...groupedByBase(foreign.filter((op) => !overSource(op)).sort(bySpace)),
    ...groupedByBase(foreign.filter(overSource).sort(bySpace)),
  ];
  const lastReader = new Map(readers.map((op) => [op.base.path, op]));
  const written = new Set(inPlace.map(({ path }) => path));
  const gone = new Map<BuildPath, boolean>();
  /** Whether the directory is deleted, or one above it. */
  const isGone = (directory: BuildPath): boolean => {
    const passed: BuildPath[] = [];
    let at: BuildPath | undefined = directory;
    while (at !== undefined && !gone.has(at) && !goneDirectories.has(at)) {
      passed.push(at);
      at = parentOf(at);
    }
    const answer = at !== undefined && (gone.get(at) ?? true);
    for (const one of passed) gone.set(one, answer);
    return answer;
  };
  const goesAway = ({ path }: Base): boolean => goneFiles.has(path) || isGone(path);
  const neededAfter = (op: PatchFile): boolean => {
    if (lastReader.get(op.base.path) !== op || written.has(op.base.path)) return true;
    const after = goesAway(op.base) ? undefined : plan.outcome.get(op.base.path);
    return after?.kind === 'file' && after.content.sha1 === op.base.content.sha1;
  };

  const steps: PatchStep[] = [];
  let waiting: BuildPath[] = [];
  let waitingBytes = 0;
  const flush = (): void => {
    if (waiting.length > 0) steps.push({ kind: 'delete', paths: waiting });
    waiting = [];
    waitingBytes = 0;
  };
  for (const op of readers) {
    steps.push({ kind: 'patch', op, staged: neededAfter(op) });
    if (lastReader.get(op.base.path) !== op || !goesAway(op.base)) continue;
    waiting.push(op.base.path);
    waitingBytes += op.base.content.size;
    if (waitingBytes >= deleteBatchBytes) flush();
  }
  flush();
  for (const op of [...inPlace].sort(bySpace)) steps.push({ kind: 'patch', op, staged: false });
  for (const op of baseFirst(ops.filter(({ base }) => base.kind === 'updated')))
    steps.push({ kind: 'patch', op, staged: true });
  return steps;
}

/** Patches from updated files, in rounds: each after the one that makes its base, those of one base next to each other. */
function baseFirst(ops: readonly PatchFile[]): readonly PatchFile[] {
  const byBase = new Map<BuildPath, PatchFile[]>();
  for (const op of ops) {
    const group = byBase.get(op.base.path);
    if (group === undefined) byBase.set(op.base.path, [op]);
    else group.push(op);
  }
  const made = new Set(ops.map(({ path }) => path));
  const ordered: PatchFile[] = [];
  let round = [...byBase.keys()].filter((base) => !made.has(base)).sort(compareBytes);
  while (round.length > 0) {
    const next = round.flatMap((base) => (byBase.get(base) ?? []).sort(bySpace));
    ordered.push(...next);
    round = next.map(({ path }) => path).filter((path) => byBase.has(path));
  }
  if (ordered.length < ops.length) throw new Error('files are patched from each other in a circle');
  return ordered;
}
