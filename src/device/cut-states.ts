/** The states of the flash in which the power goes. */
import type { Effect, Flash } from './machine.js';
import { unheard } from './reads.js';
import type { KnownRun } from './reuse/known-run.js';
import { takeOver } from './reuse/moments.js';
import { type Installation, PowerCut, type RunReuse, startPackage } from './run.js';

/** A state in which the power went. */
export interface CutPoint {
  /** From 1. */
  readonly number: number;
  readonly flash: Flash;
  readonly effect: Effect;
}

/** Keeps the states of the wanted numbers, of changes that come after so many others; takes the power after the last. */
function keeper(wanted: readonly number[], before: number) {
  const states: CutPoint[] = [];
  const numbers = new Set(wanted);
  const last = Math.max(...wanted);
  let number = before;
  const onEffect = (flash: Flash, effect: Effect): void => {
    number++;
    if (numbers.has(number)) states.push({ number, flash, effect });
    if (number === last) throw new PowerCut(flash, effect);
  };
  return { states, onEffect };
}

/** The states at the wanted points, in order: the package runs from its start. */
export async function recordStates(
  installation: Installation,
  wanted: readonly number[],
): Promise<readonly CutPoint[]> {
  const { states, onEffect } = keeper(wanted, 0);
  await startPackage(installation, installation.module.flash, { onEffect });
  return states;
}

/** The same of a known run, of which only the statements run again in which the points lie. */
export async function recordStatesOf(
  installation: Installation,
  known: KnownRun,
  wanted: readonly number[],
): Promise<readonly CutPoint[]> {
  const together = new Map<number, number[]>();
  for (const number of wanted) {
    const { statement } = known.beforeChange(number);
    const those = together.get(statement);
    if (those === undefined) together.set(statement, [number]);
    else those.push(number);
  }
  const all: CutPoint[] = [];
  for (const numbers of together.values()) {
    const { statement, moment } = known.beforeChange(numbers[0] ?? 1);
    const { states, onEffect } = keeper(numbers, moment.changes);
    const reuse: RunReuse = {
      reads: unheard,
      before: (index, runtime) => {
        if (index === statement) takeOver(runtime, moment);
        return index >= statement;
      },
      after: () => {},
    };
    await startPackage(installation, moment.flash, { onEffect, reuse });
    all.push(...states);
  }
  return all;
}
