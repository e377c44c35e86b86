/** Takes blocks of lz4 apart. */
import { openTokenList, type Tokens } from './tokens.js';

/** A sequence of blocks, taken apart. */
export interface Lz4Stream {
  /** Of each block whether it is stored. */
  readonly stored: readonly boolean[];
  readonly tokens: Tokens;
  /** Where in the tokens each block ends. */
  readonly ends: readonly number[];
  readonly text: Uint8Array;
  readonly blockSize: number;
  readonly linked: boolean;
  readonly length: number;
}

/** How the blocks stand in the file around them. */
export interface Lz4Blocks {
  /** The kernel's own container: it has no mark at the end, and no stored blocks. */
  readonly legacy: boolean;
  readonly blockSize: number;
  readonly linked: boolean;
}

const storedBit = 2 ** 31;

/**
 * The blocks at the beginning of `bytes`, with at most `most` bytes of text; `undefined` where there is none, or where one
 * but the last has not the size of a block.
 */
export function parseLz4(bytes: Uint8Array, blocks: Lz4Blocks, most: number): Lz4Stream | undefined {
  const { legacy, blockSize, linked } = blocks;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const list = openTokenList();
  const stored: boolean[] = [];
  const ends: number[] = [];
  let text = new Uint8Array(65_536);
  let size = 0;
  let at = 0;
  while (at + 4 <= bytes.length) {
    const word = view.getUint32(at, true);
    const length = word % storedBit;
    // In the kernel's container, what follows the last block is no block.
    if (word === 0 || at + 4 + length > bytes.length || (legacy && word >= storedBit)) break;
    if (size !== stored.length * blockSize) break;
    if (text.length < size + blockSize) {
      const larger = new Uint8Array(Math.max(size + blockSize, 2 * text.length));
      larger.set(text.subarray(0, size));
      text = larger;
    }
    const block = bytes.subarray(at + 4, at + 4 + length);
    const isStored = word >= storedBit;
    const added = isStored
      ? store(block, text, size, blockSize)
      : unpack(block, { text, size, floor: linked ? 0 : size, most: blockSize }, list.add);
    if (added === undefined || size + added > most) {
      if (legacy && stored.length > 0 && added === undefined) break;
      return undefined;
    }
    size += added;
    stored.push(isStored);
    ends.push(list.count());
    at += 4 + length;
  }
  if (stored.length === 0 || size <= (stored.length - 1) * blockSize) return undefined;
  return { stored, tokens: list.tokens(), ends, text: text.subarray(0, size), blockSize, linked, length: at };
}

function store(block: Uint8Array, text: Uint8Array, size: number, most: number): number | undefined {
  if (block.length > most || block.length === 0) return undefined;
  text.set(block, size);
  return block.length;
}

interface Place {
  readonly text: Uint8Array;
  readonly size: number;
  readonly floor: number;
  readonly most: number;
}

/** Unpacks one block; `undefined` where it is none. Its tokens are told only in part then. */
function unpack(
  block: Uint8Array,
  { text, size, floor, most }: Place,
  add: (length: number, distance: number) => void,
): number | undefined {
  let at = 0;
  let end = size;
  const limit = size + most;
  const longer = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let length = 15;
    for (let more = 255; more === 255 && at < block.length; ) {
      more = block[at++] ?? 0;
      length += more;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = longer(token >> 4);
    if (at + literals > block.length || end + literals > limit) return undefined;
    text.set(block.subarray(at, at + literals), end);
    for (let i = 0; i < literals; i++) add(0, 0);
    end += literals;
    at += literals;
    // What the last token says of a match is for nobody, and not brought back.
    if (at === block.length) return end === size || (token & 15) !== 0 ? undefined : end - size;
    if (at + 2 > block.length) return undefined;
    const distance = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8);
    at += 2;
    const length = longer(token & 15) + 4;
    if (distance === 0 || distance > end - floor || end + length > limit) return undefined;
    for (let i = 0; i < length; i++) text[end + i] = text[end + i - distance] ?? 0;
    add(length, distance);
    end += length;
  }
  return undefined;
}
