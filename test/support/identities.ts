/** Identity patches of plans that are settled without encoding anything. */
import type { Payload } from '../../src/model/operation.js';
import type { SettledPlan } from '../../src/model/plan.js';
import { identitySizes } from '../../src/plan/identities.js';

/** The plan with its identity patches, each asked of `payloadOf` by its size. */
export function withIdentities(plan: SettledPlan, payloadOf: (size: number) => Payload): SettledPlan {
  return { ...plan, identities: new Map(identitySizes(plan).map((size) => [size, payloadOf(size)])) };
}
