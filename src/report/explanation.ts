/** What a code or a log means, for people and for machines. */
import type { Explanation, LogEvent, LogReading } from '../model/explanation.js';
import { displayName } from '../model/path.js';
import type { Report } from './inspection.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const explanationJsonVersion = 1;

const eventsShown = 12;
const linesShown = 12;
const attemptsShown = 5;

function listed(heading: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`${heading}:`, ...items.map((item) => `  - ${item}`)];
}

function explanationLines({ subject, meaning, causes, look }: Explanation): readonly string[] {
  return [`${subject}: ${meaning}`, ...listed('likely causes', causes), ...listed('look at', look)];
}

/** Meaning, likely causes, what to look at. */
export function explanationText(explanation: Explanation): Report {
  return { text: `${explanationLines(explanation).join('\n')}\n`, exitCode: 0 };
}

/** The explanation as plain data. */
export function explanationJson(explanation: Explanation): Report {
  const document = { format: 'dfota-explanation', version: explanationJsonVersion, ...explanation };
  return { text: `${JSON.stringify(document, null, 2)}\n`, exitCode: 0 };
}

function shortened(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => displayName(line));
  return lines.length <= linesShown
    ? lines
    : [...lines.slice(0, linesShown), `… (${lines.length - linesShown} more lines)`];
}

function eventLine({ line, says, about }: LogEvent): string {
  return `  line ${line}: ${says}${about === undefined ? '' : ` (${displayName(about)})`}`;
}

/** What stopped the update, where it stands in log and script, and what to look at. 1 when the update failed. */
export function logReadingText(file: string, reading: LogReading): Report {
  const { outcome, events, failure, explanation } = reading;
  const words = {
    succeeded: 'the update succeeded',
    failed: 'the update failed',
    unfinished: 'the log has no result',
    'no-update': 'no update',
  };
  const lines = [`${file}: ${words[outcome]}`];
  const { attempts, attempt } = reading;
  if (attempts.length > 1) {
    const first = Math.max(0, attempts.length - attemptsShown);
    const told = attempts
      .slice(first)
      .map((one, index) => `${first + index + 1} from line ${one.line}: ${words[one.outcome]}`);
    lines.push(`${attempts.length} attempts (${told.join('; ')}); this is about attempt ${attempt + 1}`);
  }
  if (failure !== undefined) {
    const { event, reason, statement, files, script } = failure;
    lines.push(eventLine(reason).trimStart());
    if (reason.line !== event.line) lines.push(eventLine(event).trimStart());
    if (files.length > 0) lines.push(`file: ${displayName(files[0] ?? '')}`);
    if (script !== undefined) {
      lines.push(`updater-script:${script.line}:`, ...shortened(script.text).map((line) => `    ${line}`));
    } else if (statement !== undefined) lines.push('statement:', ...shortened(statement).map((line) => `    ${line}`));
  }
  lines.push(...explanationLines({ ...explanation, meaning: displayName(explanation.meaning) }));
  const others = events.filter((event) => event !== failure?.event && event !== failure?.reason);
  if (others.length > 0) {
    lines.push('also in the log:', ...others.slice(-eventsShown).map(eventLine));
    if (others.length > eventsShown) lines.push(`  … and ${others.length - eventsShown} lines before`);
  }
  return { text: `${lines.join('\n')}\n`, exitCode: outcome === 'failed' ? 1 : 0 };
}

/** The reading as plain data, with every event. */
export function logReadingJson(file: string, reading: LogReading): Report {
  const shown = ({ about, text, ...rest }: LogEvent): object => ({
    ...rest,
    text: text.split('\n').map(displayName).join('\n'),
    about: about === undefined ? null : displayName(about),
  });
  const { outcome, attempts, attempt, events, failure, explanation } = reading;
  const document = {
    format: 'dfota-log-reading',
    version: explanationJsonVersion,
    file,
    outcome,
    attempts,
    attempt,
    failure:
      failure === undefined
        ? null
        : {
            ...failure,
            event: shown(failure.event),
            reason: shown(failure.reason),
            files: failure.files.map(displayName),
          },
    explanation,
    events: events.map(shown),
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, exitCode: outcome === 'failed' ? 1 : 0 };
}
