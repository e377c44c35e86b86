/**
 * Predicts the tokens of a packer that looks for the cheapest way: docs/formats/image-repack.md, section 10. It plans ahead
 * until it must stop, and gives the tokens of the plan one by one; a token that the packer has taken instead ends the plan.
 */
import { type FinderSettings, type MatchFinder, openMatchFinder } from './match-finder.js';
import { afterLiteral, afterMatch, afterRep, kinds, type LzmaModel, type Token } from './model.js';
import { openPrices } from './prices.js';
import { mostAhead, openWays } from './ways.js';

/** How the packer is set up. */
export interface PlannerSettings extends FinderSettings {
  /** Prices of lengths are taken behind the token that is the reason, not before it. */
  readonly late: boolean;
}

/** Predicts one token after another. */
export interface Planner {
  /** The token that is expected at the model's place. */
  predict(): Token;
  /** Called before a token is written, and behind it: `asExpected` where it is the one that was predicted. */
  before(token: Token): void;
  behind(token: Token, asExpected: boolean): void;
  /** The probabilities have been reset. */
  reset(): void;
  /** Bytes follow that have no tokens. */
  pass(): void;
  /** The distance of the nearest match of at least this length that the packer knows at the model's place; 0 for none. */
  nearest(length: number): number;
  readonly work: () => number;
}

const longestMatch = 273;
/** What planning for one place counts as. */
const workOfPlace = 64;

