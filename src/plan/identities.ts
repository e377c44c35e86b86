import type { SettledPlan } from '../model/plan.js';
import { deviceOrder } from './order.js';

/**
 * The sizes, ascending, of the identity patches that the plan's device order needs: one for each partition that is
 * written through a staged file, one for each base that is read from a copy.
 */
export function identitySizes(plan: SettledPlan): readonly number[] {
  const sizes = new Set<number>();
  const { patches, partitions } = deviceOrder(plan);
  for (const step of patches) if (step.kind === 'patch' && step.staged) sizes.add(step.op.base.content.size);
  for (const op of partitions)
    if (op.kind === 'patch-partition' && plan.bootUpdate === 'resumable') sizes.add(op.target.size);
  return [...sizes].sort((a, b) => a - b);
}
