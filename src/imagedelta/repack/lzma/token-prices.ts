/** Prices of tokens in sixteenths of a bit, as packers keep them: some are renewed now and then only. */
import { at, type Learned, slotOf } from './probabilities.js';

function priceTable(): Uint8Array {
  const prices = new Uint8Array(128);
  for (let i = 8; i < 2048; i += 16) {
    let [w, count] = [i, 0];
    for (let cycle = 0; cycle < 4; cycle++) {
      w *= w;
      count <<= 1;
      while (w >= 2 ** 16) {
        w = Math.floor(w / 2);
        count++;
      }
    }
    prices[i >> 4] = 161 - count;
  }
  return prices;
}
const table = priceTable();

/** Prices of lengths by the place's low bits. */
interface LengthTable {
  readonly base: number;
  readonly prices: readonly Int32Array[];
  readonly counters: Int32Array;
}

/** Prices by what is learned. */
export interface TokenPrices {
  bit(index: number, value: number): number;
  literal(position: number, matched: number | undefined): number;
  /** A length with one of the last four distances. */
  repLength(length: number, posState: number): number;
  /** Which of them, and that it is not a short one. */
  pureRep(index: number, state: number, posState: number): number;
  /** Length and distance, which counts from 0. */
  match(distance: number, length: number, posState: number): number;
  /** All prices are old. */
  reset(): void;
  /** Renews prices of distances if enough matches have come. */
  renew(): void;
  /** A length comes: prices of its kind may be renewed. */
  countLength(rep: boolean, posState: number): void;
  /** A match has come. */
  countMatch(distance: number): void;
}

/** Opens the prices for matches of up to `nice` bytes within the dictionary. */
export function openTokenPrices(text: Uint8Array, learned: Learned, nice: number, dictionary: number): TokenPrices {
  const lengthTable = (base: number): LengthTable => ({
    base,
    prices: Array.from({ length: 16 }, () => new Int32Array(272)),
    counters: new Int32Array(16),
  });
  const matchTable = lengthTable(at.matchLength);
  const repTable = lengthTable(at.repLength);
  const slotCount = 2 * Math.ceil(Math.log2(dictionary));
  const slotPrices = [0, 1, 2, 3].map(() => new Int32Array(64));
  const distancePrices = [0, 1, 2, 3].map(() => new Int32Array(128));
  const alignPrices = new Int32Array(16);
  let matchCount = 0;
  let alignCount = 0;

  const bit = (index: number, value: number): number =>
    table[((learned.table()[index] ?? 0) ^ (-value & 2047)) >> 4] ?? 0;
  const tree = (base: number, bits: number, value: number): number => {
    let price = 0;
    let symbol = value | (1 << bits);
    while (symbol !== 1) {
      const low = symbol & 1;
      symbol >>= 1;
      price += bit(base + symbol, low);
    }
    return price;
  };
  const reverse = (base: number, bits: number, value: number): number => {
    let price = 0;
    for (let node = 1, i = 0; i < bits; i++) {
      const low = (value >> i) & 1;
      price += bit(base + node, low);
      node = 2 * node + low;
    }
    return price;
  };
  const renewLengths = ({ base, prices, counters }: LengthTable, posState: number): void => {
    const size = nice - 1;
    counters[posState] = size;
    const into = prices[posState];
    if (into === undefined) return;
    const [a0, a1] = [bit(base, 0), bit(base, 1)];
    const [b0, b1] = [a1 + bit(base + 1, 0), a1 + bit(base + 1, 1)];
    for (let i = 0; i < Math.min(8, size); i++) into[i] = a0 + tree(base + 2 + 8 * posState, 3, i);
    for (let i = 8; i < Math.min(16, size); i++) into[i] = b0 + tree(base + 130 + 8 * posState, 3, i - 8);
    for (let i = 16; i < size; i++) into[i] = b1 + tree(base + 258, 8, i - 16);
  };
  const renewDistances = (): void => {
    matchCount = 0;
    for (const [kind, prices] of slotPrices.entries()) {
      for (let slot = 0; slot < slotCount; slot++) prices[slot] = tree(at.slots + 64 * kind, 6, slot);
      for (let slot = 14; slot < slotCount; slot++) prices[slot] = (prices[slot] ?? 0) + (((slot >> 1) - 5) << 4);
      for (let distance = 0; distance < 128; distance++) {
        const slot = slotOf(distance);
        const footer = (slot >> 1) - 1;
        const base = (2 | (slot & 1)) * 2 ** footer;
        const rest = distance < 4 ? 0 : reverse(at.special + base - slot - 1, footer, distance - base);
        const to = distancePrices[kind];
        if (to !== undefined) to[distance] = (prices[slot] ?? 0) + rest;
      }
    }
  };
  return {
    bit,
    literal: (position, matched) => {
      const start = learned.literalAt(position);
      const byte = text[position] ?? 0;
      if (matched === undefined) return tree(start, 8, byte);
      let price = 0;
      let expected = matched << 1;
      let offset = 0x100;
      for (let symbol = byte | 0x100; symbol < 0x10000; symbol <<= 1, expected <<= 1) {
        price += bit(start + offset + (expected & offset) + (symbol >> 8), (symbol >> 7) & 1);
        offset &= ~(expected ^ (symbol << 1));
      }
      return price;
    },
    repLength: (length, posState) => repTable.prices[posState]?.[length - 2] ?? 0,
    pureRep: (index, state, posState) => {
      if (index === 0) return bit(at.isRepG0 + state, 0) + bit(at.isRep0Long + 16 * state + posState, 1);
      const price = bit(at.isRepG0 + state, 1);
      if (index === 1) return price + bit(at.isRepG1 + state, 0);
      return price + bit(at.isRepG1 + state, 1) + bit(at.isRepG2 + state, index - 2);
    },
    match: (distance, length, posState) => {
      const kind = Math.min(length - 2, 3);
      const price =
        distance < 128
          ? (distancePrices[kind]?.[distance] ?? 0)
          : (slotPrices[kind]?.[slotOf(distance)] ?? 0) + (alignPrices[distance & 15] ?? 0);
      return price + (matchTable.prices[posState]?.[length - 2] ?? 0);
    },
    reset: () => {
      matchCount = alignCount = Number.POSITIVE_INFINITY;
      for (let posState = 0; posState <= learned.posMask(); posState++) {
        renewLengths(matchTable, posState);
        renewLengths(repTable, posState);
      }
    },
    renew: () => {
      if (matchCount >= 128) renewDistances();
      if (alignCount < 16) return;
      for (let low = 0; low < 16; low++) alignPrices[low] = reverse(at.align, 4, low);
      alignCount = 0;
    },
    countLength: (rep, posState) => {
      const lengths = rep ? repTable : matchTable;
      const left = (lengths.counters[posState] ?? 0) - 1;
      lengths.counters[posState] = left;
      if (left === 0) renewLengths(lengths, posState);
    },
    countMatch: (distance) => {
      matchCount++;
      if (distance >= 128) alignCount++;
    },
  };
}
