import { bufferOf, textOf } from './view.js';

/** Every place where a needle stands, capped; in the order of the file. */
export function findAll(bytes: Uint8Array, needle: string, limit: number): readonly number[] {
  const buffer = bufferOf(bytes);
  const found: number[] = [];
  for (let at = buffer.indexOf(needle, 0, 'latin1'); at >= 0 && found.length < limit; ) {
    found.push(at);
    at = buffer.indexOf(needle, at + needle.length, 'latin1');
  }
  return found;
}

/** The run of printable ASCII that starts at `at`, at most `limit` bytes. */
export function printableAt(bytes: Uint8Array, at: number, limit: number): string {
  let end = at;
  const stop = Math.min(bytes.length, at + limit);
  while (end < stop) {
    const byte = bytes[end] ?? 0;
    if (byte < 0x20 || byte > 0x7e) break;
    end++;
  }
  return textOf(bytes.subarray(at, end));
}
