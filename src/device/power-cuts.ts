/**
 * Takes the power away at every point where a run changes the flash, or at evenly spaced ones, and lets the module start the
 * package again until it is through.
 *
 * 1. The uncut run has told how many points there are: each state that the flash passes through, half-done writes included.
 * 2. The states at the chosen points are kept: the statements in which they lie run again, or all of them. States share all that
 *    is equal, so thousands fit in memory. Every point inside of a partition write is chosen, whatever the sample.
 * 3. From each state the package starts from its first line, with a fresh RAM disk. At every fifth point the power goes
 *    again, shortly after the repetition changed something, up to four times. After a cut inside of a partition write it goes
 *    again at each change until that write is done: a partition that is half written lives from what was saved for it.
 * 4. The module starts the package again, also after an abort, up to five times. Then it must be what was expected.
 *
 * What is written is taken to reach the flash in the order in which it is written: what a file system's own write-back may
 * lose is not part of this.
 */
import { mostPointsInWrites, mostSecondCuts } from '../model/limits/device.js';
import type { CutFailure, Difference, PowerCuts, Reach } from '../model/verification.js';
import { type CutPoint, recordStates, recordStatesOf } from './cut-states.js';
import type { Effect, Flash } from './machine.js';
import type { Deeds } from './outside.js';
import type { KnownRun, MomentRecorder } from './reuse/known-run.js';
import type { Reuse, Start } from './reuse/reuse.js';
import { type Attempt, type Installation, PowerCut, placeOf, type RunReuse, startPackage } from './run.js';

/** Times that the recovery starts a package again. */
const retries = 5;
/** Cuts after the first in a row of cuts. */
const moreCuts = 4;
const repeatEvery = 5;
const keptStates = 2000;
const shownFailures = 10;

/** What the uncut run has told of its points. */
export interface CutPoints {
  readonly count: number;
  /** Numbers of those inside of a partition write. */
  readonly inWrites: readonly number[];
}

/** Whether the power goes inside of a partition write. */
export function isInWrite({ kind, when }: Effect): boolean {
  return kind === 'partition' && when === 'torn';
}

/** Which points to try: all, or so many of them. */
export type CutSelection = 'all' | number;

/** Evenly spaced numbers from 1 to `most`, both included. */
function spread(most: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? 1 : 1 + Math.round((i * (most - 1)) / (count - 1))));
}

function chosenPoints({ count, inWrites }: CutPoints, selection: CutSelection): readonly number[] {
  const wanted = selection === 'all' ? count : Math.min(Math.max(Math.floor(selection), 0), count);
  if (wanted === 0) return [];
  const writes = spread(inWrites.length, Math.min(inWrites.length, mostPointsInWrites)).map(
    (nth) => inWrites[nth - 1] ?? 1,
  );
  return [...new Set([...spread(count, wanted), ...writes])].sort((a, b) => a - b);
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
  /** The last attempt. */
  readonly attempt: Attempt;
  readonly attempts: number;
  /** What all of them did. */
  readonly deeds: Deeds;
}

/** How one start is helped by what is known of others; `undefined`: not at all. */
type ReuseOf = (start: Start) => RunReuse | undefined;

/**
 * Starts the package after the power went at the point until it is through; `cuts` says after how many changes the power goes in
 * each attempt, 0 for never.
 */
async function recover(
  installation: Installation,
  point: CutPoint,
  cuts: (attempt: number) => number,
  reuseOf: ReuseOf,
): Promise<Recovery> {
  let { flash } = point;
  let furthest = point.effect.statement;
  let deeds: Deeds = { reached: [], written: [] };
  for (let attempts = 1; ; attempts++) {
    const changes = cuts(attempts);
    const reuse = reuseOf({ furthest, cut: changes > 0 });
    const attempt = await startPackage(installation, flash, { ...cutAfter(changes), reuse });
    furthest = Math.max(furthest, attempt.at);
    deeds = {
      reached: [...deeds.reached, ...attempt.reached],
      written: [...deeds.written, ...attempt.written],
    };
    if (attempt.status === 'succeeded' || attempts >= retries) return { attempt, attempts, deeds };
    flash = attempt.flash;
  }
}

