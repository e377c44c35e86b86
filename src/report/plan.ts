import type { Entry } from '../model/build.js';
import { reasonSentence } from '../model/decision.js';
import type { SettledOperation } from '../model/operation.js';
import { showParts } from '../model/parts.js';
import { displayName } from '../model/path.js';
import type { SettledPlan } from '../model/plan.js';

/** Raised when a field changes its meaning or goes away; new fields do not count. */
export const planJsonVersion = 1;

function entry(node: Entry | undefined): object | null {
  if (node === undefined) return null;
  if (node.kind === 'link') return { kind: node.kind, destination: displayName(node.destination) };
  const { uid, gid, mode, origin } = node.ownership;
  const ownership = { uid, gid, mode: mode.toString(8).padStart(4, '0'), origin };
  return node.kind === 'file' ? { kind: node.kind, ...node.content, ...ownership } : { kind: node.kind, ...ownership };
}

function operation(op: SettledOperation): object {
  switch (op.kind) {
    case 'delete-file':
    case 'delete-link':
    case 'delete-directory':
    case 'make-directory':
      return { kind: op.kind };
    case 'make-link':
      return { kind: op.kind, destination: displayName(op.destination) };
    case 'patch-file':
      return {
        kind: op.kind,
        format: op.format,
        base: displayName(op.base.path),
        baseKind: op.base.kind,
        packageBytes: op.patch.packageBytes,
      };
    case 'extract-file':
      return { kind: op.kind, packageBytes: op.whole.packageBytes };
    case 'patch-partition':
      return { kind: op.kind, format: op.format, partition: op.partition, packageBytes: op.patch.packageBytes };
    case 'write-partition':
      return { kind: op.kind, partition: op.partition, packageBytes: op.whole.packageBytes };
    default:
      return op satisfies never;
  }
}

/** The whole plan for scripts: a row for every path of either build, untouched ones too, in byte order. */
export function planJson(plan: SettledPlan): string {
  const document = {
    format: 'dfota-plan',
    version: planJsonVersion,
    parts: showParts(plan.parts),
    bootUpdate: plan.bootUpdate,
    decisions: [...plan.decisions.values()].map((decision) => ({
      path: displayName(decision.path),
      part: decision.part ?? null,
      change: decision.change,
      reason: decision.reason,
      sentence: reasonSentence(decision.reason),
      decidedBy: decision.decidedBy ?? null,
      from: decision.from === undefined ? null : displayName(decision.from),
      source: entry(decision.source),
      target: entry(decision.target),
      operations: decision.operations.map(operation),
      alternatives: decision.alternatives.map((each) => ({
        ...each,
        base: each.base === undefined ? undefined : displayName(each.base),
      })),
    })),
    permissions: plan.permissions.map((statement) => ({
      ...statement,
      path: displayName(statement.path),
      capabilities: statement.capabilities === undefined ? undefined : `0x${statement.capabilities.toString(16)}`,
    })),
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}
