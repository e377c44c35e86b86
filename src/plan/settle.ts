import type { Decision } from '../model/decision.js';
import type { DeltaOperation, EncodeFile, EncodePartition, Encoding, SettledOperation } from '../model/operation.js';
import type { BuildPath } from '../model/path.js';
import type { DeltaPlan, SettledPlan } from '../model/plan.js';

/** The operations of a plan that need bytes, in byte order of their path. */
export function encodeOperations(plan: DeltaPlan): readonly (EncodeFile | EncodePartition)[] {
  return [...plan.decisions.values()].flatMap(({ operations }) =>
    operations.filter((op) => op.kind === 'encode-file' || op.kind === 'encode-partition'),
  );
}

/**
 * The plan without bases that are not to be had: a file that travels whole is unpacked after all patches, so none can be made from it.
 * `again` names the files that were to be made from one, in byte order: they are to be encoded once more, from the bases they have now.
 */
export function withoutWholeBases(
  plan: DeltaPlan,
  encodings: ReadonlyMap<BuildPath, Encoding>,
): { readonly plan: DeltaPlan; readonly again: ReadonlySet<BuildPath> } {
  const again = new Set<BuildPath>();
  for (const op of encodeOperations(plan)) {
    if (op.kind !== 'encode-file') continue;
    const chosen = encodings.get(op.path)?.chosen;
    const base = chosen?.kind === 'patch' ? op.bases.find(({ path }) => path === chosen.base) : undefined;
    if (base?.kind === 'updated' && encodings.get(base.path)?.chosen.kind === 'whole') again.add(op.path);
  }
  if (again.size === 0) return { plan, again };
  const decisions = new Map(plan.decisions);
  for (const path of again) {
    const decision = decisions.get(path);
    if (decision === undefined) continue;
    const operations = decision.operations.map(
      (op): DeltaOperation =>
        op.kind === 'encode-file' ? { ...op, bases: op.otherwise ?? [], otherwise: undefined } : op,
    );
    decisions.set(path, { ...decision, operations });
  }
  return { plan: { ...plan, decisions }, again };
}

/**
 * Puts the encodings into the plan, which then lacks only its identity patches. Every encode operation must have its
 * encoding; a missing one is a bug and throws.
 */
export function settle(plan: DeltaPlan, encodings: ReadonlyMap<BuildPath, Encoding>): SettledPlan {
  const decisions = new Map<BuildPath, Decision<SettledOperation>>();
  for (const [path, decision] of plan.decisions) decisions.set(path, settleDecision(decision, encodings));
  return { ...plan, state: 'settled', decisions, identities: new Map() };
}

function settleDecision(
  decision: Decision<DeltaOperation>,
  encodings: ReadonlyMap<BuildPath, Encoding>,
): Decision<SettledOperation> {
  const operations = decision.operations.map((op) => settleOperation(op, encodings));
  const encoding = encodings.get(decision.path);
  if (encoding === undefined) return { ...decision, operations };
  const whole = encoding.chosen.kind === 'whole';
  const expectedPatch = [
    'content-differs',
    'patched-from-moved',
    'patched-from-similar',
    'patched-from-unrelated',
    'image-differs',
  ];
  const base = operations.find((op) => op.kind === 'patch-file')?.base;
  const isUpdated = base?.kind === 'updated';
  const from = base === undefined || isUpdated || base.path === decision.path ? undefined : base.path;
  return {
    ...decision,
    operations,
    from: whole ? undefined : (from ?? decision.from),
    change: whole && (decision.change === 'moved' || decision.change === 'copied') ? 'added' : decision.change,
    reason: isUpdated
      ? 'patched-from-updated'
      : whole && expectedPatch.includes(decision.reason)
        ? 'patch-not-worthwhile'
        : decision.reason,
    alternatives: encoding.alternatives,
  };
}

function settleOperation(op: DeltaOperation, encodings: ReadonlyMap<BuildPath, Encoding>): SettledOperation {
  if (op.kind !== 'encode-file' && op.kind !== 'encode-partition') return op;
  const chosen = encodings.get(op.path)?.chosen;
  if (chosen === undefined) throw new Error(`no encoding of ${op.path}`);
  if (op.kind === 'encode-partition') {
    const { path, partition, source, target } = op;
    if (chosen.kind === 'whole') return { kind: 'write-partition', path, partition, target, whole: chosen.payload };
    if (source === undefined) throw new Error(`a patch without a source for ${path}`);
    return { kind: 'patch-partition', path, partition, source, target, format: chosen.format, patch: chosen.payload };
  }
  if (chosen.kind === 'whole') return { kind: 'extract-file', path: op.path, target: op.target, whole: chosen.payload };
  const base = op.bases.find(({ path }) => path === chosen.base);
  if (base === undefined) throw new Error(`${op.path} was patched from ${chosen.base}, which was not offered`);
  return { kind: 'patch-file', path: op.path, base, target: op.target, format: chosen.format, patch: chosen.payload };
}
