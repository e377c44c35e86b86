/** Damages bytes at random, in the ways that files are damaged and forged: all from a seed, so that each can be made again. */
import { Buffer } from 'node:buffer';
import type { Random } from '../random.js';

/** What the bytes of a format are changed with. */
export interface Material {
  /** Sound files, some of which may be spliced together. */
  readonly samples: readonly Uint8Array[];
  /** Words of the format that are put in at random. */
  readonly words: readonly string[];
}

const edges = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A whole number where readers go wrong: small, at an edge, near the size of the file, or anything. */
function oddNumber(random: Random, size: number): number {
  switch (random.below(4)) {
    case 0:
      return random.below(16);
    case 1:
      return random.pick(edges);
    case 2:
      return Math.max(0, size - 8 + random.below(16));
    default:
      return random.below(0x100000000);
  }
}

/** A place in the bytes; half of them near the start, where headers are. */
function place(random: Random, bytes: Uint8Array): number {
  const span = random.chance(50) ? Math.min(128, bytes.length) : bytes.length;
  return random.below(Math.max(1, span));
}

/** Bytes that take the place of those from `at`, as many of them as there is room for. */
function overwrite(bytes: Buffer, at: number, by: Uint8Array): Buffer {
  bytes.set(by.subarray(0, Math.max(0, bytes.length - at)), at);
  return bytes;
}

function number(random: Random, size: number): Buffer {
  const value = Buffer.alloc(8);
  const [width, odd] = [random.pick([1, 2, 4, 8]), oddNumber(random, size)];
  if (width === 8) {
    const wide = BigInt(odd) << BigInt(random.pick([0, 0, 31, 32]));
    if (random.chance(70)) value.writeBigUInt64LE(wide);
    else value.writeBigUInt64BE(wide);
    return value;
  }
  if (random.chance(70)) value.writeUInt32LE(odd);
  else value.writeUInt32BE(odd, 4);
  return random.chance(70) ? value.subarray(0, width) : value.subarray(8 - width);
}

function without(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function inserted(bytes: Buffer, at: number, what: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}

function piece(random: Random, bytes: Uint8Array): Uint8Array {
  const from = place(random, bytes);
  return bytes.subarray(from, from + 1 + random.below(random.pick([4, 32, 512])));
}

function mutateOnce(random: Random, bytes: Buffer, { samples, words }: Material): Buffer {
  const at = place(random, bytes);
  switch (random.below(9)) {
    case 0:
      return overwrite(bytes, at, Buffer.from([(bytes[at] ?? 0) ^ (1 << random.below(8))]));
    case 1:
      return overwrite(bytes, at, number(random, bytes.length));
    case 2:
      return overwrite(bytes, at, random.bytes(1 + random.below(8)));
    case 3:
      return without(bytes, at, at + 1 + random.below(random.pick([4, 64, 1024])));
    case 4:
      return inserted(bytes, at, piece(random, bytes));
    case 5:
      return bytes.subarray(0, random.below(bytes.length + 1));
    case 6:
      return inserted(bytes, at, piece(random, random.pick(samples)));
    case 7: {
      const run = piece(random, bytes);
      return inserted(bytes, at, Buffer.concat(Array.from({ length: 1 + random.below(64) }, () => run)));
    }
    default: {
      const word = words.length === 0 ? random.bytes(4) : Buffer.from(random.pick(words), 'latin1');
      return random.chance(50) ? inserted(bytes, at, word) : overwrite(bytes, at, word);
    }
  }
}

/** A sample with one change to twelve, or, once in twenty times, bytes that were never a file of the format. */
export function mutated(random: Random, material: Material): Buffer {
  if (random.chance(5)) return generated(random, material.words);
  let bytes: Buffer = Buffer.from(random.pick(material.samples));
  for (let left = 1 + random.below(random.pick([2, 12])); left > 0; left--) {
    bytes = Buffer.from(mutateOnce(random, bytes, material));
  }
  return bytes;
}

/** Words of the format and random bytes in any order. */
function generated(random: Random, words: readonly string[]): Buffer {
  const parts = Array.from({ length: random.below(40) }, () =>
    words.length === 0 || random.chance(30)
      ? random.bytes(random.below(12))
      : Buffer.from(`${random.pick(words)}${random.pick(['', ' ', '\n', '\0'])}`, 'latin1'),
  );
  return Buffer.concat(parts);
}
