/**
 * LZMA, as xz and the kernel's `.lzma` use it: a range coder over adaptive bits, which says literal, match, or one of
 * the last four distances. What is decoded lies in one buffer that grows to the size of the result, which is its own
 * dictionary. Reading past the end of the input counts as broken, so a cut stream ends soon.
 */
import { FormatError } from '../format-error.js';
import { tooMuch } from './output.js';

const bitModelTotal = 1 << 11;
const startProbability = bitModelTotal >> 1;
const top = 2 ** 24;
const states = 12;
const lengthStates = 4;
const alignBits = 4;
const endDistances = 14;
const fullDistances = 1 << (endDistances >> 1);

/** Next state after a literal, match, repeated match and short repetition. */
const afterLiteral = (state: number): number => (state < 4 ? 0 : state < 10 ? state - 3 : state - 6);

interface LengthCoder {
  readonly choice: Uint16Array;
  readonly low: Uint16Array;
  readonly middle: Uint16Array;
  readonly high: Uint16Array;
}

/** How a token says its bytes: a match with a distance of its own, or from `rep` on one of the last four, the last one first. */
export const lzmaTokenKinds = { literal: 0, shortRep: 1, rep: 2, match: 6 } as const;

/** Is told a token; its distance, counted from 1, for a match of its own only. */
export type OnLzmaToken = (kind: number, length: number, distance: number) => void;

/** The decoder of a stream; LZMA2 resets parts of it from chunk to chunk. */
export interface Lzma {
  /** Sets literal context bits, literal position bits and position bits, from their packed byte; at most `most` bits of contexts. */
  setProperties(packed: number, most: number): void;
  /** Forgets what was learned of probabilities and distances, not the dictionary. */
  resetState(): void;
  /** Forgets the bytes so far, which no match may reach any more. */
  resetDictionary(): void;
  /** Copies bytes that are not compressed. */
  copy(input: Uint8Array): void;
  /** Decodes until `size` more bytes are there (or the end mark, where `size` is undefined). Gives the input bytes used. */
  decode(input: Uint8Array, size: number | undefined): number;
  /** Everything so far. */
  result(): Uint8Array;
}

