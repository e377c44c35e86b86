/** The run without power cuts, moment by moment: a cut run that comes to the same moment at the same statement ends as it did. */
import { mostMoments } from '../../model/limits/device.js';
import { type Flash, type Machine, type PartitionWrite, volumeNames } from '../machine.js';
import { mapGet } from '../persistent-map.js';
import { unheard } from '../reads.js';
import type { Attempt, RunReuse } from '../run.js';
import { type Moment, momentOf } from './moments.js';

/** The module before a statement of the known run, and what the run had done until then. */
export interface KnownMoment extends Moment {
  readonly visits: number;
  readonly written: number;
  /** Changes of the flash. */
  readonly changes: number;
}

/** Where a run that differs in some volumes alone does again what is not known: a statement, or nowhere until the end. */
export type Leap = { readonly to: number; readonly moment: KnownMoment } | 'end';

/** A run that has succeeded, and was as it should be. */
export interface KnownRun {
  /** The moment before the statement, where it was kept. */
  readonly at: (statement: number) => KnownMoment | undefined;
  /**
   * How far a run goes as this one did that comes to the statement and differs in these volumes alone: to where one of them is read
   * or changed. Undefined where that is at once, or no moment was kept on the way.
   */
  readonly leap: (volumes: ReadonlySet<string>, statement: number) => Leap | undefined;
  /** The last kept moment before the change of that number, from 1, with its statement and the number of changes before it. */
  readonly beforeChange: (number: number) => { readonly statement: number; readonly moment: KnownMoment };
  readonly flash: Flash;
  readonly visits: number;
  readonly written: readonly PartitionWrite[];
}

/** Keeps the moments of a run as it goes. */
export interface MomentRecorder {
  readonly reuse: RunReuse;
  /** To be called at each change of the flash. */
  readonly onEffect: () => void;
  /** The run, when it has succeeded and noted nothing outside. */
  readonly known: (attempt: Attempt) => KnownRun | undefined;
}

/** A recorder for so many statements. A deaf one passes over what is read, for tests. */
export function momentRecorder(statements: number, deaf?: 'deaf' | undefined): MomentRecorder {
  const every = Math.ceil(statements / mostMoments);
  const moments = new Map<number, KnownMoment>();
  /** The changes before each kept moment, in order. */
  const changesBefore: number[] = [];
  let changes = 0;
  const touches = new Map<string, number[]>();
  const touched = new Set<string>();
  let names: readonly string[] = [];
  let begun: Flash | undefined;
  let ended: Flash | undefined;
  let count = 0;
  let visits = 0;
  const read = (volume: string): void => {
    if (deaf === undefined) touched.add(volume);
  };
  const endStatement = (index: number, before: Flash | undefined, after: Flash): void => {
    for (const volume of changedVolumes(names, before, after)) touched.add(volume);
    for (const volume of touched) {
      const those = touches.get(volume);
      if (those === undefined) touches.set(volume, [index]);
      else those.push(index);
    }
    touched.clear();
  };
  return {
    reuse: {
      reads: {
        name: read,
        node: read,
        below: read,
        space: read,
        // these must be the same before anything is leapt over
        partition: unheard.partition,
        stage: unheard.stage,
        everything: () => {
          for (const volume of names) read(volume);
        },
      },
      before: (index, runtime) => {
        const { machine } = runtime;
        if (index === 0) names = volumeNames(machine);
        touched.clear();
        begun = machine.unnoted.flash;
        if (index % every === 0) {
          const { visits, written } = machine;
          moments.set(index, { ...momentOf(runtime), visits, written: written.length, changes });
          changesBefore.push(changes);
        }
        return true;
      },
      after: (index, { machine }: { readonly machine: Machine }) => {
        visits = machine.visits;
        ended = machine.unnoted.flash;
        count = index + 1;
        endStatement(index, begun, ended);
      },
    },
    onEffect: () => {
      changes++;
    },
    known: ({ status, flash, written, reached }) => {
      if (status !== 'succeeded' || reached.length > 0) return undefined;
      // what the recovery does after the last statement
      endStatement(count, ended, flash);
      return {
        at: (statement) => moments.get(statement),
        leap: (volumes, statement) => {
          const next = Math.min(...[...volumes].map((volume) => firstFrom(touches.get(volume) ?? [], statement)));
          if (next === Number.POSITIVE_INFINITY) return 'end';
          const to = Math.floor(Math.min(next, count - 1) / every) * every;
          const moment = to > statement ? moments.get(to) : undefined;
          return moment && { to, moment };
        },
        beforeChange: (number) => {
          const statement = (placeOf(changesBefore, number) - 1) * every;
          const moment = moments.get(statement);
          if (moment === undefined) throw new Error(`no moment before change ${number}`);
          return { statement, moment };
        },
        flash,
        visits,
        written,
      };
    },
  };
}

function changedVolumes(names: readonly string[], before: Flash | undefined, after: Flash): readonly string[] {
  if (before === undefined || before.volumes === after.volumes) return [];
  return names.filter((volume) => mapGet(before.volumes, volume) !== mapGet(after.volumes, volume));
}

/** The place of the first of the rising numbers that is not less; behind all where there is none. */
function placeOf(numbers: readonly number[], least: number): number {
  let [from, to] = [0, numbers.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((numbers[middle] ?? 0) < least) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The first of the rising numbers that is not less. */
function firstFrom(numbers: readonly number[], least: number): number {
  return numbers[placeOf(numbers, least)] ?? Number.POSITIVE_INFINITY;
}
