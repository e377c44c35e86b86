/**
 * Takes the power away at every point where a run changes the flash, or at evenly spaced ones, and lets the module start the
 * package again until it is through.
 *
 * 1. The uncut run has told how many points there are: each state that the flash passes through, half-done writes included.
 * 2. A second run keeps the states at the chosen points. States share all that is equal, so thousands fit in memory.
 * 3. From each state the package starts from its first line, with a fresh RAM disk. At every fifth point the power goes
 *    again, shortly after the repetition changed something, up to four times.
 * 4. The module starts the package again, also after an abort, up to five times. Then it must be what was expected.
 *
 * What is written is taken to reach the flash in the order in which it is written: what a file system's own write-back may
 * lose is not part of this.
 */
import type { CutFailure, Difference, PowerCuts } from '../model/verification.js';
import type { Effect, Flash } from './machine.js';
import { type Attempt, type Installation, PowerCut, placeOf, startPackage } from './run.js';

/** Times that the recovery starts a package again. */
const retries = 5;
/** Cuts after the first in a row of cuts. */
const moreCuts = 4;
const repeatEvery = 5;
const keptStates = 2000;
const shownFailures = 10;

/** A state in which the power went. */
interface CutPoint {
  /** From 1. */
  readonly number: number;
  readonly flash: Flash;
  readonly effect: Effect;
}

/** Which points to try: all, or so many of them. */
export type CutSelection = 'all' | number;

function chosenPoints(points: number, selection: CutSelection): readonly number[] {
  const count = selection === 'all' ? points : Math.min(Math.max(Math.floor(selection), 0), points);
  // evenly spaced, the first and the last included
  return Array.from({ length: count }, (_, i) => (count === 1 ? 1 : 1 + Math.round((i * (points - 1)) / (count - 1))));
}

async function recordStates(installation: Installation, wanted: ReadonlySet<number>): Promise<readonly CutPoint[]> {
  const states: CutPoint[] = [];
  let number = 0;
  const last = Math.max(...wanted);
  const onEffect = (flash: Flash, effect: Effect): void => {
    number++;
    if (wanted.has(number)) states.push({ number, flash, effect });
    if (number === last) throw new PowerCut(flash, effect);
  };
  await startPackage(installation, installation.module.flash, { onEffect });
  return states;
}

/** A watch that takes the power after so many changes; never for 0. */
function cutAfter(changes: number): { readonly onEffect: (flash: Flash, effect: Effect) => void } {
  let count = 0;
  return {
    onEffect: (flash, effect) => {
      count++;
      if (count === changes) throw new PowerCut(flash, effect);
    },
  };
}

interface Recovery {
  readonly attempt: Attempt;
  readonly attempts: number;
}

async function recover(installation: Installation, point: CutPoint, repeated: boolean): Promise<Recovery> {
  let { flash } = point;
  for (let attempts = 1; ; attempts++) {
    // near the place of the first cut: what was done before it is not done again
    const changes = repeated && attempts <= moreCuts ? 1 + ((point.number * 7 + attempts * 3) % 11) : 0;
    const attempt = await startPackage(installation, flash, cutAfter(changes));
    if (attempt.status === 'succeeded' || attempts >= retries) return { attempt, attempts };
    flash = attempt.flash;
  }
}

function describe(effect: Effect): string {
  return `${effect.when === 'torn' ? 'in the middle of a' : 'after a'} ${effect.kind} of ${effect.subject}`;
}

/** Says how a state differs from what it should be: the first differences, and how many there are. */
export type Judge = (flash: Flash) => Promise<{ readonly differences: readonly Difference[]; readonly count: number }>;

/** A point of the sweep: its place among the chosen ones, from 0, and its number. */
export interface ChosenPoint {
  readonly order: number;
  readonly number: number;
}

/** The points that a selection takes of so many, each with its place. */
export function selectPoints(points: number, selection: CutSelection): readonly ChosenPoint[] {
  return chosenPoints(points, selection).map((number, order) => ({ order, number }));
}

/** What trying some points has shown: those that did not arrive, in order; the first few with what was seen. */
export interface Tried {
  readonly failed: number;
  readonly failures: readonly (CutFailure & { readonly order: number })[];
}

/** Tries points, which are in order. What a point shows does not depend on which others are tried with it. */
export async function tryPoints(
  installation: Installation,
  judge: Judge,
  chosen: readonly ChosenPoint[],
  onTried: () => void,
): Promise<Tried> {
  const failures: (CutFailure & { readonly order: number })[] = [];
  let failed = 0;

  const tryPoint = async (point: CutPoint, order: number, repeated: boolean): Promise<boolean> => {
    const { attempt, attempts } = await recover(installation, point, repeated);
    const succeeded = attempt.status === 'succeeded';
    const { differences, count } = succeeded ? await judge(attempt.flash) : { differences: [], count: 0 };
    if (succeeded && count === 0) return true;
    if (failures.length < shownFailures) {
      failures.push({
        order,
        cut: point.number,
        effect: describe(point.effect),
        place: placeOf(installation.script.text, point.effect.statement),
        repeated,
        attempts,
        status: attempt.status === 'power-cut' ? 'aborted' : attempt.status,
        message: attempt.message,
        differences,
      });
    }
    return false;
  };

  for (let from = 0; from < chosen.length; from += keptStates) {
    const orders = new Map(chosen.slice(from, from + keptStates).map(({ order, number }) => [number, order]));
    for (const point of await recordStates(installation, new Set(orders.keys()))) {
      installation.signal?.throwIfAborted();
      const order = orders.get(point.number) ?? 0;
      const arrives = await tryPoint(point, order, false);
      if (!arrives || (isRepeated(order) && !(await tryPoint(point, order, true)))) failed++;
      onTried();
    }
  }
  return { failed, failures };
}

function isRepeated(order: number): boolean {
  return order % repeatEvery === 0;
}

/** Puts together what was shown of all chosen points, tried in any number of groups. */
export function sweepResult(points: number, chosen: readonly ChosenPoint[], groups: readonly Tried[]): PowerCuts {
  const failures = groups
    .flatMap((group) => group.failures)
    .sort((a, b) => a.order - b.order)
    .slice(0, shownFailures)
    .map(({ order: _, ...failure }): CutFailure => failure);
  return {
    points,
    tried: chosen.length,
    repeated: chosen.filter(({ order }) => isRepeated(order)).length,
    failed: groups.reduce((sum, { failed }) => sum + failed, 0),
    failures,
  };
}
