import type { Explanation } from '../model/explanation.js';
import { fotaCode, fotaCodes, statusWords, updaterStatuses } from './codes.js';
import { findingCode } from './finding-codes.js';

/**
 * Explains a code (`510`), an exit code of the update-binary (`status 7`, `exit 7`, or a number below 8 other than 0), a status word
 * (`IP_PREVIOUS_UPDATE_IN_PROGRESS`), a line that the module reports (`+QIND: "FOTA","END",510`), or the code of a finding or of an
 * error of dfota (`zip-truncated`). `undefined` for what is not known.
 */
export function explain(words: string): Explanation | undefined {
  const text = words.trim();
  const reported = /"?FOTA"?\s*,\s*"?(START|UPDATING|END)"?(?:\s*,\s*"?(\d+)"?)?/i.exec(text);
  if (reported !== null) return explainReport(reported[1]?.toUpperCase() ?? '', reported[2]);
  const status =
    /^(?:status|exit|exit code|updater|update-binary)[\s:=]*(\d)$/i.exec(text) ?? /^\(?status (\d)\)?$/i.exec(text);
  if (status !== null) return updaterStatus(status[1] ?? '');
  if (/^\d+$/.test(text)) return fotaCode(text) ?? updaterStatus(text);
  const word = text.toUpperCase();
  const known = Object.hasOwn(statusWords, word) ? statusWords[word] : undefined;
  return known ? { subject: word, ...known } : findingCode(text);
}

function explainReport(word: string, number: string | undefined): Explanation | undefined {
  if (word === 'END' && number !== undefined) {
    const code = fotaCode(number);
    return code && { ...code, subject: `END ${number}` };
  }
  const known = statusWords[word];
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
    ...Object.keys(updaterStatuses).map((status) => `status ${status}`),
    ...Object.keys(statusWords),
  ];
}
