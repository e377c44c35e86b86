/**
 * Reads LZMA into its text and the packer's decisions: which bytes it sent as they are, which it copied, and from where. One
 * reader goes through all chunks of an LZMA2 stream. Reading past the end of the input counts as broken.
 */
import { FormatError } from '../../../formats/format-error.js';
import { at as places, stateAfter } from './probabilities.js';
import { type TokenList, tokenKinds } from './token-list.js';

const half = 1 << 10;
const top = 2 ** 24;

/** The reader of a stream; what it learns stays from one chunk to the next. */
export interface TokenReader {
  /** Sets literal context bits, literal position bits and position bits. */
  setProperties(lc: number, lp: number, pb: number): void;
  /** Forgets what was learned of probabilities and distances, not the text. */
  resetState(): void;
  /** Forgets the text for matches; its bytes stay. */
  resetDictionary(): void;
  /** Takes bytes that are not packed. */
  copy(input: Uint8Array): void;
  /** Reads tokens until `size` more bytes are there, or to the end mark where `size` is undefined. Gives the input bytes used. */
  read(input: Uint8Array, size: number | undefined, tokens: TokenList): number;
  /** Bytes of text so far. */
  readonly size: () => number;
  readonly text: () => Uint8Array;
}

/** A new reader whose text may have at most `limit` bytes. */
export function openTokenReader(limit: number): TokenReader {
  let out = new Uint8Array(4096);
  let size = 0;
  let begin = 0;
  let [lc, lpMask, pbMask] = [3, 0, 3];
  let [state, rep0, rep1, rep2, rep3] = [0, 0, 0, 0, 0];
  let probabilities = new Uint16Array(0);

  let source: Uint8Array = new Uint8Array(0);
  let at = 0;
  let range = 0;
  let code = 0;

  const refill = (): void => {
    const byte = source[at++];
    if (byte === undefined) throw new FormatError('the LZMA data is cut short');
    range = (range << 8) >>> 0;
    code = ((code << 8) | byte) >>> 0;
  };
  const bit = (index: number): number => {
    const probability = probabilities[index] ?? half;
    const bound = (range >>> 11) * probability;
    let value = 0;
    if (code < bound) {
      range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
    } else {
      range = (range - bound) >>> 0;
      code = (code - bound) >>> 0;
      probabilities[index] = probability - (probability >> 5);
      value = 1;
    }
    if (range < top) refill();
    return value;
  };
  const direct = (count: number): number => {
    let value = 0;
    for (let left = count; left > 0; left--) {
      range >>>= 1;
      const one = code >= range;
      if (one) code = (code - range) >>> 0;
      value = value * 2 + (one ? 1 : 0);
      if (range < top) refill();
    }
    return value;
  };
  const tree = (start: number, bits: number): number => {
    let node = 1;
    for (let i = 0; i < bits; i++) node = (node << 1) | bit(start + node);
    return node - (1 << bits);
  };
  const reverseTree = (start: number, bits: number): number => {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const found = bit(start + node);
      node = (node << 1) | found;
      value |= found << i;
    }
    return value;
  };
  const lengthAt = (start: number, position: number): number => {
    if (bit(start) === 0) return 2 + tree(start + 2 + (position << 3), 3);
    if (bit(start + 1) === 0) return 10 + tree(start + 130 + (position << 3), 3);
    return 18 + tree(start + 258, 8);
  };
  const room = (more: number): void => {
    if (size + more > limit) throw new FormatError(`it unpacks to more than ${limit} bytes`);
    if (size + more <= out.length) return;
    const larger = new Uint8Array(Math.min(limit, Math.max(size + more, out.length * 2)));
    larger.set(out.subarray(0, size));
    out = larger;
  };
  const literal = (): void => {
    const previous = size === begin ? 0 : (out[size - 1] ?? 0);
    const context = places.literals + ((((size - begin) & lpMask) << lc) + (previous >> (8 - lc))) * 0x300;
    let symbol = 1;
    if (state >= 7) {
      let matched = out[size - rep0 - 1] ?? 0;
      while (symbol < 0x100) {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const found = bit(context + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | found;
        if (expected !== found) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | bit(context + symbol);
    room(1);
    out[size++] = symbol & 0xff;
    state = stateAfter.literal(state);
  };
  const distance = (length: number): number => {
    const slot = tree(places.slots + (Math.min(length - 2, 3) << 6), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + reverseTree(places.special + base - slot - 1, bits);
    return base + direct(bits - 4) * 16 + reverseTree(places.align, 4);
  };
  /** One of the last four distances becomes the last one. */
  const recall = (position: number): number => {
    if (bit(places.isRepG0 + state) === 0)
      return bit(places.isRep0Long + (state << 4) + position) === 0 ? tokenKinds.shortRep : tokenKinds.rep0;
    let kind: number = tokenKinds.rep1;
    let far = rep1;
    if (bit(places.isRepG1 + state) !== 0) {
      kind = tokenKinds.rep2;
      far = rep2;
      if (bit(places.isRepG2 + state) !== 0) {
        kind = tokenKinds.rep3;
        far = rep3;
        rep3 = rep2;
      }
      rep2 = rep1;
    }
    rep1 = rep0;
    rep0 = far;
    return kind;
  };

  return {
    setProperties(lcBits, lpBits, pbBits) {
      lc = lcBits;
      lpMask = (1 << lpBits) - 1;
      pbMask = (1 << pbBits) - 1;
      probabilities = new Uint16Array(places.literals + (0x300 << (lcBits + lpBits)));
    },
    resetState() {
      state = rep0 = rep1 = rep2 = rep3 = 0;
      probabilities.fill(half);
    },
    resetDictionary() {
      begin = size;
    },
    copy(input) {
      room(input.length);
      out.set(input, size);
      size += input.length;
    },
    read(input, wanted, tokens) {
      source = input;
      at = 0;
      range = 0xffffffff;
      code = 0;
      if (source[at++] !== 0) throw new FormatError('the LZMA data does not begin as it must');
      for (let i = 0; i < 4; i++) {
        refill();
        range = 0xffffffff;
      }
      const end = wanted === undefined ? Number.POSITIVE_INFINITY : size + wanted;
      while (size < end) {
        const position = (size - begin) & pbMask;
        if (bit((state << 4) + position) === 0) {
          literal();
          tokens.add(tokenKinds.literal, 1, 0);
          continue;
        }
        let length = 1;
        let kind: number = tokenKinds.match;
        if (bit(places.isRep + state) === 0) {
          rep3 = rep2;
          rep2 = rep1;
          rep1 = rep0;
          length = lengthAt(places.matchLength, position);
          state = stateAfter.match(state);
          rep0 = distance(length);
          if (rep0 === 0xffffffff) {
            if (wanted !== undefined) throw new FormatError('an LZMA end mark comes before the end');
            if (length !== 2) throw new FormatError('an LZMA end mark has a length of its own');
            return at;
          }
        } else {
          kind = recall(position);
          if (kind === tokenKinds.shortRep) state = stateAfter.shortRep(state);
          else {
            length = lengthAt(places.repLength, position);
            state = stateAfter.rep(state);
          }
        }
        if (rep0 >= size - begin) throw new FormatError(`an LZMA match reaches ${rep0 + 1} bytes back`);
        if (size + length > end) throw new FormatError('an LZMA match reaches beyond the end');
        room(length);
        for (let i = 0; i < length; i++, size++) out[size] = out[size - rep0 - 1] ?? 0;
        tokens.add(kind, length, kind === tokenKinds.match ? rep0 + 1 : 0);
      }
      return at;
    },
    size: () => size,
    text: () => out.subarray(0, size),
  };
}
