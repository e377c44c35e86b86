import { type BitPosition, readBlock, takeBits, truncated } from './bzip2-block.js';
import { Bzip2Error } from './bzip2-error.js';
import { boundedOutput } from './output.js';
import type { Unpacked } from './unpacked.js';

/** Pulls the bytes of one bzip2 stream, in order. */
export interface Bzip2Reader {
  /** Fills `into[from..to)`. Throws `bzip2-short` where the stream ends before. */
  readonly read: (into: Uint8Array, from: number, to: number) => void;
  /** Fills as much of `into[from..to)` as the stream still has; returns how many bytes. */
  readonly readUpTo: (into: Uint8Array, from: number, to: number) => number;
  /**
   * Checks that the stream ends here, its last checksums included. Throws `leftover-bytes` when it goes on.
   * Returns the number of input bytes that the stream takes.
   */
  readonly finish: () => number;
}

const crcTable = makeCrcTable();

function makeCrcTable(): Int32Array {
  const table = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    table[byte] = crc;
  }
  return table;
}

/**
 * Opens one bzip2 stream at the start of `input`; nothing is decoded before the first read. Memory: 4 bytes for each
 * byte of the announced block size, 3.6 MB at most, however much comes out. What follows the stream is left alone:
 * a concatenation of streams ends with the first, as it does on a device.
 *
 * All checksums are verified, a block's as soon as the block has been read to its end. Bytes of a block are handed
 * out before that, so the result is good only after finish().
 */
export function openBzip2(input: Uint8Array): Bzip2Reader {
  const at: BitPosition = { next: 0, buffer: 0, available: 0 };
  const memory = { links: new Uint32Array(0) };
  let capacity = 0;
  let started = false;
  let ended = false;

  let blockLeft = 0;
  let blockOpen = false;
  let place = 0;
  let expectedCrc = 0;
  let crc = -1;
  let streamCrc = 0;

  // Run-length state: the last byte, how often it came in a row, and how many copies are still to be written.
  let last = -1;
  let row = 0;
  let copies = 0;

  function start(): void {
    if (takeBits(input, at, 24) !== 0x425a68) throw new Bzip2Error('bzip2-header', 'not a bzip2 stream');
    const level = takeBits(input, at, 8) - 0x30;
    if (level < 1 || level > 9) throw new Bzip2Error('bzip2-header', 'bzip2: not a block size of 1 to 9');
    capacity = level * 100_000;
    started = true;
  }

  function take32(): number {
    return (takeBits(input, at, 16) << 16) | takeBits(input, at, 16);
  }

  function closeBlock(): void {
    if (~crc !== expectedCrc) throw new Bzip2Error('bzip2-crc', "bzip2: a block's checksum is wrong");
    streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ expectedCrc;
    blockOpen = false;
  }

  /** Opens the next block; false at the end of the stream. */
  function nextBlock(): boolean {
    if (!started) start();
    if (ended) return false;
    const high = takeBits(input, at, 24);
    const low = takeBits(input, at, 24);
    if (high === 0x177245 && low === 0x385090) {
      if (take32() !== streamCrc) throw new Bzip2Error('bzip2-crc', "bzip2: the stream's checksum is wrong");
      ended = true;
      return false;
    }
    if (high !== 0x314159 || low !== 0x265359) throw new Bzip2Error('bzip2-data', 'bzip2: not a block');
    expectedCrc = take32();
    if (takeBits(input, at, 1) === 1) throw new Bzip2Error('bzip2-randomised', 'bzip2: a randomised block');
    const origin = takeBits(input, at, 24);
    blockLeft = readBlock(input, at, memory, capacity);
    if (origin >= blockLeft) throw new Bzip2Error('bzip2-data', 'bzip2: a start outside of its block');
    place = (memory.links[origin] ?? 0) >>> 8;
    crc = -1;
    last = -1;
    row = 0;
    copies = 0;
    blockOpen = true;
    return true;
  }

  /** Writes what the open block still has, up to `to`; returns where it stopped. */
  function drain(into: Uint8Array, from: number, to: number): number {
    const walk = memory.links;
    let out = from;
    let left = blockLeft;
    let index = place;
    let previous = last;
    let equal = row;
    let repeat = copies;
    while (out < to) {
      if (repeat > 0) {
        const end = Math.min(to, out + repeat);
        into.fill(previous, out, end);
        repeat -= end - out;
        out = end;
        continue;
      }
      if (left === 0) break;
      const link = walk[index] ?? 0;
      index = link >>> 8;
      left--;
      const byte = link & 0xff;
      if (equal === 4) {
        repeat = byte;
        equal = 0;
        continue;
      }
      if (byte === previous) {
        equal++;
      } else {
        equal = 1;
        previous = byte;
      }
      into[out++] = byte;
    }
    blockLeft = left;
    place = index;
    last = previous;
    row = equal;
    copies = repeat;
    let sum = crc;
    for (let i = from; i < out; i++) sum = (sum << 8) ^ (crcTable[(sum >>> 24) ^ (into[i] ?? 0)] ?? 0);
    crc = sum;
    return out;
  }

  function readUpTo(into: Uint8Array, from: number, to: number): number {
    let out = from;
    while (out < to) {
      if (!blockOpen && !nextBlock()) break;
      out = drain(into, out, to);
      if (blockLeft === 0 && copies === 0) closeBlock();
    }
    return out - from;
  }

  return {
    readUpTo,
    read: (into, from, to) => {
      if (readUpTo(into, from, to) < to - from) {
        throw new Bzip2Error('bzip2-short', 'a bzip2 stream ends before the bytes that are needed');
      }
    },
    finish: () => {
      if (readUpTo(new Uint8Array(1), 0, 1) > 0) {
        throw new Bzip2Error('leftover-bytes', 'a bzip2 stream holds more bytes than are needed');
      }
      if (!ended) throw truncated();
      return at.next;
    },
  };
}

/**
 * All bytes of the bzip2 stream at the start of `input`. Throws Bzip2Error: `too-large` beyond `maxSize` bytes,
 * `leftover-bytes` when something follows the stream.
 */
export function decompressBzip2(input: Uint8Array, options: { readonly maxSize: number }): Uint8Array<ArrayBuffer> {
  const reader = openBzip2(input);
  let bytes = new Uint8Array(Math.min(options.maxSize, Math.max(4096, input.length * 4)));
  let size = 0;
  for (;;) {
    const got = reader.readUpTo(bytes, size, bytes.length);
    size += got;
    if (size < bytes.length) break;
    if (size === options.maxSize) {
      if (reader.readUpTo(new Uint8Array(1), 0, 1) > 0) {
        throw new Bzip2Error('too-large', `bzip2: more than ${options.maxSize} bytes`);
      }
      break;
    }
    const larger = new Uint8Array(Math.min(options.maxSize, bytes.length * 2));
    larger.set(bytes);
    bytes = larger;
  }
  if (reader.finish() < input.length) throw new Bzip2Error('leftover-bytes', 'bytes follow the bzip2 stream');
  return size === bytes.length ? bytes : bytes.slice(0, size);
}

const chunkSize = 64 * 1024;

/** The bzip2 stream at the start, whatever follows it. Throws FormatError also when more than `limit` bytes come out. */
export function unpackBzip2(input: Uint8Array, limit: number): Unpacked {
  const reader = openBzip2(input);
  const out = boundedOutput(limit);
  const chunk = new Uint8Array(chunkSize);
  for (;;) {
    const got = reader.readUpTo(chunk, 0, chunkSize);
    out.add(chunk.subarray(0, got));
    if (got < chunkSize) return { bytes: out.result(), end: reader.finish() };
  }
}
