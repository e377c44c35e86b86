import type { AuditMethod, AuditRow, AuditSide } from '../model/audit.js';
import type { Entry } from '../model/build.js';
import type { Decision } from '../model/decision.js';
import type { DeltaOperation, Payload, SettledOperation } from '../model/operation.js';
import type { BuildPath } from '../model/path.js';
import type { DeltaPlan, SettledPlan } from '../model/plan.js';

type AnyDecision = Decision<DeltaOperation | SettledOperation>;

/** What is known of sizes beyond the plan. */
export interface Costs {
  /** Bytes of a file sent whole, compressed, where they were measured. */
  readonly whole: ReadonlyMap<BuildPath, number>;
  /** About what files take that were not encoded; paths that share a payload share the estimate. */
  readonly estimates?: ReadonlyMap<BuildPath, { readonly bytes: number }> | undefined;
  /** The name of a payload's entry, where the package's layout is known. */
  readonly entryOf?: ((payload: Payload, path: BuildPath) => string | undefined) | undefined;
}

/** A row for every decision of the plan, in its order. A payload that was counted at one path costs nothing at the next. */
export function auditRows(plan: DeltaPlan | SettledPlan, costs: Costs): readonly AuditRow[] {
  const counted = new Set<unknown>();
  const decisions: readonly AnyDecision[] = [...plan.decisions.values()];
  return decisions.map((decision) => {
    const payload = payloadOf(decision.operations);
    const estimate = payload === undefined ? costs.estimates?.get(decision.path) : undefined;
    const counts = payload?.id ?? estimate;
    const shared = counts !== undefined && counted.has(counts);
    if (counts !== undefined) counted.add(counts);
    const whole = wholeCost(decision, costs);
    const encodes = decision.operations.some((op) => op.kind === 'encode-file' || op.kind === 'encode-partition');
    const known = payload?.packageBytes ?? estimate?.bytes;
    const cost = shared ? 0 : (known ?? (encodes ? (whole ?? sizeOf(decision.target)) : 0));
    const entry = payload && costs.entryOf?.(payload, decision.path);
    return {
      path: decision.path,
      part: decision.part,
      change: decision.change,
      from: decision.from,
      before: decision.source === undefined ? undefined : sideOf(decision.source),
      after: decision.target === undefined ? undefined : sideOf(decision.target),
      method: methodOf(decision),
      reason: decision.reason,
      decidedBy: decision.decidedBy,
      cost,
      entry,
      whole,
      alternatives: decision.alternatives,
    };
  });
}

function payloadOf(operations: readonly (DeltaOperation | SettledOperation)[]): Payload | undefined {
  for (const op of operations) {
    if (op.kind === 'patch-file' || op.kind === 'patch-partition') return op.patch;
    if (op.kind === 'extract-file' || op.kind === 'write-partition') return op.whole;
  }
  return undefined;
}

function sizeOf(entry: Entry | undefined): number {
  return entry?.kind === 'file' ? entry.content.size : 0;
}

function wholeCost(decision: AnyDecision, costs: Costs): number | undefined {
  for (const op of decision.operations)
    if (op.kind === 'extract-file' || op.kind === 'write-partition') return op.whole.packageBytes;
  // what was tried and not taken may be an estimate only
  // The encoder's own measure, where it made one: the row and what was tried for it tell one size.
  return decision.alternatives.find(({ method }) => method === 'whole')?.packageBytes ?? costs.whole.get(decision.path);
}

/** What is at a path, without what only the program needs. */
export function sideOf(entry: Entry): AuditSide {
  if (entry.kind === 'link') return { kind: 'link', destination: entry.destination };
  const { mode, uid, gid } = entry.ownership;
  if (entry.kind === 'directory') return { kind: 'directory', mode, uid, gid };
  return { kind: 'file', size: entry.content.size, sha1: entry.content.sha1, mode, uid, gid };
}

/** Of several operations (a deletion before a new kind of thing, say) the one that brings something counts. */
function methodOf(decision: AnyDecision): AuditMethod {
  let method: AuditMethod =
    decision.change === 'mode-only' && decision.reason === 'permissions-differ' ? 'permissions' : 'none';
  for (const op of decision.operations) {
    switch (op.kind) {
      case 'encode-file':
        return op.bases.length === 0 ? 'whole' : 'patch';
      case 'encode-partition':
        return op.whole || op.source === undefined ? 'whole' : 'patch';
      case 'patch-file':
      case 'patch-partition':
        return op.format;
      case 'extract-file':
      case 'write-partition':
        return 'whole';
      case 'make-link':
        method = 'link';
        break;
      case 'make-directory':
        method = 'directory';
        break;
      case 'delete-file':
      case 'delete-link':
      case 'delete-directory':
        if (method === 'none') method = 'delete';
        break;
      default:
        op satisfies never;
    }
  }
  return method;
}
