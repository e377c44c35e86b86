/** What a sweep of power cuts knows of the starts before: statements that are done, and how the run without cuts ended. */
import { KnownEnd, type RunReuse } from '../run.js';
import type { KnownRun } from './known-run.js';
import { type IsSameMoment, isSameMoment, momentOf } from './moments.js';
import { type SettledStatements, settledStatements } from './settled.js';

/** What is reused, and how; tests leave parts of it out. */
export interface ReuseOptions {
  readonly isSame?: IsSameMoment | undefined;
  readonly settled?: SettledStatements | undefined;
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
  /** What is known for this start. */
  readonly of: (start: Start, known: KnownRun | undefined) => RunReuse;
}

/** Knows nothing at first. */
export function makeReuse({ isSame = isSameMoment, settled = settledStatements() }: ReuseOptions = {}): Reuse {
  return {
    of: ({ furthest, cut }, known) => {
      // a comparison that fails is tried again after as many statements as have passed since the first
      let passed = 0;
      let next = 1;
      return {
        reads: settled.reads,
        before: (index, runtime) => {
          const { machine } = runtime;
          if (machine.statement <= furthest) return settled.before(index, runtime);
          settled.pause();
          const moment = cut ? undefined : known?.at(index);
          if (known === undefined || moment === undefined) return true;
          passed++;
          if (passed < next) return true;
          next = passed * 2;
          const left = known.visits - moment.visits;
          if (machine.visits + left > machine.mostVisits || !isSame(momentOf(runtime), moment)) return true;
          throw new KnownEnd(known.flash, known.written.slice(moment.written));
        },
        after: settled.after,
      };
    },
  };
}
