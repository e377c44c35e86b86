import { Bzip2Error } from './bzip2-error.js';

/**
 * The inner part of a bzip2 decoder: reads the Huffman-coded symbols of one block, undoes the move-to-front coding
 * and prepares the walk through the inverse Burrows-Wheeler transform.
 *
 *  1. which bytes occur; how many code tables; which table each group of 50 symbols uses;
 *  2. the tables: code lengths, from which follow a table for short codes and limits for long ones;
 *  3. the symbols: runs of the front byte in base 2 with digits 1 and 2, or a place in the move-to-front list;
 *  4. `links[i] >>> 8`: where the byte after the i-th sorted one stands. The low 8 bits: the byte itself.
 *
 * Bits are taken from the most significant down. Reading past the end gives zeros and is noticed at the next check.
 */
export interface BlockMemory {
  /** For each place of the block: the byte in the low 8 bits, the link in the others. Grows with the block. */
  links: Uint32Array<ArrayBuffer>;
}

/** Where the reader of bits stands. */
export interface BitPosition {
  /** The next byte to load. */
  next: number;
  /** The last loaded bytes, the latest in the low bits. */
  buffer: number;
  /** How many low bits of `buffer` are not used yet. */
  available: number;
}

const maxCodeLength = 20;
const shortBits = 10;
const groupSize = 50;
const maxSelectors = 18_002;
const tableSize = 258;

/** Takes up to 24 bits. Throws `bzip2-truncated` at the end of the input. */
export function takeBits(input: Uint8Array, at: BitPosition, count: number): number {
  while (at.available < count) {
    const byte = input[at.next];
    if (byte === undefined) throw truncated();
    at.next++;
    at.buffer = ((at.buffer << 8) | byte) >>> 0;
    at.available += 8;
  }
  at.available -= count;
  return (at.buffer >>> at.available) & ((1 << count) - 1);
}

/** The input ended inside of a stream. */
export function truncated(): Bzip2Error {
  return new Bzip2Error('bzip2-truncated', 'the data ends inside of a bzip2 stream');
}

/** What looks corrupt behind the end of the input is just missing. */
function corrupt(what: string, behindEnd = false): Bzip2Error {
  return behindEnd ? truncated() : new Bzip2Error('bzip2-data', `bzip2: ${what}`);
}

/** Room for `size` places. Starts small, because most streams of a package are. */
function grow(memory: BlockMemory, size: number, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.min(capacity, Math.max(8192, size * 2)));
  larger.set(memory.links);
  memory.links = larger;
  return larger;
}

function readUsedBytes(input: Uint8Array, at: BitPosition): Uint8Array {
  const groups = takeBits(input, at, 16);
  const used = new Uint8Array(256);
  let count = 0;
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >>> group)) === 0) continue;
    const members = takeBits(input, at, 16);
    for (let bit = 0; bit < 16; bit++) {
      if ((members & (0x8000 >>> bit)) !== 0) used[count++] = group * 16 + bit;
    }
  }
  if (count === 0) throw corrupt('a block without any byte');
  return used.subarray(0, count);
}

function readSelectors(input: Uint8Array, at: BitPosition, tables: number): Uint8Array {
  const count = takeBits(input, at, 15);
  if (count === 0) throw corrupt('a block without selectors');
  const order = Uint8Array.of(0, 1, 2, 3, 4, 5);
  const selectors = new Uint8Array(Math.min(count, maxSelectors));
  for (let index = 0; index < count; index++) {
    let place = 0;
    while (takeBits(input, at, 1) === 1) {
      place++;
      if (place >= tables) throw corrupt('a selector beyond the tables');
    }
    const table = order[place] ?? 0;
    order.copyWithin(1, 0, place);
    order[0] = table;
    // As in libbzip2: more selectors than a block can use are read and not kept.
    if (index < maxSelectors) selectors[index] = table;
  }
  return selectors;
}