/** A new decoder whose result may have at most `limit` bytes. */
export function newLzma(limit: number, onToken?: OnLzmaToken | undefined): Lzma {
  let out = new Uint8Array(0);
  let size = 0;
  let begin = 0;
  let lc = 3;
  let lp = 0;
  let pb = 2;
  let state = 0;
  let rep0 = 0;
  let rep1 = 0;
  let rep2 = 0;
  let rep3 = 0;
  let literals = new Uint16Array(0);
  const isMatch = new Uint16Array(states << 4);
  const isRep = new Uint16Array(states);
  const isRepG0 = new Uint16Array(states);
  const isRepG1 = new Uint16Array(states);
  const isRepG2 = new Uint16Array(states);
  const isRep0Long = new Uint16Array(states << 4);
  const slots = new Uint16Array(lengthStates << 6);
  const special = new Uint16Array(fullDistances);
  const align = new Uint16Array(1 << alignBits);
  const lengthCoder = (): LengthCoder => ({
    choice: new Uint16Array(2),
    low: new Uint16Array(16 << 3),
    middle: new Uint16Array(16 << 3),
    high: new Uint16Array(256),
  });
  const matchLength = lengthCoder();
  const repLength = lengthCoder();
  const all: readonly Uint16Array[] = [
    ...[isMatch, isRep, isRepG0, isRepG1, isRepG2, isRep0Long, slots, special, align],
    ...[matchLength, repLength].flatMap(({ choice, low, middle, high }) => [choice, low, middle, high]),
  ];

  // the range coder
  let source = new Uint8Array(0);
  let at = 0;
  let range = 0;
  let code = 0;

  const nextByte = (): number => {
    const byte = source[at++];
    if (byte === undefined) throw new FormatError('the LZMA data is cut short');
    return byte;
  };
  const bit = (probabilities: Uint16Array, index: number): number => {
    const probability = probabilities[index] ?? startProbability;
    const bound = (range >>> 11) * probability;
    let value = 0;
    if (code < bound) {
      range = bound;
      probabilities[index] = probability + ((bitModelTotal - probability) >> 5);
    } else {
      range = (range - bound) >>> 0;
      code = (code - bound) >>> 0;
      probabilities[index] = probability - (probability >> 5);
      value = 1;
    }
    if (range < top) {
      range = (range << 8) >>> 0;
      code = ((code << 8) | nextByte()) >>> 0;
    }
    return value;
  };
  const directBits = (count: number): number => {
    let value = 0;
    for (let left = count; left > 0; left--) {
      range >>>= 1;
      const one = code >= range;
      if (one) code = (code - range) >>> 0;
      value = value * 2 + (one ? 1 : 0);
      if (range < top) {
        range = (range << 8) >>> 0;
        code = ((code << 8) | nextByte()) >>> 0;
      }
    }
    return value;
  };
  const tree = (probabilities: Uint16Array, start: number, bits: number): number => {
    let index = 1;
    for (let i = 0; i < bits; i++) index = (index << 1) | bit(probabilities, start + index);
    return index - (1 << bits);
  };
  const reverseTree = (probabilities: Uint16Array, start: number, bits: number): number => {
    let index = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const found = bit(probabilities, start + index);
      index = (index << 1) | found;
      value |= found << i;
    }
    return value;
  };
  const length = ({ choice, low, middle, high }: LengthCoder, position: number): number => {
    if (bit(choice, 0) === 0) return 2 + tree(low, position << 3, 3);
    if (bit(choice, 1) === 0) return 10 + tree(middle, position << 3, 3);
    return 18 + tree(high, 0, 8);
  };

  const room = (more: number): void => {
    if (size + more > limit) throw tooMuch(limit);
    if (size + more <= out.length) return;
    const larger = new Uint8Array(Math.min(limit, Math.max(4096, size + more, out.length * 2)));
    larger.set(out);
    out = larger;
  };

  const literal = (): void => {
    room(1);
    const previous = size === begin ? 0 : (out[size - 1] ?? 0);
    const context = ((((size - begin) & ((1 << lp) - 1)) << lc) | (previous >> (8 - lc))) * 0x300;
    let symbol = 1;
    if (state >= 7) {
      let matched = out[size - rep0 - 1] ?? 0;
      while (symbol < 0x100) {
        const matchBit = (matched >> 7) & 1;
        matched <<= 1;
        const found = bit(literals, context + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | found;
        if (matchBit !== found) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | bit(literals, context + symbol);
    out[size++] = symbol & 0xff;
    state = afterLiteral(state);
  };

  const distance = (matched: number): number => {
    const slot = tree(slots, Math.min(matched - 2, lengthStates - 1) << 6, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < endDistances) return base + reverseTree(special, base - slot - 1, bits);
    return base + directBits(bits - alignBits) * 16 + reverseTree(align, 0, alignBits);
  };

  return {
    setProperties(packed, most) {
      if (packed >= 225) throw new FormatError(`LZMA properties of ${packed} are not known`);
      lc = packed % 9;
      lp = Math.floor(packed / 9) % 5;
      pb = Math.floor(packed / 45);
      if (lc + lp > most) throw new FormatError('LZMA literal contexts are too many');
      literals = new Uint16Array(0x300 << (lc + lp));
    },
    resetState() {
      state = 0;
      rep0 = rep1 = rep2 = rep3 = 0;
      literals.fill(startProbability);
      for (const probabilities of all) probabilities.fill(startProbability);
    },
    resetDictionary() {
      begin = size;
    },
    copy(input) {
      room(input.length);
      out.set(input, size);
      size += input.length;
    },
    decode(input, wanted) {
      source = input.slice();
      at = 0;
      range = 0xffffffff;
      code = 0;
      if (nextByte() !== 0) throw new FormatError('the LZMA data does not begin as it must');
      for (let i = 0; i < 4; i++) code = ((code << 8) | nextByte()) >>> 0;
      const end = wanted === undefined ? Number.POSITIVE_INFINITY : size + wanted;
      while (size < end) {
        const position = (size - begin) & ((1 << pb) - 1);
        if (bit(isMatch, (state << 4) + position) === 0) {
          literal();
          onToken?.(lzmaTokenKinds.literal, 1, 0);
          continue;
        }
        let copied: number;
        let kind: number = lzmaTokenKinds.rep;
        if (bit(isRep, state) === 0) {
          rep3 = rep2;
          rep2 = rep1;
          rep1 = rep0;
          copied = length(matchLength, position);
          state = state < 7 ? 7 : 10;
          rep0 = distance(copied);
          if (rep0 === 0xffffffff) return at;
          kind = lzmaTokenKinds.match;
        } else if (bit(isRepG0, state) === 0) {
          if (bit(isRep0Long, (state << 4) + position) === 0) {
            state = state < 7 ? 9 : 11;
            copied = 1;
            kind = lzmaTokenKinds.shortRep;
          } else {
            copied = length(repLength, position);
            state = state < 7 ? 8 : 11;
          }
        } else {
          let far = rep1;
          kind++;
          if (bit(isRepG1, state) !== 0) {
            far = rep2;
            kind++;
            if (bit(isRepG2, state) !== 0) {
              far = rep3;
              kind++;
              rep3 = rep2;
            }
            rep2 = rep1;
          }
          rep1 = rep0;
          rep0 = far;
          copied = length(repLength, position);
          state = state < 7 ? 8 : 11;
        }
        if (rep0 >= size - begin)
          throw new FormatError(`an LZMA match reaches ${rep0 + 1} bytes back, ${size - begin} are there`);
        if (size + copied > end) throw new FormatError('an LZMA match reaches beyond the end');
        room(copied);
        for (let i = 0; i < copied; i++, size++) out[size] = out[size - rep0 - 1] ?? 0;
        onToken?.(kind, copied, kind === lzmaTokenKinds.match ? rep0 + 1 : 0);
      }
      return at;
    },
    result: () => out.subarray(0, size),
  };
}
