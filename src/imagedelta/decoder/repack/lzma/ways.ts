/** The cheapest ways to places ahead, while a plan is made. Places count from where the plan begins. */
import { afterLiteral, afterMatch, afterRep, afterShortRep, kinds, recall, remember, type Token } from './model.js';

/** A plan looks no further ahead than this. */
export const mostAhead = 4096;
const room = mostAhead + 600;
const never = 2 ** 30;

/** What stands before the last step of a way: nothing of its own, a literal, or a step and a literal. */
const before = { nothing: 0, literal: 1, stepAndLiteral: 2 } as const;

/** The cheapest way to each place. */
export interface Ways {
  readonly price: Int32Array;
  readonly state: Uint8Array;
  /** The last place that a way leads to. */
  readonly last: () => number;
  /** Begins at place 0. */
  begin(state: number, distances: Uint32Array): void;
  /** Makes room for ways up to a place. */
  reach(place: number): void;
  /** A step of `kind` from one place to another, if that is cheaper than the way known. */
  offer(to: number, price: number, from: number, kind: number, distance: number): boolean;
  /** A short repetition from the place before, if that is not dearer. */
  offerShortRep(to: number, price: number): boolean;
  /** Whether the way to a place ends with a repetition of the last distance that begins before `place`. */
  isRepFromBefore(to: number, place: number): boolean;
  /** A literal to `from`, then a repetition of the last distance to `to`. */
  offerLiteralRep(to: number, price: number, from: number): void;
  /** A step from `first`, a literal to `from`, then a repetition of the last distance to `to`. */
  offerStepLiteralRep(to: number, price: number, from: number, first: number, kind: number, distance: number): void;
  /** All ways to the place are known: settles its state, and puts its last distances into `into`. */
  settle(place: number, into: Uint32Array): void;
  /** The tokens of the way to `place`, the last one first. */
  tokensTo(place: number): readonly Token[];
}

function stateBehind(state: number, kind: number): number {
  if (kind === kinds.literal) return afterLiteral(state);
  if (kind === kinds.shortRep) return afterShortRep(state);
  return kind === kinds.match ? afterMatch(state) : afterRep(state);
}

/** Ways for one plan after another. */
export function openWays(): Ways {
  const price = new Int32Array(room);
  const state = new Uint8Array(room);
  const from = new Int32Array(room);
  const kind = new Uint8Array(room);
  const distance = new Uint32Array(room);
  const how = new Uint8Array(room);
  const firstFrom = new Int32Array(room);
  const firstKind = new Uint8Array(room);
  const firstDistance = new Uint32Array(room);
  const held = new Uint32Array(4 * room);
  let last = 0;

  const set = (to: number, cost: number, start: number, stepKind: number, stepDistance: number): void => {
    price[to] = cost;
    from[to] = start;
    kind[to] = stepKind;
    distance[to] = stepDistance;
    how[to] = before.nothing;
  };
  const reach = (place: number): void => {
    while (last < place) price[++last] = never;
  };
  const go = (into: Uint32Array, start: number, stepKind: number, stepDistance: number): number => {
    for (let i = 0; i < 4; i++) into[i] = held[4 * start + i] ?? 1;
    if (stepKind === kinds.match) remember(into, stepDistance);
    else if (stepKind >= kinds.rep) recall(into, stepKind - kinds.rep);
    return stateBehind(state[start] ?? 0, stepKind);
  };
  return {
    price,
    state,
    last: () => last,
    begin: (stateHere, distances) => {
      last = 0;
      state[0] = stateHere;
      held.set(distances, 0);
    },
    reach,
    offer: (to, cost, start, stepKind, stepDistance) => {
      if (cost >= (price[to] ?? 0)) return false;
      set(to, cost, start, stepKind, stepDistance);
      return true;
    },
    offerShortRep: (to, cost) => {
      if (cost > (price[to] ?? 0)) return false;
      set(to, cost, to - 1, kinds.shortRep, 0);
      return true;
    },
    isRepFromBefore: (to, place) => (from[to] ?? 0) < place && kind[to] === kinds.rep,
    offerLiteralRep: (to, cost, start) => {
      reach(to);
      if (cost >= (price[to] ?? 0)) return;
      set(to, cost, start, kinds.rep, 0);
      how[to] = before.literal;
    },
    offerStepLiteralRep: (to, cost, start, first, stepKind, stepDistance) => {
      reach(to);
      if (cost >= (price[to] ?? 0)) return;
      set(to, cost, start, kinds.rep, 0);
      how[to] = before.stepAndLiteral;
      firstFrom[to] = first;
      firstKind[to] = stepKind;
      firstDistance[to] = stepDistance;
    },
    settle: (place, into) => {
      const start = from[place] ?? 0;
      if (how[place] === before.nothing) state[place] = go(into, start, kind[place] ?? 0, distance[place] ?? 1);
      else if (how[place] === before.literal) state[place] = afterRep(go(into, start - 1, kinds.literal, 0));
      else
        state[place] = afterRep(
          afterLiteral(go(into, firstFrom[place] ?? 0, firstKind[place] ?? 0, firstDistance[place] ?? 1)),
        );
      held.set(into, 4 * place);
    },
    tokensTo: (place) => {
      const tokens: Token[] = [];
      for (let to = place; to > 0; ) {
        const start = from[to] ?? 0;
        tokens.push({ kind: kind[to] ?? 0, length: to - start, distance: distance[to] ?? 0 });
        if (how[to] === before.nothing) {
          to = start;
          continue;
        }
        tokens.push({ kind: kinds.literal, length: 1, distance: 0 });
        if (how[to] === before.literal) {
          to = start - 1;
          continue;
        }
        const first = firstFrom[to] ?? 0;
        tokens.push({ kind: firstKind[to] ?? 0, length: start - 1 - first, distance: firstDistance[to] ?? 0 });
        to = first;
      }
      return tokens;
    },
  };
}
