/** One command and its answer. */

import { mostStaleLines } from '../model/limits/module.js';
import type { Limits, Talk } from './dialogue.js';
import { finalResult, type Report, versionIn } from './reports.js';

/** An answer: how it ended, and the lines before that. */
export interface Answer {
  readonly result: 'ok' | 'error' | 'silence' | 'gone';
  readonly lines: readonly string[];
  readonly reports: readonly Report[];
  /** The line that ended it. */
  readonly last: string | undefined;
}

/** Sends a line and collects what is said until OK or an error. Echoes of it are dropped; what was said before it counts as reports only. */
export function* ask(line: string, limits: Limits, reports: Report[] = []): Talk<Answer> {
  for (let left = mostStaleLines; left > 0; left -= 1) {
    const stale = yield { kind: 'listen', milliseconds: 0 };
    if (stale.kind === 'gone') return { result: 'gone', lines: [], reports, last: undefined };
    if (stale.kind === 'nothing') break;
    if (stale.kind === 'line') reports.push(...stale.reports);
  }
  yield { kind: 'send', line };
  return yield* answerTo(line, limits.answer, reports);
}

/** Collects what is said until OK or an error. */
export function* answerTo(line: string, milliseconds: number, reports: Report[] = []): Talk<Answer> {
  const lines: string[] = [];
  let end: number | undefined;
  for (let left = milliseconds; left > 0; ) {
    const heard = yield { kind: 'listen', milliseconds: left };
    // Whatever else is said, the answer comes in its time or not at all.
    end ??= heard.at + milliseconds;
    left = end - heard.at;
    if (heard.kind === 'gone') return { result: 'gone', lines, reports, last: undefined };
    if (heard.kind === 'nothing') break;
    if (heard.kind !== 'line') continue;
    reports.push(...heard.reports);
    if (heard.text === '' || heard.text === line) continue;
    const result = finalResult(heard.text);
    if (result !== undefined) return { result, lines, reports, last: heard.text };
    lines.push(heard.text);
  }
  return { result: 'silence', lines, reports, last: undefined };
}

/** Tries to be answered: what a port said before, or half a command of somebody else, may stand in the way. */
export function* greet(limits: Limits, tries: number, reports: Report[] = []): Talk<'ok' | 'silence' | 'gone'> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const { result } = yield* ask('AT', limits, reports);
    if (result === 'gone') return 'gone';
    if (result === 'ok') {
      const echo = yield* ask('ATE0', limits, reports);
      return echo.result === 'gone' ? 'gone' : 'ok';
    }
  }
  return 'silence';
}

/** The version that runs; `undefined` where it cannot be read. */
export function* readVersion(limits: Limits, reports: Report[] = []): Talk<string | undefined> {
  for (const line of ['AT+QGMR', 'AT+GMR']) {
    const { result, lines } = yield* ask(line, limits, reports);
    const version = result === 'ok' ? versionIn(lines) : undefined;
    if (version !== undefined) return version;
    // The second command leaves the build away: it is for modules that do not know the first, not for an answer that was lost.
    if (result !== 'error') return undefined;
  }
  return undefined;
}