/** After how many changes of a repetition the power may go while the partition of that cut is not whole again. */
async function secondCuts(
  installation: Installation,
  point: CutPoint,
  all: boolean,
  reuseOf: ReuseOf,
): Promise<{ readonly numbers: readonly number[]; readonly left: number }> {
  const { subject, statement } = point.effect;
  const numbers: number[] = [];
  let count = 0;
  const onEffect = (flash: Flash, effect: Effect): void => {
    count++;
    // a sample leaves out what is done before the write: any other point shows that
    if (all || effect.statement === statement) numbers.push(count);
    if (effect.kind === 'partition' && effect.subject === subject && effect.when === 'after') {
      throw new PowerCut(flash, effect);
    }
  };
  await startPackage(installation, point.flash, { onEffect, reuse: reuseOf({ furthest: statement, cut: true }) });
  const chosen = numbers.slice(-mostSecondCuts);
  return { numbers: chosen, left: count - chosen.length };
}

function describe(effect: Effect): string {
  return `${effect.when === 'torn' ? 'in the middle of a' : 'after a'} ${effect.kind} of ${effect.subject}`;
}

/** Says how a state differs from what it should be, the first differences and how many there are, and what was done outside. */
export type Judge = (
  flash: Flash,
  deeds: Deeds,
) => Promise<{
  readonly differences: readonly Difference[];
  readonly count: number;
  readonly outside: readonly Reach[];
}>;

/** A point of the sweep: its place among the chosen ones, from 0, and its number. */
export interface ChosenPoint {
  readonly order: number;
  readonly number: number;
  /** Whether it is inside of a partition write. */
  readonly inWrite: boolean;
}

/** The points that a selection takes of so many, each with its place. */
export function selectPoints(points: CutPoints, selection: CutSelection): readonly ChosenPoint[] {
  const inWrites = new Set(points.inWrites);
  return chosenPoints(points, selection).map((number, order) => ({ order, number, inWrite: inWrites.has(number) }));
}

/** What trying some points has shown: those that did not arrive, in order; the first few with what was seen. */
export interface Tried {
  readonly failed: number;
  /** Second cuts inside of partition writes: tried ones, and those that were left out. */
  readonly second: { readonly tried: number; readonly left: number };
  readonly failures: readonly (CutFailure & { readonly order: number })[];
}

/** How points are tried. */
export interface Trying {
  readonly onTried: () => void;
  /** Whether every second cut is tried after one inside of a partition write, or those of the write alone. */
  readonly everySecondCut: boolean;
  /** What is known of the starts before; without it every statement of every start runs. */
  readonly reuse: Reuse | undefined;
  /** The run without cuts, where it was recorded before. */
  readonly recorded?: KnownRun | undefined;
}

