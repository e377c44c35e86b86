import {
  codeLengths,
  codesFor,
  distanceBase,
  distanceExtraBits,
  distanceSymbol,
  endOfBlock,
  lengthBase,
  lengthExtraBits,
  lengthSymbol,
} from './codes.js';
import {
  cheapestTokens,
  costsOf,
  countSymbols,
  entropyOf,
  type Matches,
  matchFinder,
  type SymbolCounts,
  type Tokens,
} from './parse.js';

/** Bytes that are looked at together: long enough that cutting matches at its end costs nothing. */
const segmentSize = 1 << 18;

/** Tokens between places where a block may end. */
const grain = 2048;

/** Bits that the description of a block's codes takes, about. */
const blockOverhead = 600;

const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

/**
 * A raw deflate stream that is smaller than zlib's, at some fifty times its time:
 *
 *  1. a segment of 256 KiB at a time, all matches are found, at each place the nearest for each length;
 *  2. the cheapest sequence of literals and matches is chosen by dynamic programming, first at guessed costs, then at
 *     the costs that follow from the choice before;
 *  3. the segment is cut into blocks where codes of their own pay;
 *  4. for each block the choice is made again at its own costs, and written with its own codes.
 *
 * The bytes depend on the input alone. Blocks are always written with codes of their own: bytes that deflate cannot
 * shrink are the caller's to notice.
 */
export function deflateBest(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new DeflateBits(bytes.length);
  const find = matchFinder(bytes);
  let counts = guessedCounts();
  for (let start = 0; start < bytes.length || start === 0; start += segmentSize) {
    const end = Math.min(bytes.length, start + segmentSize);
    const matches = find(start, end);
    for (let pass = 0; pass < 2; pass++) {
      counts = countSymbols(cheapestTokens(bytes, matches, start, end, costsOf(counts)));
    }
    const tokens = cheapestTokens(bytes, matches, start, end, costsOf(counts));
    let from = start;
    let token = 0;
    const cuts = cutIntoBlocks(tokens);
    for (const cut of cuts) {
      let to = from;
      for (let i = token; i < cut; i++) to += lengthOf(tokens[i] ?? 0);
      const isLast = cut === tokens.length && end === bytes.length;
      writeBlock(out, refine(bytes, matches, from, to, tokens.subarray(token, cut)), isLast);
      token = cut;
      from = to;
    }
  }
  return out.finish();
}

function lengthOf(token: number): number {
  return (token & 0xffff) === 0 ? 1 : token >>> 16;
}

/** Flat enough that no symbol is out of reach. */
function guessedCounts(): SymbolCounts {
  return { literals: new Uint32Array(286).fill(8, 0, 256).fill(24, 256), distances: new Uint32Array(30).fill(8) };
}

/** The ends of blocks, as indexes of tokens, by dynamic programming over the places where one may end. */
function cutIntoBlocks(tokens: Tokens): readonly number[] {
  const ends: number[] = [];
  for (let end = grain; end < tokens.length; end += grain) ends.push(end);
  ends.push(tokens.length);
  const starts = [0, ...ends.slice(0, -1)];
  const pieces = ends.map((end, i) => countSymbols(tokens, starts[i] ?? 0, end));
  const best = [0];
  const cutBefore: number[] = [];
  for (let end = 0; end < pieces.length; end++) {
    const sum: SymbolCounts = { literals: new Uint32Array(286), distances: new Uint32Array(30) };
    let lowest = Number.POSITIVE_INFINITY;
    let cut = end;
    for (let start = end; start >= 0; start--) {
      pieces[start]?.literals.forEach((count, i) => {
        sum.literals[i] = (sum.literals[i] ?? 0) + count;
      });
      pieces[start]?.distances.forEach((count, i) => {
        sum.distances[i] = (sum.distances[i] ?? 0) + count;
      });
      const bits = (best[start] ?? 0) + entropyOf(sum) + blockOverhead;
      if (bits >= lowest) continue;
      lowest = bits;
      cut = start;
    }
    best.push(lowest);
    cutBefore.push(cut);
  }
  const cuts: number[] = [];
  for (let end = pieces.length; end > 0; end = cutBefore[end - 1] ?? 0) cuts.push(ends[end - 1] ?? 0);
  return cuts.reverse();
}

/** Chooses again at the block's own costs, and keeps the choice that takes fewer bits. */
function refine(bytes: Uint8Array, matches: Matches, from: number, to: number, tokens: Tokens): Tokens {
  let best = tokens;
  let bestBits = bitsOf(tokens);
  let counts = countSymbols(tokens);
  for (let pass = 0; pass < 2; pass++) {
    const again = cheapestTokens(bytes, matches, from, to, costsOf(counts));
    const bits = bitsOf(again);
    if (bits >= bestBits) break;
    best = again;
    bestBits = bits;
    counts = countSymbols(again);
  }
  return best;
}

