import { stateAfter } from './probabilities.js';

/** The most places of a plan, and room for what reaches beyond. */
export const planLimit = 4096;
const room = planLimit + 300;
const infinite = 1 << 30;

/** How a step is told: a literal, one of the last four distances (0 also for a short one), or 4 and a distance that counts from 0. */
export const literalBack = -1;
export const matchBack = 4;

/** The cheapest way to each place of a plan, counted from its beginning. */
export interface PlanNodes {
  readonly price: Int32Array;
  readonly previous: Int32Array;
  readonly back: Int32Array;
  readonly state: Uint8Array;
  end: number;
  start(state: number, reps: Int32Array): void;
  extend(to: number): void;
  put(to: number, price: number, previous: number, back: number): void;
  /** The last step is a repetition behind a literal, which itself is behind another step if `first` says which. */
  putAfterLiteral(
    to: number,
    price: number,
    previous: number,
    first: { readonly from: number; readonly back: number } | undefined,
  ): void;
  /** Works out the state and the last distances at a place. */
  arrive(at: number, reps: Int32Array): void;
  /** Turns links around, from the end to the beginning: `previous` then tells the next place, `back` the step to it. */
  turn(last: number): void;
}

export function openPlanNodes(): PlanNodes {
  const price = new Int32Array(room);
  const previous = new Int32Array(room);
  const back = new Int32Array(room);
  const state = new Uint8Array(room);
  const literalBefore = new Uint8Array(room);
  const stepBefore = new Uint8Array(room);
  const previous2 = new Int32Array(room);
  const back2 = new Int32Array(room);
  const kept = [0, 1, 2, 3].map(() => new Int32Array(room));
  const rep = (index: number, node: number): number => kept[index]?.[node] ?? 0;
  const keep = (node: number, reps: Int32Array): void => {
    for (const [index, values] of kept.entries()) values[node] = reps[index] ?? 0;
  };
  const put = (to: number, cost: number, from: number, step: number): void => {
    price[to] = cost;
    previous[to] = from;
    back[to] = step;
    literalBefore[to] = 0;
  };
  const nodes: PlanNodes = {
    price,
    previous,
    back,
    state,
    end: 0,
    start: (first, reps) => {
      nodes.end = 0;
      state[0] = first;
      keep(0, reps);
    },
    extend: (to) => {
      while (nodes.end < to) price[++nodes.end] = infinite;
    },
    put,
    putAfterLiteral: (to, cost, from, first) => {
      put(to, cost, from, 0);
      literalBefore[to] = 1;
      stepBefore[to] = first === undefined ? 0 : 1;
      previous2[to] = first?.from ?? 0;
      back2[to] = first?.back ?? 0;
    },
    arrive: (at, reps) => {
      let from = previous[at] ?? 0;
      let step = back[at] ?? 0;
      let now: number;
      if (literalBefore[at] === 1) {
        from--;
        if (stepBefore[at] === 1) {
          from = previous2[at] ?? 0;
          step = back2[at] ?? 0;
          const before = state[from] ?? 0;
          now = step < matchBack ? stateAfter.rep(before) : stateAfter.match(before);
        } else now = state[from] ?? 0;
        now = stateAfter.rep(stateAfter.literal(now));
      } else {
        const before = state[from] ?? 0;
        if (from === at - 1) now = step === 0 ? stateAfter.shortRep(before) : stateAfter.literal(before);
        else now = step < matchBack ? stateAfter.rep(before) : stateAfter.match(before);
      }
      if (step >= matchBack) {
        reps[0] = step - matchBack;
        for (let i = 1; i < 4; i++) reps[i] = rep(i - 1, from);
      } else {
        const used = Math.max(0, step);
        reps[0] = rep(used, from);
        for (let i = 1; i < 4; i++) reps[i] = rep(i <= used ? i - 1 : i, from);
      }
      state[at] = now;
      keep(at, reps);
    },
    turn: (last) => {
      let at = last;
      let from = previous[at] ?? 0;
      let step = back[at] ?? 0;
      do {
        if (literalBefore[at] === 1) {
          back[from] = literalBack;
          literalBefore[from] = 0;
          previous[from] = from - 1;
          if (stepBefore[at] === 1) {
            literalBefore[from - 1] = 0;
            previous[from - 1] = previous2[at] ?? 0;
            back[from - 1] = back2[at] ?? 0;
          }
        }
        const [here, taken] = [from, step];
        step = back[here] ?? 0;
        from = previous[here] ?? 0;
        back[here] = taken;
        previous[here] = at;
        at = here;
      } while (at !== 0);
    },
  };
  return nodes;
}
