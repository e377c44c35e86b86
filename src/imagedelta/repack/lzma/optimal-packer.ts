/** Takes the decisions of a packer that weighs ways against each other, as liblzma and the LZMA SDK do, and tells where they agree. */
import { literalBack, matchBack, openPlanNodes, planLimit } from './plan-nodes.js';
import { at, type Learned, stateAfter } from './probabilities.js';
import { tokenKinds } from './token-list.js';
import { openTokenPrices } from './token-prices.js';
import { openTreeMatches, type SearchSettings } from './tree-matches.js';

/** How the packer is set up. */
export interface PackerSettings extends SearchSettings {
  /** Prices of lengths are renewed behind the token, as in the LZMA SDK, and not before it, as in liblzma. */
  readonly late: boolean;
}

/** A packer that goes through a text together with the one whose decisions are known. */
export interface OptimalPacker {
  /** Decides on a token at the place; `decided` tells it. */
  decide(): void;
  readonly kind: () => number;
  readonly length: () => number;
  /** Counted from 1, for a match of its own. */
  readonly distance: () => number;
  /** The token that was taken; what was planned behind it holds on only if it was the one decided on. */
  take(kind: number, length: number, distance: number, agreed: boolean): void;
  /** What was learned is forgotten, but for the text. */
  reset(): void;
  /** Bytes follow that were not packed. */
  pass(): void;
  /** The distance of the nearest match that is at least so long; 0 where there is none. */
  nearest(length: number): number;
  readonly work: () => number;
}

const workOfPlace = 64;

