/**
 * Reads the log of a recovery, or what a serial port said, and tells what stopped the update.
 *
 * 1. What the way to us added to the lines is taken off. 2. Each line is held against what recoveries, update-binaries and modules write.
 * 3. The events are parted into attempts; the last one with a result counts. 4. The first end of that attempt is its end, and the line
 * that says why is looked for before it. 5. The statement is looked up in the package's script, where that is given.
 */
import type { Explanation, LogEvent, LogEventKind, LogReading } from '../model/explanation.js';
import { type Attempt, attemptsOf } from './attempts.js';
import { fotaCode } from './codes.js';
import { explain, updaterStatus } from './explain.js';
import { adviceFor, plainExplanation } from './log-advice.js';
import { causeOf } from './log-cause.js';
import { filesIn, readEvents } from './log-events.js';
import { logLines } from './log-text.js';
import { findStatement } from './script-place.js';

/** Which code the module reports for a reason. */
const codeOf: Readonly<Partial<Record<LogEventKind, string>>> = {
  'content-mismatch': '510',
  'no-space': '511',
  'package-unreadable': '501',
  'program-failed': '502',
};

/** Reads a log, one unit a byte (and the updater-script of the package, if it is at hand). Never throws; understands what it can. */
export function explainLog(text: string, script?: string): LogReading {
  const read = readEvents(logLines(text));
  const ofUpdate = read.some(({ common }) => !common);
  const attempts = ofUpdate ? attemptsOf(read) : [];
  const events = read.filter(({ start }) => start === undefined).map(({ event }) => event);
  const chosen = chosenOf(attempts);
  const attempt = attempts[chosen];
  const base = {
    attempts: attempts.map(({ line, outcome }) => ({ line, outcome })),
    attempt: Math.max(0, chosen),
  };
  if (attempt === undefined) {
    return { ...base, outcome: 'no-update', events, explanation: plainExplanation('no-update') };
  }
  const failure = attempt.outcome === 'failed' ? failureOf(attempt, script) : undefined;
  const explanation = failure === undefined ? plainExplanation(attempt.outcome) : explainFailure(failure, attempt);
  return { ...base, outcome: attempt.outcome, events, failure, explanation };
}

/** The last attempt, but for one that has no result and follows a failure: that is the recovery trying again. */
function chosenOf(attempts: readonly Attempt[]): number {
  const decided = attempts.findLastIndex(({ outcome }) => outcome !== 'unfinished');
  return attempts[decided]?.outcome === 'failed' ? decided : attempts.length - 1;
}

/** What these events are about is a number or an answer, no file. */
const wordless: ReadonlySet<LogEventKind> = new Set(['status', 'result', 'word', 'download-failed', 'command-refused']);

type Failure = NonNullable<LogReading['failure']>;

function failureOf(attempt: Attempt, script: string | undefined): Failure | undefined {
  const cause = causeOf(attempt.events);
  if (cause === undefined) return undefined;
  const { event, reason } = cause;
  const message = event.kind === 'aborted' ? event.text : undefined;
  const assertion = /^assert failed:\s*([\s\S]*)$/.exec(message ?? '')?.[1];
  const about = wordless.has(reason.kind) ? undefined : reason.about;
  const files = [...new Set([...filesIn(message ?? ''), ...(about === undefined ? [] : [about])])];
  const cited =
    script === undefined
      ? undefined
      : findStatement(script, { assertion, message: assertion === undefined ? message : undefined, file: files[0] });
  const reported = attempt.events.findLast(
    ({ event: { kind, about: number, text } }) => kind === 'result' && number !== 'aborted' && /QIND/i.test(text),
  )?.event.about;
  const download = reason.kind === 'download-failed' ? reason.about : undefined;
  const code = download ?? reported ?? codeOf[reason.kind];
  return { event, reason, files, statement: message && (assertion ?? message), script: cited, code };
}

function explainFailure(failure: Failure, attempt: Attempt): Explanation {
  const { reason, code } = failure;
  const known = adviceOf(reason);
  const ofCode = code === undefined ? undefined : fotaCode(code);
  const ofStatus =
    reason.kind === 'parse-error'
      ? updaterStatus('6')
      : reason.kind === 'status'
        ? updaterStatus(reason.about ?? '')
        : givenUp(failure, attempt);
  const ofWord = reason.kind === 'word' ? explain(reason.about ?? '') : undefined;
  const about = reason.about === undefined || wordless.has(reason.kind) ? '' : ` (${reason.about})`;
  const source = known ??
    ofWord ??
    (reason.kind === 'result' && reason.about !== 'aborted' ? ofCode : ofStatus) ??
    ofStatus ??
    ofCode ?? { causes: [], look: ['the lines of the log before the last one'] };
  return {
    subject: code ?? reason.kind,
    meaning: `${reason.says}${about}`,
    causes: source.causes,
    look: source.look,
  };
}

/** An installation that was given up without a word, where the exit code of the update-binary is known. */
function givenUp({ reason }: Failure, { events }: Attempt): Explanation | undefined {
  const status = events.findLast(({ event }) => event.kind === 'status')?.event.about;
  return reason.kind === 'result' && reason.about === 'aborted' && status !== undefined
    ? updaterStatus(status)
    : undefined;
}

function adviceOf(reason: LogEvent): Pick<Explanation, 'causes' | 'look'> | undefined {
  const report = reason.kind === 'download-failed' ? explain(reason.text) : undefined;
  return report ?? adviceFor(reason.kind, reason.about);
}
