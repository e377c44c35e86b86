/** What a plan tells an audit beside its decisions. */
import { checkBuilds } from '../../checks/builds/check-builds.js';
import { comparedInputFindings } from '../../checks/builds/compared-inputs.js';
import { listFindings } from '../../checks/lists/check-lists.js';
import type { Decision } from '../../model/decision.js';
import type { Finding } from '../../model/finding.js';
import type { DeltaOperation, SettledOperation } from '../../model/operation.js';
import type { Part } from '../../model/parts.js';
import type { BuildPath } from '../../model/path.js';
import type { DeltaPlan, SettledPlan } from '../../model/plan.js';
import type { OpenInputs } from '../open-inputs.js';

/** What `generate` tells before it encodes. */
export function planFindings(
  inputs: OpenInputs,
  parts: ReadonlySet<Part>,
  plan: DeltaPlan | SettledPlan,
): readonly Finding[] {
  const { rules } = inputs;
  const [source, target] = [inputs.source.build, inputs.target.build];
  return [
    ...source.findings,
    ...target.findings,
    ...inputs.findings,
    ...comparedInputFindings(source, target),
    ...checkBuilds({ source, target, rules, parts }),
    ...listFindings(rules, source, target, parts),
    ...plan.findings,
  ];
}

/** Where files that are new at their path come from: what they moved from, or what a renamed file was called before. */
export function earlierForms(plan: DeltaPlan | SettledPlan): ReadonlyMap<BuildPath, BuildPath> {
  const earlier = new Map<BuildPath, BuildPath>();
  const decisions: readonly Decision<DeltaOperation | SettledOperation>[] = [...plan.decisions.values()];
  for (const { path, from, source, operations } of decisions) {
    if (source !== undefined) continue;
    const bases = operations.flatMap((op) =>
      op.kind === 'encode-file' ? op.bases : op.kind === 'patch-file' ? [op.base] : [],
    );
    const base = from ?? bases.find(({ kind }) => kind === 'renamed' || kind === 'same-content')?.path;
    if (base !== undefined) earlier.set(path, base);
  }
  return earlier;
}