/** A planner for the text from the model's place, where a dictionary begins, to `end`. */
export function openPlanner(model: LzmaModel, end: number, settings: PlannerSettings): Planner {
  const { text } = model;
  const { nice } = settings;
  const begin = model.at;
  const finder: MatchFinder = openMatchFinder(text, begin, end, settings);
  const prices = openPrices(model, nice, settings.dictionary, settings.late);
  const ways = openWays();
  const { price } = ways;
  const reps = new Uint32Array(4);
  const repLengths = new Uint16Array(4);
  /** Tokens of the plan that are still to come, the next one last. */
  let plan: Token[] = [];
  /** Whether the place behind the plan has been looked at already: prices stay as they are then. */
  let lookedAhead = false;
  let planned = 0;

  const common = (at: number, distance: number, from: number, limit: number): number => {
    let length = from;
    while (length < limit && text[at + length] === text[at + length - distance]) length++;
    return length;
  };
  /** How far the text at `at` repeats what stands `distance` before, 0 for less than 2. */
  const repeats = (at: number, distance: number, limit: number): number => {
    const from = at - distance;
    if (from < begin || text[at] !== text[from] || text[at + 1] !== text[from + 1]) return 0;
    return common(at, distance, 2, limit);
  };
  const placeOf = (at: number): number => (at - begin) & model.placeMask;
  const byteBack = (at: number, distance: number): number => (at - distance < begin ? 0 : (text[at - distance] ?? 0));

  /** What a step, a literal, and a repetition behind it cost; offered when it repeats at least two bytes. */
  const offerBehind = (
    here: number,
    length: number,
    distance: number,
    cost: number,
    kind: number,
    far: number,
  ): void => {
    const at = model.at + here;
    const limit = Math.min(roomAt(here), length + 1 + nice);
    const more = common(at, distance, Math.min(length + 1, limit), limit) - (length + 1);
    if (more < 2) return;
    const state = kind === kinds.match ? afterMatch(ways.state[here] ?? 0) : afterRep(ways.state[here] ?? 0);
    const literalAt = at + length;
    const withLiteral =
      cost + prices.noMatch(state, placeOf(literalAt)) + prices.literal(literalAt, true, byteBack(literalAt, distance));
    offerRep(here + length + 1, more, withLiteral, afterLiteral(state), (to, sum) =>
      ways.offerStepLiteralRep(to, sum, here + length + 1, here, kind, far),
    );
  };
  const offerRep = (
    here: number,
    length: number,
    cost: number,
    state: number,
    offer: (to: number, sum: number) => void,
  ): void => {
    const place = placeOf(model.at + here);
    const sum =
      cost +
      prices.aMatch(state, place) +
      prices.aRep(state) +
      prices.whichRep(0, state, place) +
      prices.repLength(length, place);
    ways.reach(here + length);
    offer(here + length, sum);
  };
  /** Bytes that a step from a place of the plan may take. */
  const roomAt = (here: number): number => Math.min(end - model.at - here, mostAhead - 1 - here);

  const single = (kind: number, length: number, distance: number): void => {
    plan = [{ kind, length, distance }];
  };
  /** The first place: gives false where the token is clear without a plan. */
  const first = (): boolean => {
    const { at, state, distances } = model;
    const matches = finder.at(at);
    const room = Math.min(end - at, longestMatch);
    if (room < 2) {
      single(kinds.literal, 1, 0);
      return false;
    }
    let best = 0;
    for (let which = 0; which < 4; which++) {
      repLengths[which] = repeats(at, distances[which] ?? 1, room);
      if ((repLengths[which] ?? 0) > (repLengths[best] ?? 0)) best = which;
    }
    const longestRep = repLengths[best] ?? 0;
    if (longestRep >= nice) {
      single(kinds.rep + best, longestRep, 0);
      return false;
    }
    if (matches.longest >= nice) {
      single(kinds.match, matches.longest, finder.distances[matches.from + matches.count - 1] ?? 1);
      return false;
    }
    const other = byteBack(at, distances[0] ?? 1);
    const same = other === text[at] && at - (distances[0] ?? 1) >= begin;
    if (matches.longest < 2 && !same && longestRep < 2) {
      single(kinds.literal, 1, 0);
      return false;
    }
    ways.begin(state, distances);
    const place = placeOf(at);
    const asMatch = prices.aMatch(state, place);
    const asRep = asMatch + prices.aRep(state);
    ways.reach(Math.max(1, matches.longest, longestRep));
    ways.offer(1, prices.noMatch(state, place) + prices.literal(at, state >= 7, other), 0, kinds.literal, 0);
    if (same) {
      const cost = asRep + prices.shortRep(state, place);
      if (cost < (price[1] ?? 0)) ways.offerShortRep(1, cost);
    }
    if (ways.last() < 2) {
      plan = [...ways.tokensTo(1)];
      return false;
    }
    for (let which = 0; which < 4; which++) {
      const cost = asRep + prices.whichRep(which, state, place);
      for (let length = repLengths[which] ?? 0; length >= 2; length--)
        ways.offer(length, cost + prices.repLength(length, place), 0, kinds.rep + which, 0);
    }
    const plain = asMatch + prices.noRep(state);
    let index = matches.from;
    for (let length = Math.max(2, (repLengths[0] ?? 0) + 1); length <= matches.longest; length++) {
      while (length > (finder.lengths[index] ?? 0)) index++;
      const distance = finder.distances[index] ?? 1;
      ways.offer(length, plain + prices.match(length, distance, place), 0, kinds.match, distance);
    }
    return true;
  };
  /** Every other place. */
  const further = (here: number, from: number, count: number, longestOfAll: number): void => {
    ways.settle(here, reps);
    const at = model.at + here;
    const place = placeOf(at);
    const state = ways.state[here] ?? 0;
    const cost = price[here] ?? 0;
    const last = reps[0] ?? 1;
    const other = byteBack(at, last);
    const same = other === text[at] && at - last >= begin;
    const withLiteral = cost + prices.noMatch(state, place) + prices.literal(at, state >= 7, other);
    let nextIsOne = ways.offer(here + 1, withLiteral, here, kinds.literal, 0);
    const asMatch = cost + prices.aMatch(state, place);
    const asRep = asMatch + prices.aRep(state);
    if (same && !ways.isRepFromBefore(here + 1, here))
      nextIsOne = ways.offerShortRep(here + 1, asRep + prices.shortRep(state, place)) || nextIsOne;
    const room = roomAt(here);
    if (room < 2) return;
    const limit = Math.min(room, nice);
    if (!nextIsOne && !same && at - last >= begin) {
      const length = common(at, last, 1, Math.min(room, nice + 1)) - 1;
      if (length >= 2)
        offerRep(here + 1, length, withLiteral, afterLiteral(state), (to, sum) =>
          ways.offerLiteralRep(to, sum, here + 1),
        );
    }
    let shortest = 2;
    for (let which = 0; which < 4; which++) {
      const distance = reps[which] ?? 1;
      const longest = repeats(at, distance, limit);
      if (longest < 2) continue;
      ways.reach(here + longest);
      const one = asRep + prices.whichRep(which, state, place);
      for (let length = longest; length >= 2; length--)
        ways.offer(here + length, one + prices.repLength(length, place), here, kinds.rep + which, 0);
      if (which === 0) shortest = longest + 1;
      offerBehind(here, longest, distance, one + prices.repLength(longest, place), kinds.rep + which, 0);
    }
    const longest = Math.min(longestOfAll, limit);
    if (longest < shortest) return;
    ways.reach(here + longest);
    const plain = asMatch + prices.noRep(state);
    let index = from;
    for (let length = shortest; length <= longest; length++) {
      while (length > (finder.lengths[index] ?? 0)) index++;
      const distance = finder.distances[index] ?? 1;
      const one = plain + prices.match(length, distance, place);
      ways.offer(here + length, one, here, kinds.match, distance);
      if (length === longest || (length === finder.lengths[index] && index < from + count))
        offerBehind(here, length, distance, one, kinds.match, distance);
    }
  };
  const makePlan = (): void => {
    if (!lookedAhead) prices.refresh();
    lookedAhead = false;
    planned++;
    if (!first()) return;
    let here = 1;
    for (; here < ways.last(); here++) {
      const { longest, from, count } = finder.at(model.at + here);
      if (longest >= nice) {
        lookedAhead = true;
        break;
      }
      further(here, from, count, longest);
      planned++;
    }
    plan = [...ways.tokensTo(here)];
  };
  const drop = (): void => {
    plan = [];
    lookedAhead = false;
  };
  const literal: Token = { kind: kinds.literal, length: 1, distance: 0 };

  return {
    predict: () => {
      if (model.at === begin) return literal;
      if (plan.length === 0) makePlan();
      return plan[plan.length - 1] ?? literal;
    },
    before: ({ kind, length, distance }) => {
      const place = placeOf(model.at);
      if (kind === kinds.match) prices.matchWritten(length, distance, place, 'before');
      else if (kind >= kinds.rep) prices.repWritten(place, 'before');
    },
    behind: ({ kind, length, distance }, asExpected) => {
      const place = placeOf(model.at - length);
      if (kind === kinds.match) prices.matchWritten(length, distance, place, 'behind');
      else if (kind >= kinds.rep) prices.repWritten(place, 'behind');
      if (asExpected) plan.pop();
      else drop();
    },
    reset: () => {
      drop();
      prices.reset();
    },
    pass: drop,
    nearest: (length) => {
      const { from, count } = finder.at(model.at);
      for (let index = from; index < from + count; index++)
        if ((finder.lengths[index] ?? 0) >= length) return finder.distances[index] ?? 0;
      return 0;
    },
    work: () => finder.work() + workOfPlace * planned,
  };
}
