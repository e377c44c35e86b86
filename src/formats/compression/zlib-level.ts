/**
 * Who compressed a deflate stream: the classic zlib with one of its nine levels, or something else. It matters because
 * the device can make zlib's bytes again, and no others: a patch then works on what is inside.
 *
 * Only the beginning is tried (up to 256 KiB of plain bytes): compressing a whole kernel nine times would take half a minute.
 */
import pako from 'pako';

const trialBytes = 256 * 1024;
const stepBytes = 64 * 1024;

/** Levels in the order in which they are usual. */
const levels = [9, 6, 1, 8, 7, 5, 4, 3, 2] as const;
export type ZlibLevel = (typeof levels)[number];

/** The level at which classic zlib gives these deflate bytes for these plain bytes; `undefined` when none does. */
export function zlibLevel(deflated: Uint8Array, plain: Uint8Array): ZlibLevel | undefined {
  return levels.find((level) => reproduces(level, deflated, plain));
}

function reproduces(level: ZlibLevel, deflated: Uint8Array, plain: Uint8Array): boolean {
  const deflate = new pako.Deflate({ level, raw: true, windowBits: 15, memLevel: 8, chunkSize: stepBytes / 4 });
  let at = 0;
  let same = true;
  deflate.onData = (chunk) => {
    if (!(chunk instanceof Uint8Array)) return;
    for (const byte of chunk) {
      if (byte !== deflated[at++]) {
        same = false;
        return;
      }
    }
  };
  deflate.onEnd = () => {};
  const end = Math.min(plain.length, trialBytes);
  for (let from = 0; same; from += stepBytes) {
    const to = Math.min(end, from + stepBytes);
    // the last block of a longer file is not known from its beginning, so the stream is ended only where the file ends
    deflate.push(plain.slice(from, to), to === plain.length);
    if (to === end) break;
  }
  return same;
}
