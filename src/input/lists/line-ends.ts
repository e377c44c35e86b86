import type { Finding } from '../../model/finding.js';

/** What editors of other systems leave in a list: read here without harm, but the original takes it for part of a name. */
export function lineEndFindings(file: string, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  const remedy = 'nothing here; for the original save the list as plain ASCII with Unix line ends';
  if (text.startsWith('\xef\xbb\xbf')) {
    const message = 'the list begins with a byte order mark, which the original reads as part of the first line';
    findings.push({ severity: 'information', code: 'list-byte-order-mark', place: { file, line: 1 }, message, remedy });
  }
  const line = text.split('\n').findIndex((each) => each.endsWith('\r'));
  if (line >= 0) {
    const message = 'the list has line ends of Windows, which the original reads as part of each name';
    findings.push({ severity: 'information', code: 'list-crlf', place: { file, line: line + 1 }, message, remedy });
  }
  return findings;
}
