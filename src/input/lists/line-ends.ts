import type { Finding } from '../../model/finding.js';
import { fromBytes } from '../../model/path.js';

/**
 * What editors of other systems leave in a list: read here without harm, but the original takes it for part of a name. `text` is what the
 * bytes say.
 */
export function lineEndFindings(file: string, bytes: Uint8Array, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  const remedy = 'nothing here; for the original save the list as plain ASCII with Unix line ends';
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if (isMarked || text !== fromBytes(bytes)) {
    const message = isMarked
      ? 'the list begins with a byte order mark, which the original reads as part of the first line'
      : 'the list is in UTF-16, which the original cannot read';
    findings.push({ severity: 'information', code: 'list-byte-order-mark', place: { file, line: 1 }, message, remedy });
  }
  const line = text.split('\n').findIndex((each) => each.endsWith('\r'));
  if (line >= 0) {
    const message = 'the list has line ends of Windows, which the original reads as part of each name';
    findings.push({ severity: 'information', code: 'list-crlf', place: { file, line: line + 1 }, message, remedy });
  }
  return findings;
}
