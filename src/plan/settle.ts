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
  const from =
    encoding.chosen.kind === 'patch' && encoding.chosen.base !== decision.path ? encoding.chosen.base : undefined;
  return {
    ...decision,
    operations,
    from: whole ? undefined : (from ?? decision.from),
    change: whole && (decision.change === 'moved' || decision.change === 'copied') ? 'added' : decision.change,
    reason: whole && expectedPatch.includes(decision.reason) ? 'patch-not-worthwhile' : decision.reason,
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