/** Tries points, which are in order. What a point shows does not depend on which others are tried with it. */
export async function tryPoints(
  installation: Installation,
  judge: Judge,
  chosen: readonly ChosenPoint[],
  { onTried, everySecondCut, reuse, recorded }: Trying,
): Promise<Tried> {
  const failures: (CutFailure & { readonly order: number })[] = [];
  let failed = 0;
  const second = { tried: 0, left: 0 };
  let known: KnownRun | undefined;
  const reuseOf = (start: Start): RunReuse | undefined => reuse?.of(start, known);

  const arrived = async (
    point: CutPoint,
    order: number,
    { attempt, attempts, deeds }: Recovery,
    repeated: boolean,
  ): Promise<boolean> => {
    const succeeded = attempt.status === 'succeeded';
    const { differences, count, outside } = succeeded
      ? await judge(attempt.flash, deeds)
      : { differences: [], count: 0, outside: [] };
    if (succeeded && count === 0 && outside.length === 0) return true;
    if (failures.length < shownFailures) {
      failures.push({
        order,
        cut: point.number,
        effect: describe(point.effect),
        place: placeOf(installation.script.text, point.effect.statement),
        repeated,
        attempts,
        status: attempt.status === 'power-cut' ? 'aborted' : attempt.status,
        message: attempt.message ?? outside[0]?.message,
        differences,
      });
    }
    return false;
  };

  /** The run without cuts, if it is as it should be: else nothing may be taken from it. */
  const knownRun = async (): Promise<KnownRun | undefined> => {
    const run = recorded ?? (reuse === undefined ? undefined : await recordRun(installation, reuse));
    if (run === undefined) return undefined;
    const { count, outside } = await judge(run.flash, { reached: [], written: run.written });
    return count === 0 && outside.length === 0 ? run : undefined;
  };

  const tryAgain = async (point: CutPoint, order: number): Promise<boolean> => {
    if (!isInWrite(point.effect)) {
      // near the place of the first cut: what was done before it is not done again
      const cuts = (attempt: number) => (attempt <= moreCuts ? 1 + ((point.number * 7 + attempt * 3) % 11) : 0);
      return arrived(point, order, await recover(installation, point, cuts, reuseOf), true);
    }
    const { numbers, left } = await secondCuts(installation, point, everySecondCut, reuseOf);
    second.left += left;
    for (const changes of numbers) {
      installation.signal?.throwIfAborted();
      second.tried++;
      const cuts = (attempt: number) => (attempt === 1 ? changes : 0);
      if (!(await arrived(point, order, await recover(installation, point, cuts, reuseOf), true))) return false;
    }
    return true;
  };

  for (let from = 0; from < chosen.length; from += keptStates) {
    const chosenBy = new Map(chosen.slice(from, from + keptStates).map((each) => [each.number, each]));
    if (from === 0) known = await knownRun();
    const numbers = [...chosenBy.keys()];
    const states = await (known === undefined
      ? recordStates(installation, numbers)
      : recordStatesOf(installation, known, numbers));
    for (const point of states) {
      installation.signal?.throwIfAborted();
      const { order = 0, inWrite = false } = chosenBy.get(point.number) ?? {};
      const arrives = await arrived(point, order, await recover(installation, point, () => 0, reuseOf), false);
      if (!arrives || (isRepeated({ order, inWrite }) && !(await tryAgain(point, order)))) failed++;
      onTried();
    }
  }
  return { failed, failures, second };
}

/** Runs the package without a cut, for what is to be known of it. */
export async function recordRun(installation: Installation, reuse: Reuse): Promise<KnownRun | undefined> {
  const recorder = recorderFor(installation, reuse);
  const { onEffect } = recorder;
  const attempt = await startPackage(installation, installation.module.flash, { onEffect, reuse: recorder.reuse });
  return recorder.known(attempt);
}

/** Records a run of the package, for what is to be known of it. */
export function recorderFor({ script: { root } }: Installation, reuse: Reuse): MomentRecorder {
  return reuse.recorder(root.kind === 'chain' ? root.items.length : 1);
}

function isRepeated({ order, inWrite }: Omit<ChosenPoint, 'number'>): boolean {
  return order % repeatEvery === 0 || inWrite;
}

/** Puts together what was shown of all chosen points, tried in any number of groups. */
export function sweepResult(
  { count, inWrites }: CutPoints,
  chosen: readonly ChosenPoint[],
  groups: readonly Tried[],
): PowerCuts {
  const failures = groups
    .flatMap((group) => group.failures)
    .sort((a, b) => a.order - b.order)
    .slice(0, shownFailures)
    .map(({ order: _, ...failure }): CutFailure => failure);
  const sumOf = (number: (tried: Tried) => number): number => groups.reduce((sum, each) => sum + number(each), 0);
  const leftOut = inWrites.length - chosen.filter(({ inWrite }) => inWrite).length;
  return {
    points: count,
    tried: chosen.length,
    repeated: chosen.filter(isRepeated).length,
    secondCuts: sumOf(({ second }) => second.tried),
    leftInWrites: leftOut + sumOf(({ second }) => second.left),
    failed: sumOf(({ failed }) => failed),
    failures,
  };
}
