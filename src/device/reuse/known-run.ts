/** The run without power cuts, moment by moment: a cut run that comes to the same moment at the same statement ends as it did. */
import { mostMoments } from '../../model/limits/device.js';
import type { Flash, PartitionWrite } from '../machine.js';
import type { Attempt, RunReuse } from '../run.js';
import { type Moment, momentOf } from './moments.js';

/** The module before a statement of the known run, and what the run had done until then. */
interface KnownMoment extends Moment {
  readonly visits: number;
  readonly written: number;
}

/** A run that has succeeded, and was as it should be. */
export interface KnownRun {
  /** The moment before the statement, where it was kept. */
  readonly at: (statement: number) => KnownMoment | undefined;
  readonly flash: Flash;
  readonly visits: number;
  readonly written: readonly PartitionWrite[];
}

const unheard = (): void => {};

/** Keeps the moments of a run as it goes. */
export function momentRecorder(statements: number): {
  readonly reuse: RunReuse;
  /** The run, when it has succeeded and noted nothing outside. */
  readonly known: (attempt: Attempt) => KnownRun | undefined;
} {
  const every = Math.ceil(statements / mostMoments);
  const moments = new Map<number, KnownMoment>();
  let visits = 0;
  return {
    reuse: {
      reads: {
        name: unheard,
        node: unheard,
        below: unheard,
        space: unheard,
        partition: unheard,
        stage: unheard,
        everything: unheard,
      },
      before: (index, runtime) => {
        const { machine } = runtime;
        if (index % every === 0) {
          moments.set(index, { ...momentOf(runtime), visits: machine.visits, written: machine.written.length });
        }
        return true;
      },
      after: (_, { machine }) => {
        visits = machine.visits;
      },
    },
    known: ({ status, flash, written, reached }) =>
      status === 'succeeded' && reached.length === 0
        ? { at: (statement) => moments.get(statement), flash, visits, written }
        : undefined,
  };
}
