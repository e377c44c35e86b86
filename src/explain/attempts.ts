/** Parts the events of a log into attempts: a module may be updated, fail, and be tried again in one log. */
import type { LogOutcome } from '../model/explanation.js';
import { endsAlone, isFailure, isSuccess } from './log-cause.js';
import type { ReadEvent } from './log-events.js';

/** One attempt to install. */
export interface Attempt {
  /** 1-based; where it begins. */
  readonly line: number;
  readonly outcome: LogOutcome;
  readonly events: readonly ReadEvent[];
}

/** The attempts in the order of the log. One that only started the recovery is none. */
export function attemptsOf(events: readonly ReadEvent[]): readonly Attempt[] {
  const groups: ReadEvent[][] = [[]];
  let furthest = -1;
  let ended: 'no' | 'failed' | 'succeeded' = 'no';
  for (const read of events) {
    const current = groups.at(-1) ?? [];
    const { event, start } = read;
    const onlyStarted = current.every((other) => other.start !== undefined);
    const again =
      start === undefined
        ? (ended === 'failed' && isSuccess(event)) || (ended === 'succeeded' && isFailure(event))
        : ended !== 'no' || (start <= furthest && !onlyStarted);
    if (again) {
      groups.push([read]);
      furthest = -1;
      ended = 'no';
    } else current.push(read);
    if (start !== undefined) furthest = Math.max(furthest, start);
    if (isFailure(event)) ended = 'failed';
    else if (isSuccess(event)) ended = 'succeeded';
  }
  return groups
    .filter((group) => group.some(({ common, start }) => !common && start !== 0))
    .map((group) => ({ line: group[0]?.event.line ?? 1, outcome: outcomeOf(group), events: group }));
}

function outcomeOf(group: readonly ReadEvent[]): LogOutcome {
  const decided = group.findLast(({ event }) => isFailure(event) || isSuccess(event));
  // A program that crashed has no status; recoveries write 0 for it.
  const crashed = ({ event: { kind, line } }: ReadEvent): boolean =>
    kind === 'program-failed' && decided !== undefined && line <= decided.event.line && decided.event.line - line <= 5;
  if (decided?.event.kind === 'status' && group.some(crashed)) return 'failed';
  if (decided !== undefined) return isSuccess(decided.event) ? 'succeeded' : 'failed';
  // What ends an update by itself, in a log that was cut before it says so.
  return group.some(({ event }) => endsAlone.has(event.kind)) ? 'failed' : 'unfinished';
}
