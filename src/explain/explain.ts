import type { Explanation } from '../model/explanation.js';
import { fotaCode, fotaCodes, statusWords, updaterStatuses } from './codes.js';
import { type DeviceReport, isDownloadEnd, reportOf, reportsIn } from './device-reports.js';
import { downloadCodes, downloadEnd } from './download-codes.js';
import { errorCode, errorCodes } from './error-codes.js';
import { findingCode } from './finding-codes.js';
import { adviceFor } from './log-advice.js';
import { withPlainQuotes } from './log-text.js';

/**
 * Explains a code (`510`, `702`, `E3001`), an exit code of the update-binary (`status 7`, `exit 7`, or a number below 8 other than 0), a status
 * word (`IP_PREVIOUS_UPDATE_IN_PROGRESS`, `HTTPEND`), a line that the module reports (`+QIND: "FOTA","END",510`), whatever quotes it has, or
 * the code of a finding or of an error of dfota (`zip-truncated`). One unit a byte. `undefined` for what is not known.
 */
export function explain(words: string): Explanation | undefined {
  const text = withPlainQuotes(words).trim();
  const report = reportOf(text) ?? reportsIn(text).at(-1);
  if (report !== undefined) return explainReport(report);
  const status =
    /^(?:status|exit|exit code|updater|update-binary)[\s:=]*(\d)$/i.exec(text) ??
    /^\(?status (\d)\)?$/i.exec(text) ??
    /updater process ended with (?:error|rc)[\s:=]*(\d)\s*$/i.exec(text);
  if (status !== null) return updaterStatus(status[1] ?? '');
  if (/^\d+$/.test(text)) {
    const download = downloadCodes.includes(text) ? downloadOf(text) : undefined;
    return fotaCode(text) ?? download ?? updaterStatus(text) ?? explainError(text);
  }
  const error = /^E(\d{4}):?$/i.exec(text)?.[1];
  if (error !== undefined) return explainError(error);
  const word = text.toUpperCase().replace(/^"(.*)"$/, '$1');
  const known = Object.hasOwn(statusWords, word) ? statusWords[word] : undefined;
  if (known !== undefined) return { subject: word, ...known };
  const refused = statusWords.ERROR;
  if (/^\+CM[ES] ERROR\b/.test(word) && refused !== undefined) return { subject: word, ...refused };
  return findingCode(text);
}

function downloadOf(number: string): Explanation {
  return { subject: number, ...downloadEnd(number, undefined) };
}

function explainError(number: string): Explanation | undefined {
  const known = number.length === 4 ? errorCode(number) : undefined;
  if (known === undefined) return undefined;
  const { causes, look } = adviceFor(known.kind) ?? { causes: [], look: [] };
  return { subject: `E${number}`, meaning: known.says, causes, look };
}

/** What a report of the module means. */
export function explainReport(report: DeviceReport): Explanation | undefined {
  const { word, number } = report;
  if (number !== undefined && word === 'END') {
    const code = fotaCode(number);
    return code && { ...code, subject: `END ${number}` };
  }
  if (number !== undefined && isDownloadEnd(report)) {
    return { subject: `${word} ${number}`, ...downloadEnd(number, word === 'HTTPEND' ? 'HTTP' : 'FTP') };
  }
  const known = Object.hasOwn(statusWords, word) ? statusWords[word] : undefined;
  return known && { subject: number === undefined ? word : `${word} ${number}`, ...known };
}

/** What an exit code of the update-binary means. */
export function updaterStatus(status: string): Explanation | undefined {
  const known = Object.hasOwn(updaterStatuses, status) ? updaterStatuses[status] : undefined;
  return known && { subject: `status ${status}`, ...known };
}

/** What the module reports and can be looked up by its number or word, in the order of the documentation. */
export function knownSubjects(): readonly string[] {
  return [
    ...Object.keys(fotaCodes),
    '520-530',
    '540-546',
    ...downloadCodes,
    ...Object.keys(updaterStatuses).map((status) => `status ${status}`),
    ...Object.keys(statusWords),
    ...errorCodes,
  ];
}
