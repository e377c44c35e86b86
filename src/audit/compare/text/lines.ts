import { Buffer } from 'node:buffer';
import { bufferOf, textOf } from '../../../formats/bytes/view.js';
import { largestTextBytes, longestLineShownCharacters, mostTextLines } from '../../../model/limits/audit.js';

/** Whether bytes are text: no NUL and few control characters at the start. An empty file is text. */
export function isText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 32 * 1024);
  let odd = 0;
  for (const byte of head) {
    if (byte === 0) return false;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b) odd++;
  }
  return odd * 20 <= head.length && bytes.indexOf(0) < 0;
}

/** Lines without their ends, one unit a byte; `undefined` when there are too many to compare. */
export function linesOf(bytes: Uint8Array): readonly string[] | undefined {
  if (bytes.length > largestTextBytes) return undefined;
  if (bytes.length === 0) return [];
  const lines = bufferOf(bytes).toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.length > mostTextLines ? undefined : lines;
}

/** A line for people: decoded, control bytes as `\xHH` but tabs as they are, cut when very long. */
export function showLine(line: string): string {
  const text = line
    .split('\t')
    .map((part) => textOf(Buffer.from(part, 'latin1')))
    .join('\t');
  return text.length > longestLineShownCharacters
    ? `${text.slice(0, longestLineShownCharacters)} … (${text.length - longestLineShownCharacters} more characters)`
    : text;
}
