/** The way of a version to a target: one package, several behind each other, or none. */
import { InputError } from '../model/errors.js';
import type { FleetPolicy } from '../model/fleet.js';
import { displayName } from '../model/path.js';
import { compareRevisions } from '../model/revision.js';
import type { ProductVersions } from './versions.js';

/** One package of a way. */
export interface Hop {
  readonly from: string;
  readonly to: string;
  readonly kind: 'patches' | 'whole';
}

/** The hops, or why there is no way. */
export type Way = { readonly hops: readonly Hop[] } | { readonly reason: 'downgrade' | 'too-far-back' };

/** The way from one revision to another, which is not the same. */
export function wayTo(from: string, to: string, policy: FleetPolicy, { order, over }: ProductVersions): Way {
  const rank = new Map(order.map(({ revision }, at) => [revision, at]));
  const rankOf = (revision: string): number => rank.get(revision) ?? 0;
  const hops: Hop[] = [];
  let at = from;
  const passed = new Set<string>();
  while (at !== to) {
    // Chains that lead back over what the policy leads forward to.
    if (passed.has(at)) throw circle([...passed, at], policy);
    passed.add(at);
    const via = over.get(at);
    // What lies beyond the target is no way to it.
    if (via !== undefined && via !== at && compareRevisions(via, to) <= 0) {
      hops.push({ from: at, to: via, kind: 'patches' });
      at = via;
      continue;
    }
    const distance = rankOf(to) - rankOf(at);
    if (distance < 0 && policy.downgrade === 'forbidden') return { reason: 'downgrade' };
    if (policy.back === undefined || Math.abs(distance) <= policy.back) {
      hops.push({ from: at, to, kind: 'patches' });
      at = to;
    } else if (policy.beyond === 'whole') {
      hops.push({ from: at, to, kind: 'whole' });
      at = to;
    } else if (policy.beyond === 'chain') {
      const next = order[rankOf(at) + Math.sign(distance) * policy.back]?.revision;
      if (next === undefined) return { reason: 'too-far-back' };
      hops.push({ from: at, to: next, kind: 'patches' });
      at = next;
    } else return { reason: 'too-far-back' };
  }
  return { hops };
}

function circle(way: readonly string[], { chains }: FleetPolicy): InputError {
  return new InputError({
    code: 'fleet-chain-cycle',
    place: chains[0]?.from.place,
    message: 'the chains lead in a circle',
    found: way.map(displayName).join(' → '),
    expected: 'a way that ends',
    remedy: 'take one of the chains out, or leave more versions back',
  });
}
