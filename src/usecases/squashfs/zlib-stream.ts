import { deflateClassic } from '../../encode/deflate/classic.js';

/** Packs bytes as classic zlib does at level 9: the same bytes give the same stream on every machine and every Node. */
export function zlibStream(bytes: Uint8Array): Uint8Array {
  const deflated = deflateClassic(bytes, { level: 9 });
  const stream = new Uint8Array(deflated.length + 6);
  stream.set([0x78, 0xda]);
  stream.set(deflated, 2);
  new DataView(stream.buffer).setUint32(deflated.length + 2, adler32(bytes));
  return stream;
}

/** Most bytes whose sums stay below 2^32 before they are reduced, as zlib has it. */
const stretch = 5552;

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length; at += stretch) {
    for (const byte of bytes.subarray(at, at + stretch)) {
      low += byte;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return high * 65_536 + low;
}
