import { BitWriter } from './bits.js';
import { encodeSymbols } from './bzip2-huffman.js';
import { suffixArray } from './suffix.js';

/** Options of {@link compressBzip2}. */
export interface Bzip2Options {
  /** The level in the stream's header: no block holds more than `level` x 100,000 bytes, which bounds the decoder's memory. */
  readonly level: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
}

/** One bzip2 stream of `bytes`. The same bytes and options always give the same stream. */
export function compressBzip2(bytes: Uint8Array, options: Bzip2Options): Uint8Array {
  const out = new BitWriter();
  for (const c of [0x42, 0x5a, 0x68, 0x30 + options.level]) out.bits(8, c);
  // The reference decoder refuses a block that is entirely full.
  const capacity = options.level * 100_000 - 20;
  const block = new Uint8Array(capacity);
  let combined = 0;
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    let used = 0;
    while (at < bytes.length && used + 5 <= capacity) {
      const c = bytes[at] ?? 0;
      let run = 1;
      while (run < 255 && at + run < bytes.length && bytes[at + run] === c) run++;
      for (let i = 0; i < run && i < 4; i++) block[used++] = c;
      if (run >= 4) block[used++] = run - 4;
      at += run;
    }
    const crc = blockCrc(bytes, start, at);
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    writeBlock(out, block.subarray(0, used), crc);
  }
  out.bits(24, 0x177245);
  out.bits(24, 0x385090);
  out.bits(16, combined >>> 16);
  out.bits(16, combined & 0xffff);
  return out.finish();
}

const crcTable: Uint32Array = Uint32Array.from({ length: 256 }, (_, i) => {
  let c = i << 24;
  for (let k = 0; k < 8; k++) c = c & 0x80000000 ? (c << 1) ^ 0x04c11db7 : c << 1;
  return c;
});

function blockCrc(bytes: Uint8Array, from: number, to: number): number {
  let crc = -1;
  for (let i = from; i < to; i++) crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ (bytes[i] ?? 0)] ?? 0);
  return ~crc >>> 0;
}

function writeBlock(out: BitWriter, block: Uint8Array, crc: number): void {
  out.bits(24, 0x314159);
  out.bits(24, 0x265359);
  out.bits(16, crc >>> 16);
  out.bits(16, crc & 0xffff);
  out.bits(1, 0);
  const { last, origin } = transform(block);
  out.bits(24, origin);
  encodeSymbols(out, last);
}

/** The Burrows-Wheeler transform: last column of the sorted rotations, and the row of the block itself. */
function transform(block: Uint8Array): { readonly last: Uint8Array; readonly origin: number } {
  const n = block.length;
  // Started at its least rotation, a text has its suffixes in the order of its rotations.
  const shift = leastRotation(block);
  const text = new Uint8Array(n);
  text.set(block.subarray(shift));
  text.set(block.subarray(0, shift), n - shift);
  const order = suffixArray(text);
  const last = new Uint8Array(n);
  const start = (n - shift) % n;
  let origin = 0;
  for (let k = 0; k < n; k++) {
    const at = order[k] ?? 0;
    if (at === start) origin = k;
    last[k] = text[at === 0 ? n - 1 : at - 1] ?? 0;
  }
  return { last, origin };
}

function leastRotation(text: Uint8Array): number {
  const n = text.length;
  let best = 0;
  let other = 1;
  let same = 0;
  while (best < n && other < n && same < n) {
    const a = text[(best + same) % n] ?? 0;
    const b = text[(other + same) % n] ?? 0;
    if (a === b) {
      same++;
      continue;
    }
    if (a > b) best += same + 1;
    else other += same + 1;
    if (best === other) other++;
    same = 0;
  }
  return Math.min(best, other);
}