interface CodeTables {
  /** For each table, indexed by the next 10 bits: symbol << 5 | length, or 0 where the code is longer. */
  readonly short: Uint16Array;
  /** For each table and length, the first value (of `length` bits) beyond its codes. */
  readonly limit: Int32Array;
  /** For each table and length, what to take from a code to get its place in `symbols`. */
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

function readTables(input: Uint8Array, at: BitPosition, count: number, alphabet: number): CodeTables {
  const short = new Uint16Array(count << shortBits);
  const limit = new Int32Array(count * 32);
  const base = new Int32Array(count * 32);
  const symbols = new Uint16Array(count * tableSize);
  const lengths = new Uint8Array(alphabet);
  for (let table = 0; table < count; table++) {
    let length = takeBits(input, at, 5);
    for (let symbol = 0; symbol < alphabet; symbol++) {
      for (;;) {
        if (length < 1 || length > maxCodeLength) throw corrupt('a code length outside 1 to 20');
        if (takeBits(input, at, 1) === 0) break;
        length += takeBits(input, at, 1) === 0 ? 1 : -1;
      }
      lengths[symbol] = length;
    }
    let code = 0;
    let place = 0;
    for (let bits = 1; bits <= maxCodeLength; bits++) {
      base[table * 32 + bits] = code - place;
      for (let symbol = 0; symbol < alphabet; symbol++) {
        if (lengths[symbol] !== bits) continue;
        // Lengths that promise more codes than there are: libbzip2 would take the first that fits, and so do we.
        if (bits <= shortBits && code < 1 << bits) {
          const from = (table << shortBits) + (code << (shortBits - bits));
          short.fill((symbol << 5) | bits, from, from + (1 << (shortBits - bits)));
        }
        symbols[table * tableSize + place] = symbol;
        place++;
        code++;
      }
      limit[table * 32 + bits] = code;
      code <<= 1;
    }
  }
  return { short, limit, base, symbols };
}

/**
 * Reads one block, from its map of used bytes to its end symbol, into `memory`.
 * Returns the number of bytes in the block. `at` ends behind the block.
 */
export function readBlock(input: Uint8Array, at: BitPosition, memory: BlockMemory, capacity: number): number {
  const list = readUsedBytes(input, at);
  const alphabet = list.length + 2;
  const endOfBlock = alphabet - 1;
  const tables = takeBits(input, at, 3);
  if (tables < 2 || tables > 6) throw corrupt('not 2 to 6 code tables');
  const selectors = readSelectors(input, at, tables);
  const { short, limit, base, symbols } = readTables(input, at, tables, alphabet);

  let { links } = memory;
  const counts = new Uint32Array(256);
  const inputBits = input.length * 8;
  let { next, buffer, available } = at;
  let size = 0;
  let runLength = 0;
  let runUnit = 1;
  let done = false;

  for (let group = 0; !done; group++) {
    const table = selectors[group];
    if (table === undefined) throw corrupt('more symbols than selectors');
    const shortBase = table << shortBits;
    for (let left = groupSize; left > 0; left--) {
      while (available <= 24) {
        buffer = (buffer << 8) | (next < input.length ? (input[next] ?? 0) : 0);
        next++;
        available += 8;
      }
      let symbol: number;
      const entry = short[shortBase + ((buffer >>> (available - shortBits)) & ((1 << shortBits) - 1))] ?? 0;
      if (entry !== 0) {
        available -= entry & 31;
        symbol = entry >>> 5;
      } else {
        let bits = shortBits;
        let code: number;
        do {
          bits++;
          if (bits > maxCodeLength) throw corrupt('no such code', next * 8 - available > inputBits);
          code = (buffer >>> (available - bits)) & ((1 << bits) - 1);
        } while (code >= (limit[table * 32 + bits] ?? 0));
        available -= bits;
        symbol = symbols[table * tableSize + code - (base[table * 32 + bits] ?? 0)] ?? 0;
      }

      if (symbol <= 1) {
        if (runUnit > capacity) throw corrupt('a run longer than the block', next * 8 - available > inputBits);
        runLength += runUnit << symbol;
        runUnit <<= 1;
        continue;
      }
      if (runLength > 0) {
        if (runLength > capacity - size)
          throw corrupt('a block longer than announced', next * 8 - available > inputBits);
        const byte = list[0] ?? 0;
        counts[byte] = (counts[byte] ?? 0) + runLength;
        if (size + runLength > links.length) links = grow(memory, size + runLength, capacity);
        links.fill(byte, size, size + runLength);
        size += runLength;
        runLength = 0;
        runUnit = 1;
      }
      if (symbol === endOfBlock) {
        done = true;
        break;
      }
      if (size >= capacity) throw corrupt('a block longer than announced', next * 8 - available > inputBits);
      const place = symbol - 1;
      const byte = list[place] ?? 0;
      if (place < 16) for (let i = place; i > 0; i--) list[i] = list[i - 1] ?? 0;
      else list.copyWithin(1, 0, place);
      list[0] = byte;
      counts[byte] = (counts[byte] ?? 0) + 1;
      if (size === links.length) links = grow(memory, size + 1, capacity);
      links[size++] = byte;
    }
    if (next * 8 - available > inputBits) throw truncated();
  }

  // What was loaded ahead goes back, so that takeBits() sees the true end of the input.
  next -= available >>> 3;
  at.next = next;
  at.available = available & 7;
  at.buffer = at.available === 0 ? 0 : (input[next - 1] ?? 0);

  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte] ?? 0;
    counts[byte] = sum;
    sum += count;
  }
  for (let i = 0; i < size; i++) {
    const byte = (links[i] ?? 0) & 0xff;
    const place = counts[byte] ?? 0;
    counts[byte] = place + 1;
    links[place] = (links[place] ?? 0) | (i << 8);
  }
  return size;
}