function bitsOf(tokens: Tokens): number {
  let bits = entropyOf(countSymbols(tokens));
  for (const token of tokens) {
    const distance = token & 0xffff;
    if (distance === 0) continue;
    bits += (lengthExtraBits[token >>> 16] ?? 0) + (distanceExtraBits[distanceSymbol[distance] ?? 0] ?? 0);
  }
  return bits;
}

function writeBlock(out: DeflateBits, tokens: Tokens, isLast: boolean): void {
  const counts = countSymbols(tokens);
  const literalLengths = codeLengths(counts.literals, 15);
  const distanceLengths = codeLengths(counts.distances, 15);
  out.bits(isLast ? 1 : 0, 1);
  out.bits(2, 2);
  writeCodeLengths(out, literalLengths, distanceLengths);
  const literalCodes = codesFor(literalLengths);
  const distanceCodes = codesFor(distanceLengths);
  for (const token of tokens) {
    const distance = token & 0xffff;
    const value = token >>> 16;
    const symbol = distance === 0 ? value : (lengthSymbol[value] ?? 0);
    out.bits(literalCodes[symbol] ?? 0, literalLengths[symbol] ?? 0);
    if (distance === 0) continue;
    out.bits(value - (lengthBase[value] ?? 0), lengthExtraBits[value] ?? 0);
    const other = distanceSymbol[distance] ?? 0;
    out.bits(distanceCodes[other] ?? 0, distanceLengths[other] ?? 0);
    out.bits(distance - (distanceBase[other] ?? 0), distanceExtraBits[other] ?? 0);
  }
  out.bits(literalCodes[endOfBlock] ?? 0, literalLengths[endOfBlock] ?? 0);
}

function writeCodeLengths(out: DeflateBits, literals: Uint8Array, distances: Uint8Array): void {
  const literalCount = Math.max(257, usedLength(literals));
  const distanceCount = Math.max(1, usedLength(distances));
  const all = [...literals.subarray(0, literalCount), ...distances.subarray(0, distanceCount)];
  // Each: symbol, extra bits, how many of them.
  const items: (readonly [symbol: number, extra: number, extraBits: number])[] = [];
  for (let at = 0; at < all.length; ) {
    const length = all[at] ?? 0;
    let run = 1;
    while (all[at + run] === length) run++;
    at += run;
    if (length !== 0) {
      items.push([length, 0, 0]);
      run--;
    }
    const [least, most] = length === 0 ? [3, 138] : [3, 6];
    while (run >= least) {
      const taken = Math.min(run, most);
      if (length !== 0) items.push([16, taken - 3, 2]);
      else if (taken < 11) items.push([17, taken - 3, 3]);
      else items.push([18, taken - 11, 7]);
      run -= taken;
    }
    for (; run > 0; run--) items.push([length, 0, 0]);
  }
  const counts = new Uint32Array(19);
  for (const [symbol] of items) counts[symbol] = (counts[symbol] ?? 0) + 1;
  const lengths = codeLengths(counts, 7);
  const codes = codesFor(lengths);
  let sent = codeLengthOrder.length;
  while (sent > 4 && (lengths[codeLengthOrder[sent - 1] ?? 0] ?? 0) === 0) sent--;
  out.bits(literalCount - 257, 5);
  out.bits(distanceCount - 1, 5);
  out.bits(sent - 4, 4);
  for (const symbol of codeLengthOrder.slice(0, sent)) out.bits(lengths[symbol] ?? 0, 3);
  for (const [symbol, extra, extraBits] of items) {
    out.bits(codes[symbol] ?? 0, lengths[symbol] ?? 0);
    out.bits(extra, extraBits);
  }
}

function usedLength(lengths: Uint8Array): number {
  let count = lengths.length;
  while (count > 0 && lengths[count - 1] === 0) count--;
  return count;
}

/** Bits, the least significant first. */
class DeflateBits {
  #bytes: Uint8Array<ArrayBuffer>;
  #size = 0;
  #buffer = 0;
  #count = 0;

  constructor(expectedSize: number) {
    this.#bytes = new Uint8Array(Math.max(1024, expectedSize >>> 1));
  }

  /** Up to 16 bits at a time. */
  bits(value: number, count: number): void {
    this.#buffer |= value << this.#count;
    this.#count += count;
    while (this.#count >= 8) {
      this.#byte(this.#buffer & 0xff);
      this.#buffer >>>= 8;
      this.#count -= 8;
    }
  }

  finish(): Uint8Array<ArrayBuffer> {
    if (this.#count > 0) this.#byte(this.#buffer & 0xff);
    return this.#bytes.slice(0, this.#size);
  }

  #byte(byte: number): void {
    if (this.#size === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#size++] = byte;
  }
}
