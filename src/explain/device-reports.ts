/** What the module says on its AT port: `+QIND: "FOTA",…`, and the answer to AT+QFOTADL. */

/** A report of the module: its word, and the number behind it. */
export interface DeviceReport {
  readonly word: string;
  readonly number?: string | undefined;
}

const words = 'HTTPSTART|HTTPEND|FTPSTART|FTPEND|DOWNLOADING|START|UPDATING|END';
const mark = '[\\\\\\s"\']*';
const reported = new RegExp(
  `\\+?QIND${mark}:?${mark}FOTA${mark},${mark}(${words})\\b${mark}(?:,${mark}(\\d{1,5}))?`,
  'gi',
);
const alone = new RegExp(
  `^(?:\\+?QIND${mark}:?)?${mark}(?:FOTA${mark},)?${mark}(${words})${mark}(?:[\\s,:=]+${mark}(\\d{1,5}))?${mark}$`,
  'i',
);

/** All reports of a line: a capture may put several into one. */
export function reportsIn(line: string): readonly DeviceReport[] {
  if (!/QIND/i.test(line)) return [];
  return [...line.matchAll(reported)].map(([, word = '', number]) => ({ word: word.toUpperCase(), number }));
}

/** What a person types of a report: the whole line, or only its word and number. */
export function reportOf(text: string): DeviceReport | undefined {
  const found = alone.exec(text.trim());
  return found === null ? undefined : { word: (found[1] ?? '').toUpperCase(), number: found[2] };
}

/** Whether a line is a report that is cut: what is missing stands in the next one. */
export function isCutReport(line: string): boolean {
  const from = line.toUpperCase().lastIndexOf('+QIND');
  if (from < 0) return false;
  const rest = line.slice(from);
  const [last] = reportsIn(rest).slice(-1);
  return last === undefined || (last.number === undefined && /END|ING/.test(last.word)) || /\d$/.test(rest);
}

/** The word of a download that has ended: `HTTPEND`, `FTPEND`. */
export function isDownloadEnd({ word }: DeviceReport): boolean {
  return word === 'HTTPEND' || word === 'FTPEND';
}
