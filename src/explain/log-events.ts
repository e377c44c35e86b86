/** What single lines of a log tell, as events in the order of the log. */

import type { LogEvent } from '../model/explanation.js';
import { mostLogEvents, mostMessageLines } from '../model/limits/explain.js';
import { fotaCode, statusWords } from './codes.js';
import { type DeviceReport, isCutReport, isDownloadEnd, reportsIn } from './device-reports.js';
import { downloadEnd } from './download-codes.js';
import { errorCode } from './error-codes.js';
import { explainReport, updaterStatus } from './explain.js';
import { type Found, readLastInstall } from './last-install.js';
import { linePatterns } from './log-lines.js';
import type { LogLine } from './log-text.js';

/** An event as it was read. */
export interface ReadEvent {
  readonly event: LogEvent;
  /** Other programs write such lines too. */
  readonly common: boolean;
  /** Where an update begins, how far in its course it is: 0 for the start of the recovery. */
  readonly start?: number | undefined;
}

/** The lines with which an attempt begins, in the order of an attempt. */
const starts: readonly RegExp[] = [
  /Starting (?:recovery|TWRP|CWM)\b/i,
  /AT\+QFOTADL\s*=\s*["']?[^?\s]/i,
  /"(?:HTTP|FTP)START"/i,
  /FOTA["'\\]*\s*,\s*["'\\]*START\b/i,
  /Finding update package/i,
  /-- Install(?:ing)?\b|(?<!error )Installing zip file/i,
  /Update location:/i,
  /Opening update package/i,
  /Installing update\.\.\.|Installing '|Installing package/i,
];

/** Reads all lines. Never throws; what is not understood is left out. */
export function readEvents(lines: readonly LogLine[]): readonly ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const { line, text } = lines[index] ?? { line: 0, text: '' };
    const found = readAbort(lines, index) ?? readLastInstall(lines, index) ?? readReports(lines, index);
    const start = starts.findIndex((pattern) => pattern.test(text));
    if (start >= 0) events.push({ event: beginning(line, text), common: false, start });
    if (found !== undefined) {
      for (const event of found.events) add(events, { event, common: false });
      index = found.last;
      continue;
    }
    const read = readAnswer(lines, index) ?? readLine(text, line);
    if (read !== undefined) add(events, read);
    if (events.length > 2 * mostLogEvents) events.splice(0, events.length - mostLogEvents);
  }
  return events;
}

function beginning(line: number, text: string): LogEvent {
  return { line, text, kind: 'progress', says: 'an update begins' };
}

/** The same thing said again and again, and each step of a progress, is one event. */
function add(events: ReadEvent[], read: ReadEvent): void {
  const last = events.at(-1);
  const { event } = read;
  if (
    last !== undefined &&
    last.start === undefined &&
    last.event.kind === event.kind &&
    last.event.says === event.says
  ) {
    if (event.kind === 'progress') events[events.length - 1] = read;
    if (event.kind === 'progress' || event.about === last.event.about) return;
  }
  events.push(read);
}

/** `script aborted: …`, its text to the end of the expression. */
function readAbort(lines: readonly LogLine[], index: number): Found | undefined {
  const { line, text } = lines[index] ?? { line: 0, text: '' };
  const start = /script aborted(?: \(no error message\))?:?\s?(.*)$/i.exec(text);
  if (start === null) return undefined;
  let message = start[1] ?? '';
  let last = index;
  while (isOpen(message) && last + 1 < lines.length && last - index < mostMessageLines) {
    const next = lines[last + 1]?.text ?? '';
    if (/^(?:I:|E:|W:|Installation aborted|script result|\(Status)/.test(next)) break;
    last += 1;
    message += `\n${next}`;
  }
  const about = filesIn(message)[0];
  const whole = message === '' ? text : message;
  return { events: [{ line, text: whole, kind: 'aborted', says: 'the script stopped itself', about }], last };
}

/** Whether parentheses or a literal are still open. */
function isOpen(text: string): boolean {
  let depth = 0;
  let inLiteral = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    if (inLiteral && unit === '\\') at += 1;
    else if (unit === '"') inLiteral = !inLiteral;
    else if (!inLiteral && unit === '(') depth += 1;
    else if (!inLiteral && unit === ')') depth -= 1;
  }
  return text.startsWith('assert failed:') && (depth > 0 || inLiteral);
}

/** What the module reports. A report that is cut in half goes on in the next line. */
function readReports(lines: readonly LogLine[], index: number): Found | undefined {
  const { line, text } = lines[index] ?? { line: 0, text: '' };
  let reports = reportsIn(text);
  let last = index;
  if (/QIND/i.test(text) && isCutReport(text)) {
    const next = lines[index + 1]?.text ?? '';
    const joined = /^\+/.test(next.trim()) ? [] : reportsIn(text + next.trim());
    const grown = joined.at(-1)?.number ?? joined.at(-1)?.word;
    const alone = reports.at(-1)?.number ?? (reports.length === joined.length ? reports.at(-1)?.word : undefined);
    if (grown !== undefined && grown !== alone && !isKnownReport(reports.at(-1))) {
      reports = joined;
      last = index + 1;
    }
  }
  return reports.length === 0 ? undefined : { events: reports.map((report) => reportEvent(report, line, text)), last };
}

function isKnownReport(report: DeviceReport | undefined): boolean {
  return report?.number !== undefined && report.word === 'END' && explainReport(report) !== undefined;
}