/** Opens a packer where a dictionary begins. */
export function openOptimalPacker(
  text: Uint8Array,
  learned: Learned,
  end: number,
  settings: PackerSettings,
): OptimalPacker {
  const { nice } = settings;
  const begin = learned.place;
  const matches = openTreeMatches(text, begin, end, settings);
  const prices = openTokenPrices(text, learned, nice, settings.dictionary);
  const nodes = openPlanNodes();
  const reps = new Int32Array(4);
  const repLengths = new Int32Array(4);
  let current = 0;
  let planEnd = 0;
  let known = false;
  let planned = 0;
  let [back, length] = [literalBack, 1];

  const common = (a: number, b: number, from: number, limit: number): number => {
    let same = from;
    while (same < limit && text[a + same] === text[b + same]) same++;
    return same;
  };
  const posStateAt = (position: number): number => (position - begin) & learned.posMask();
  const matchBit = (state: number, position: number, value: number): number =>
    prices.bit(at.isMatch + 16 * state + posStateAt(position), value);
  const repBit = (state: number, value: number): number => prices.bit(at.isRep + state, value);
  const shortRep = (state: number, position: number): number =>
    prices.bit(at.isRepG0 + state, 0) + prices.bit(at.isRep0Long + 16 * state + posStateAt(position), 0);
  /** A repetition of the last distance behind a literal. */
  const repBehindLiteral = (state: number, position: number, repLength: number): number =>
    matchBit(state, position, 1) +
    repBit(state, 1) +
    prices.pureRep(0, state, posStateAt(position)) +
    prices.repLength(repLength, posStateAt(position));
  const literal = (position: number, state: number, from: number): number =>
    prices.literal(position, state < 7 ? undefined : (text[from] ?? 0));
  const isSame = (position: number, from: number): boolean => from >= begin && text[from] === text[position];

  const decideAtOnce = (step: number, size: number): false => {
    back = step;
    length = size;
    return false;
  };
  const firstPlace = (): boolean => {
    const position = learned.place;
    matches.reach(position);
    const longest = matches.longest(position);
    const count = matches.count(position);
    const available = Math.min(end - position, 273);
    if (available < 2) return decideAtOnce(literalBack, 1);
    let best = 0;
    for (let i = 0; i < 4; i++) {
      const from = position - (learned.reps[i] ?? 0) - 1;
      const two = isSame(position, from) && text[from + 1] === text[position + 1];
      repLengths[i] = two ? common(position, from, 2, available) : 0;
      if ((repLengths[i] ?? 0) > (repLengths[best] ?? 0)) best = i;
    }
    const longestRep = repLengths[best] ?? 0;
    if (longestRep >= nice) return decideAtOnce(best, longestRep);
    if (longest >= nice) return decideAtOnce(matches.distance(position, count - 1) + matchBack, longest);
    const from = position - (learned.reps[0] ?? 0) - 1;
    const same = isSame(position, from);
    if (longest < 2 && !same && longestRep < 2) return decideAtOnce(literalBack, 1);
    const { state } = learned;
    const posState = posStateAt(position);
    nodes.start(state, learned.reps);
    nodes.extend(Math.max(1, longest, longestRep));
    nodes.put(1, matchBit(state, position, 0) + literal(position, state, from), 0, literalBack);
    const matchPrice = matchBit(state, position, 1);
    const repPrice = matchPrice + repBit(state, 1);
    if (same) {
      const price = repPrice + shortRep(state, position);
      if (price < (nodes.price[1] ?? 0)) nodes.put(1, price, 0, 0);
    }
    if (nodes.end < 2) return decideAtOnce(nodes.back[1] ?? 0, 1);
    for (let i = 0; i < 4; i++) {
      const price = repPrice + prices.pureRep(i, state, posState);
      for (let size = repLengths[i] ?? 0; size >= 2; size--) {
        const whole = price + prices.repLength(size, posState);
        if (whole < (nodes.price[size] ?? 0)) nodes.put(size, whole, 0, i);
      }
    }
    const normal = matchPrice + repBit(state, 0);
    let index = 0;
    for (let size = Math.max(2, (repLengths[0] ?? 0) + 1); size <= longest; size++) {
      while (size > matches.length(position, index)) index++;
      const distance = matches.distance(position, index);
      const whole = normal + prices.match(distance, size, posState);
      if (whole < (nodes.price[size] ?? 0)) nodes.put(size, whole, 0, distance + matchBack);
    }
    return true;
  };
  /** A step of `size` bytes, a literal and the same distance again, from the place `cur` of the plan. */
  const tryBehind = (cur: number, size: number, from: number, price: number, state: number, step: number): void => {
    const position = learned.place + cur;
    const full = roomAt(cur);
    const limit = Math.min(full, size + 1 + nice);
    if (size + 1 >= limit) return;
    const more = common(position, from, size + 1, limit) - size - 1;
    if (more < 2) return;
    const after = stateAfter.literal(state);
    const whole =
      price +
      matchBit(state, position + size, 0) +
      prices.literal(position + size, text[from + size] ?? 0) +
      repBehindLiteral(after, position + size + 1, more);
    const to = cur + size + 1 + more;
    nodes.extend(to);
    if (whole < (nodes.price[to] ?? 0)) nodes.putAfterLiteral(to, whole, cur + size + 1, { from: cur, back: step });
  };
  const roomAt = (cur: number): number => Math.min(end - learned.place - cur, planLimit - 1 - cur);
  const laterPlace = (cur: number): void => {
    const position = learned.place + cur;
    nodes.arrive(cur, reps);
    const state = nodes.state[cur] ?? 0;
    const posState = posStateAt(position);
    const price = nodes.price[cur] ?? 0;
    const from = position - (reps[0] ?? 0) - 1;
    const same = isSame(position, from);
    const afterLiteral = price + matchBit(state, position, 0) + literal(position, state, from);
    let nextIsOne = false;
    if (afterLiteral < (nodes.price[cur + 1] ?? 0)) {
      nodes.put(cur + 1, afterLiteral, cur, literalBack);
      nextIsOne = true;
    }
    const matchPrice = price + matchBit(state, position, 1);
    const repPrice = matchPrice + repBit(state, 1);
    if (same && !((nodes.previous[cur + 1] ?? 0) < cur && nodes.back[cur + 1] === 0)) {
      const whole = repPrice + shortRep(state, position);
      if (whole <= (nodes.price[cur + 1] ?? 0)) {
        nodes.put(cur + 1, whole, cur, 0);
        nextIsOne = true;
      }
    }
    const full = roomAt(cur);
    if (full < 2) return;
    const available = Math.min(full, nice);
    if (!nextIsOne && !same && from >= begin) {
      const size = common(position, from, 1, Math.min(full, nice + 1)) - 1;
      if (size >= 2) {
        const to = cur + 1 + size;
        nodes.extend(to);
        const whole = afterLiteral + repBehindLiteral(stateAfter.literal(state), position + 1, size);
        if (whole < (nodes.price[to] ?? 0)) nodes.putAfterLiteral(to, whole, cur + 1, undefined);
      }
    }
    let shortest = 2;
    for (let i = 0; i < 4; i++) {
      const source = position - (reps[i] ?? 0) - 1;
      if (!isSame(position, source) || text[source + 1] !== text[position + 1]) continue;
      const longest = common(position, source, 2, available);
      nodes.extend(cur + longest);
      const pure = repPrice + prices.pureRep(i, state, posState);
      for (let size = longest; size >= 2; size--) {
        const whole = pure + prices.repLength(size, posState);
        if (whole < (nodes.price[cur + size] ?? 0)) nodes.put(cur + size, whole, cur, i);
      }
      if (i === 0) shortest = longest + 1;
      tryBehind(cur, longest, source, pure + prices.repLength(longest, posState), stateAfter.rep(state), i);
    }
    const longest = Math.min(matches.longest(position), available);
    if (longest < shortest) return;
    nodes.extend(cur + longest);
    const normal = matchPrice + repBit(state, 0);
    let index = 0;
    for (let size = shortest; size <= longest; size++) {
      while (size > matches.length(position, index)) index++;
      const distance = matches.distance(position, index);
      const whole = normal + prices.match(distance, size, posState);
      if (whole < (nodes.price[cur + size] ?? 0)) nodes.put(cur + size, whole, cur, distance + matchBack);
      if (size === matches.length(position, index) || size === longest)
        tryBehind(cur, size, position - distance - 1, whole, stateAfter.match(state), distance + matchBack);
    }
  };
  const decide = (): void => {
    if (learned.place === begin) {
      decideAtOnce(literalBack, 1);
      return;
    }
    if (current !== planEnd) {
      length = (nodes.previous[current] ?? 0) - current;
      back = nodes.back[current] ?? 0;
      current = nodes.previous[current] ?? 0;
      return;
    }
    current = planEnd = 0;
    if (!known) prices.renew();
    known = false;
    planned++;
    if (!firstPlace()) return;
    let cur = 1;
    for (; cur < nodes.end; cur++) {
      matches.reach(learned.place + cur);
      if (matches.longest(learned.place + cur) >= nice) {
        known = true;
        break;
      }
      planned++;
      laterPlace(cur);
    }
    nodes.turn(cur);
    planEnd = cur;
    length = current = nodes.previous[0] ?? 0;
    back = nodes.back[0] ?? 0;
  };
  const dropPlan = (): void => {
    current = planEnd = 0;
    known = false;
  };
  return {
    decide,
    kind: () => {
      if (back === literalBack) return tokenKinds.literal;
      if (back >= matchBack) return tokenKinds.match;
      return length === 1 ? tokenKinds.shortRep : tokenKinds.rep0 + back;
    },
    length: () => length,
    distance: () => (back >= matchBack ? back - matchBack + 1 : 0),
    take: (kind, size, distance, agreed) => {
      const posState = posStateAt(learned.place);
      const isLong = kind === tokenKinds.match || kind >= tokenKinds.rep0;
      const count = (): void => {
        if (isLong) prices.countLength(kind !== tokenKinds.match, posState);
      };
      if (!settings.late) count();
      learned.learn(kind, size, distance);
      if (settings.late) count();
      if (kind === tokenKinds.match) prices.countMatch(distance - 1);
      if (!agreed) dropPlan();
    },
    pass: dropPlan,
    reset: () => {
      dropPlan();
      prices.reset();
    },
    nearest: (size) => {
      const position = learned.place;
      matches.reach(position);
      for (let index = 0; index < matches.count(position); index++)
        if (matches.length(position, index) >= size) return matches.distance(position, index) + 1;
      return 0;
    },
    work: () => matches.work() + workOfPlace * planned,
  };
}
