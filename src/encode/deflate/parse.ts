import {
  distanceExtraBits,
  distanceSymbol,
  distanceSymbols,
  endOfBlock,
  lengthExtraBits,
  lengthSymbol,
  literalSymbols,
  log2,
  maxMatch,
} from './codes.js';

/** A literal is its byte in the high half; a match is length << 16 | distance. */
export type Tokens = Uint32Array;

/** How often each symbol is used. */
export interface SymbolCounts {
  readonly literals: Uint32Array;
  readonly distances: Uint32Array;
}

/** Bits that symbols are expected to take, their extra bits included. */
export interface SymbolCosts {
  /** By byte. */
  readonly literal: Float64Array;
  /** By length, 3 to 258. */
  readonly length: Float64Array;
  /** By distance symbol. */
  readonly distance: Float64Array;
}

/** The matches at each place of a segment: each longer than the one before, at the nearest distance for its length. */
export interface Matches {
  readonly start: number;
  readonly end: number;
  /** Where the matches of a place begin in `list`; one more than there are places. */
  readonly first: Uint32Array;
  /** length << 16 | distance. */
  readonly list: Uint32Array;
}

const perPlace = 16;
const chainLimit = 400;
const window = 32_768;

/** A longer match is taken whole or not at all; trying all its shorter forms would take too long. */
const tryAllUpTo = 64;

/** Finds matches, segment after segment. Keeps chains of equal 3-byte hashes through the last 32 KiB. */
export function matchFinder(bytes: Uint8Array): (start: number, end: number) => Matches {
  const heads = new Int32Array(65_536).fill(-1);
  const chain = new Int32Array(window);
  return (start, end) => {
    const first = new Uint32Array(end - start + 1);
    let list = new Uint32Array((end - start) * 2 + perPlace);
    let used = 0;
    for (let at = start; at < end; at++) {
      first[at - start] = used;
      if (at + 3 > bytes.length) continue;
      if (used + perPlace > list.length) {
        const larger = new Uint32Array(list.length * 2);
        larger.set(list);
        list = larger;
      }
      const hash = hashAt(bytes, at);
      const longest = Math.min(maxMatch, end - at);
      const nearest = heads[hash] ?? -1;
      chain[at % window] = nearest;
      heads[hash] = at;
      let best = 2;
      let found = 0;
      let other = nearest;
      let tries = chainLimit;
      while (tries > 0 && other >= 0 && at - other <= window && best < longest) {
        tries--;
        if (bytes[other + best] === bytes[at + best] && bytes[other] === bytes[at]) {
          let length = 0;
          while (length < longest && bytes[other + length] === bytes[at + length]) length++;
          if (length > best) {
            best = length;
            if (found === perPlace) used--;
            else found++;
            list[used++] = (length << 16) | (at - other);
          } else {
            // Long comparisons that lead to nothing are dear; some inputs consist of them.
            tries -= length >> 2;
          }
        }
        const next = chain[other % window] ?? -1;
        if (next >= other) break;
        other = next;
      }
    }
    first[end - start] = used;
    return { start, end, first, list };
  };
}

function hashAt(bytes: Uint8Array, at: number): number {
  const three = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return Math.imul(three, 0x9e3779b1) >>> 16;
}

/** The cheapest way to write `bytes[from..to)`, which lies within the matches' segment, at these costs. */
export function cheapestTokens(
  bytes: Uint8Array,
  matches: Matches,
  from: number,
  to: number,
  costs: SymbolCosts,
): Tokens {
  const size = to - from;
  const { literal, length: lengthCosts, distance: distanceCosts } = costs;
  const total = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
  const step = new Uint32Array(size + 1);
  total[0] = 0;
  for (let i = 0; i < size; i++) {
    const here = total[i] ?? 0;
    const byte = bytes[from + i] ?? 0;
    const asLiteral = here + (literal[byte] ?? 0);
    if (asLiteral < (total[i + 1] ?? 0)) {
      total[i + 1] = asLiteral;
      step[i + 1] = byte << 16;
    }
    const place = from + i - matches.start;
    const end = matches.first[place + 1] ?? 0;
    let length = 3;
    for (let index = matches.first[place] ?? 0; index < end; index++) {
      const match = matches.list[index] ?? 0;
      const distance = match & 0xffff;
      const longest = Math.min(match >>> 16, size - i);
      // Cut short by the end of the block, and all that is left of it was tried.
      if (longest < Math.min(length, tryAllUpTo)) continue;
      const base = here + (distanceCosts[distanceSymbol[distance] ?? 0] ?? 0);
      const dense = Math.min(longest, tryAllUpTo);
      let tried = length <= dense ? length : longest;
      while (tried <= longest) {
        const cost = base + (lengthCosts[tried] ?? 0);
        if (cost < (total[i + tried] ?? 0)) {
          total[i + tried] = cost;
          step[i + tried] = (tried << 16) | distance;
        }
        tried = tried < dense ? tried + 1 : tried < longest ? longest : longest + 1;
      }
      length = Math.max(length, dense + 1);
    }
  }
  let count = 0;
  const backwards = new Uint32Array(size);
  for (let i = size; i > 0; ) {
    const token = step[i] ?? 0;
    backwards[count++] = token;
    i -= (token & 0xffff) === 0 ? 1 : token >>> 16;
  }
  return backwards.subarray(0, count).reverse();
}

/** How often the symbols of `tokens[from..to)` occur, with one end of block. */
export function countSymbols(tokens: Tokens, from = 0, to = tokens.length): SymbolCounts {
  const literals = new Uint32Array(literalSymbols);
  const distances = new Uint32Array(distanceSymbols);
  for (let i = from; i < to; i++) {
    const token = tokens[i] ?? 0;
    const distance = token & 0xffff;
    const symbol = distance === 0 ? token >>> 16 : (lengthSymbol[token >>> 16] ?? 0);
    literals[symbol] = (literals[symbol] ?? 0) + 1;
    if (distance === 0) continue;
    const other = distanceSymbol[distance] ?? 0;
    distances[other] = (distances[other] ?? 0) + 1;
  }
  literals[endOfBlock] = 1;
  return { literals, distances };
}

/** What symbols cost that occur so often. One that does not occur costs a bit more than one that occurs once. */
export function costsOf({ literals, distances }: SymbolCounts): SymbolCosts {
  const literalBits = bitsOf(literals);
  const distanceBits = bitsOf(distances);
  const length = new Float64Array(maxMatch + 1);
  for (let i = 3; i <= maxMatch; i++) length[i] = (literalBits[lengthSymbol[i] ?? 0] ?? 0) + (lengthExtraBits[i] ?? 0);
  return {
    literal: literalBits.subarray(0, 256),
    length,
    distance: distanceBits.map((bits, symbol) => bits + (distanceExtraBits[symbol] ?? 0)),
  };
}

function bitsOf(counts: Uint32Array): Float64Array {
  const total = log2(
    Math.max(
      1,
      counts.reduce((sum, count) => sum + count, 0),
    ),
  );
  return Float64Array.from(counts, (count) => (count === 0 ? total + 1 : Math.max(0.1, total - log2(count))));
}

/** Bits that the symbols take by themselves, extra bits and the codes' own description left out. */
export function entropyOf({ literals, distances }: SymbolCounts): number {
  let bits = 0;
  for (const counts of [literals, distances]) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) continue;
    const whole = log2(total);
    for (const count of counts) if (count > 0) bits += count * (whole - log2(count));
  }
  return bits;
}
