/** What a sweep of power cuts knows of the starts before: statements that are done, and how the run without cuts ended. */
import { visit } from '../machine.js';
import { KnownEnd, type RunReuse } from '../run.js';
import type { Runtime } from '../runtime.js';
import { type KnownMoment, type KnownRun, type MomentRecorder, momentRecorder } from './known-run.js';
import { differingVolumes, type IsSameMoment, isSameMoment, momentOf, takeOver, withVolumes } from './moments.js';
import { type SettledStatements, settledStatements } from './settled.js';

/** What is reused, and how; tests leave parts of it out. */
export interface ReuseOptions {
  readonly isSame?: IsSameMoment | undefined;
  readonly settled?: SettledStatements | undefined;
  readonly recorder?: ((statements: number) => MomentRecorder) | undefined;
}

/** A start that is about to be made. */
export interface Start {
  /** Byte offset of the furthest statement that any start before has come to, from the same power cut on. */
  readonly furthest: number;
  /** Whether the power will go in it. */
  readonly cut: boolean;
}

/** What is known in one sweep, and grows with each start. */
export interface Reuse {
  /** Records the run without cuts, of so many statements. */
  readonly recorder: (statements: number) => MomentRecorder;
  /** What is known for this start. */
  readonly of: (start: Start, known: KnownRun | undefined) => RunReuse;
}

/** Knows nothing at first. */
export function makeReuse({
  isSame = isSameMoment,
  settled = settledStatements(),
  recorder = momentRecorder,
}: ReuseOptions = {}): Reuse {
  return {
    recorder,
    of: ({ furthest, cut }, known) => {
      // a comparison that fails is tried again after as many statements as have passed since the first
      let passed = 0;
      let next = 1;
      let leaptTo = 0;
      return {
        reads: settled.reads,
        before: (index, runtime) => {
          const { machine } = runtime;
          if (index < leaptTo) return false;
          if (machine.statement <= furthest) return settled.before(index, runtime);
          settled.pause();
          const moment = cut ? undefined : known?.at(index);
          if (known === undefined || moment === undefined) return true;
          passed++;
          if (passed < next) return true;
          next = passed * 2;
          const to = goOn(index, runtime, moment, known, isSame);
          if (to === undefined) return true;
          leaptTo = to;
          return false;
        },
        after: settled.after,
      };
    },
  };
}

/**
 * Takes from the known run what follows from the same moment: all that is left (throws {@link KnownEnd}), or, where volumes differ, the
 * statements that neither read nor change them. Returns the statement with which the run goes on; undefined: this one.
 */
function goOn(
  index: number,
  runtime: Runtime,
  moment: KnownMoment,
  known: KnownRun,
  isSame: IsSameMoment,
): number | undefined {
  const { machine } = runtime;
  const { flash } = machine.unnoted;
  const differing = differingVolumes(momentOf(runtime), moment, isSame);
  const leap = differing && (differing.size === 0 ? 'end' : known.leap(differing, index));
  if (differing === undefined || leap === undefined) return undefined;
  const then = leap === 'end' ? { visits: known.visits, written: known.written.length } : leap.moment;
  const visits = then.visits - moment.visits;
  if (machine.visits + visits > machine.mostVisits) return undefined;
  const written = known.written.slice(moment.written, then.written);
  if (leap === 'end') throw new KnownEnd(withVolumes(known.flash, flash, differing), written);
  visit(machine, visits);
  machine.written.push(...written);
  takeOver(runtime, leap.moment, withVolumes(leap.moment.flash, flash, differing));
  return leap.to;
}