function reportEvent(report: DeviceReport, line: number, text: string): LogEvent {
  const { word, number } = report;
  if (word === 'END' && number !== undefined) {
    return {
      line,
      text,
      kind: 'result',
      says: fotaCode(number)?.meaning ?? `the module reports ${number}`,
      about: number,
    };
  }
  if (isDownloadEnd(report) && number !== undefined && Number(number) !== 0) {
    const { meaning } = downloadEnd(number, word === 'HTTPEND' ? 'HTTP' : 'FTP');
    return { line, text, kind: 'download-failed', says: meaning, about: number };
  }
  const says = explainReport(isDownloadEnd(report) ? report : { word })?.meaning ?? word;
  return { line, text, kind: 'progress', says, about: isDownloadEnd(report) ? undefined : number };
}

/** The module's answer to the command that starts an update. */
function readAnswer(lines: readonly LogLine[], index: number): ReadEvent | undefined {
  const { line, text } = lines[index] ?? { line: 0, text: '' };
  if (!/^\s*(?:ERROR|\+CM[ES] ERROR:?\s*\d*)\s*$/i.test(text)) return undefined;
  for (let before = index - 1; before >= 0 && before >= index - 4; before -= 1) {
    const command = lines[before]?.text ?? '';
    if (/AT\+QFOTADL\s*=/i.test(command)) {
      const says = 'the module refused AT+QFOTADL: the update was not started';
      return { event: { line, text, kind: 'command-refused', says, about: text.trim() }, common: false };
    }
    if (/^\s*(?:OK|ERROR)\s*$|^\s*AT/i.test(command)) return undefined;
  }
  return undefined;
}

function readLine(text: string, line: number): ReadEvent | undefined {
  const status =
    /\(Status (\d+)\)|update.?binary (?:exited|returned)(?: with)?(?: status| code)? (\d+)|updater process ended with (?:error|rc|status|exit code)[\s:=]*(\d+)|(?:installation error|installer status)[\s:=]+(\d+)/i.exec(
      text,
    );
  if (status !== null) {
    const number = status.slice(1).find((group) => group !== undefined) ?? '';
    const says = updaterStatus(number)?.meaning ?? `the update-binary ended with ${number}`;
    return { event: { line, text, kind: 'status', says, about: number }, common: false };
  }
  const word = Object.keys(statusWords).find((known) => known.startsWith('IP_') && text.includes(known));
  if (word !== undefined) {
    const says = statusWords[word]?.meaning ?? '';
    return { event: { line, text, kind: 'word', says, about: word }, common: false };
  }
  // Recoveries write lines of less than a kilobyte; a bound keeps the patterns quick on anything else.
  const short = text.slice(0, 1024);
  const code = /(?:^|[\s"'])E(\d{4}): /.exec(short)?.[1];
  const known = code === undefined ? undefined : errorCode(code);
  if (known !== undefined) {
    return { event: { line, text, kind: known.kind, says: known.says, about: filesIn(text)[0] }, common: false };
  }
  for (const { pattern, kind, says, common = false } of linePatterns) {
    const found = pattern.exec(short);
    if (found === null) continue;
    const named = found.slice(1).find((group) => group !== undefined && group !== '') ?? filesIn(text)[0];
    const about = named && partitionOf(named);
    const ofPartition = kind === 'content-mismatch' && about !== undefined && /^(?:MTD|EMMC):/.test(about);
    return { event: { line, text, kind, says: ofPartition ? partitionSays : says, about }, common };
  }
  return readResult(short, text, line);
}

function readResult(short: string, text: string, line: number): ReadEvent | undefined {
  const own = /script (?:result was|succeeded)|Install from sdcard complete|Error installing zip/i.exec(short);
  const result =
    own ?? /Install(?:ation)? (?:aborted|complete|failed)|update (?:succeeded|complete|failed)/i.exec(short);
  if (result === null) return undefined;
  const failed = /aborted|failed|error/i.test(result[0]);
  const event: LogEvent = {
    line,
    text,
    kind: 'result',
    says: failed ? 'the installation was given up' : 'the installation ended well',
    about: failed ? 'aborted' : '0',
  };
  return { event, common: own === null };
}

const partitionSays = 'a partition has none of the expected contents';

/** `MTD:boot` of a patch's name for a partition with its sizes and hashes; any other name as it is. */
function partitionOf(name: string): string {
  return /^((?:MTD|EMMC):[^:]+):/.exec(name)?.[1] ?? name;
}

/** Device paths, partitions and quoted names of a text, in their order. */
export function filesIn(text: string): readonly string[] {
  const found: string[] = [];
  const quoted = /"((?:[^"\\]|\\.)*)"/g;
  for (const [, literal = ''] of text.matchAll(quoted)) {
    const partition = /^((?:MTD|EMMC):[^:]+):/.exec(literal)?.[1];
    if (partition !== undefined) found.push(partition);
    else if (literal.startsWith('/')) found.push(literal);
  }
  if (found.length === 0) {
    const bare = /\b((?:MTD|EMMC):[^:\s"]+):\d/.exec(text)?.[1] ?? /(?:^|[\s"'(])(\/[\w./+@-]+)/.exec(text)?.[1];
    if (bare !== undefined) found.push(bare);
  }
  return [...new Set(found)];
}
