/** What tokens cost, in sixteenths of a bit, by the probabilities of the model. */
import { firstOfSlot, type LzmaModel, literalPlace, places, slotOf } from './model.js';

/** Prices of a bit whose probability has these highest seven bits. */
const bitPrices = Uint8Array.from({ length: 128 }, (_, index) => {
  let power = index * 16 + 8;
  let bits = 0;
  for (let i = 0; i < 4; i++) {
    power *= power;
    bits *= 2;
    for (; power >= 65_536; bits++) power = Math.floor(power / 2);
  }
  return 176 - 15 - bits;
});

const price0 = (p: Uint16Array, at: number): number => bitPrices[(p[at] ?? 0) >> 4] ?? 0;
const price1 = (p: Uint16Array, at: number): number => bitPrices[((p[at] ?? 0) ^ 2047) >> 4] ?? 0;
const priceOf = (p: Uint16Array, at: number, bit: number): number => (bit === 0 ? price0(p, at) : price1(p, at));

function treePrice(p: Uint16Array, start: number, value: number, bits: number): number {
  let sum = 0;
  for (let node = value + (1 << bits); node > 1; node >>= 1) sum += priceOf(p, start + (node >> 1), node & 1);
  return sum;
}

function lowFirstPrice(p: Uint16Array, start: number, value: number, bits: number): number {
  let sum = 0;
  let node = 1;
  for (let i = 0; i < bits; i++) {
    const bit = (value >> i) & 1;
    sum += priceOf(p, start + node, bit);
    node = node * 2 + bit;
  }
  return sum;
}

/** Prices of lengths by place, as they were when they were last taken. */
interface LengthPrices {
  readonly start: number;
  readonly prices: Uint32Array;
  /** How many lengths of a place may be written before its prices are taken anew. */
  readonly left: Uint32Array;
}

/** Prices of tokens, some of them taken now and then only. */
export interface Prices {
  /** All prices are to be taken anew. */
  reset(): void;
  /** Takes prices of distances anew, if enough matches have been written since. */
  refresh(): void;
  /** Called for a match, before it is written (`early`) and behind it. */
  matchWritten(length: number, distance: number, place: number, when: 'before' | 'behind'): void;
  repWritten(place: number, when: 'before' | 'behind'): void;
  noMatch(state: number, place: number): number;
  aMatch(state: number, place: number): number;
  noRep(state: number): number;
  aRep(state: number): number;
  shortRep(state: number, place: number): number;
  /** Which of the last four distances it is, without the length. */
  whichRep(which: number, state: number, place: number): number;
  repLength(length: number, place: number): number;
  /** Length and distance, which counts from 1, of a match. */
  match(length: number, distance: number, place: number): number;
  /** A literal at `at`; `other` is the byte at the last distance, which is told apart when the state is one behind a match. */
  literal(at: number, afterMatch: boolean, other: number): number;
}

/** Opens prices for matches up to `nice`; `late`: prices of lengths are taken behind the token that is the reason, not before it. */
export function openPrices(model: LzmaModel, nice: number, dictionary: number, late: boolean): Prices {
  const table = nice - 1;
  const openLengths = (start: number): LengthPrices => ({
    start,
    prices: new Uint32Array(16 * 272),
    left: new Uint32Array(16),
  });
  const matchLengths = openLengths(places.matchLength);
  const repLengths = openLengths(places.repLength);
  const slots = 2 * Math.ceil(Math.log2(dictionary));
  const slotPrices = new Uint32Array(4 * 64);
  const nearPrices = new Uint32Array(4 * 128);
  const alignPrices = new Uint32Array(16);
  let matches = 0;
  let aligned = 0;
  let never = true;

  const takeLengths = ({ start, prices, left }: LengthPrices, place: number): void => {
    const { probabilities: p } = model;
    left[place] = table;
    const [low, high] = [price0(p, start), price1(p, start)];
    const [middle, far] = [high + price0(p, start + 1), high + price1(p, start + 1)];
    const to = place * 272;
    for (let i = 0; i < table; i++) {
      prices[to + i] =
        i < 8
          ? low + treePrice(p, start + 2 + place * 8, i, 3)
          : i < 16
            ? middle + treePrice(p, start + 130 + place * 8, i - 8, 3)
            : far + treePrice(p, start + 258, i - 16, 8);
    }
  };
  const lengthWritten = (lengths: LengthPrices, place: number): void => {
    lengths.left[place] = (lengths.left[place] ?? 1) - 1;
    if (lengths.left[place] === 0) takeLengths(lengths, place);
  };
  const takeDistances = (): void => {
    const { probabilities: p } = model;
    for (let kind = 0; kind < 4; kind++)
      for (let slot = 0; slot < slots; slot++)
        slotPrices[kind * 64 + slot] =
          treePrice(p, places.slot + kind * 64, slot, 6) + (slot < 14 ? 0 : ((slot >> 1) - 5) * 16);
    for (let distance = 0; distance < 128; distance++) {
      const slot = slotOf(distance);
      const base = firstOfSlot(slot);
      const rest = distance < 4 ? 0 : lowFirstPrice(p, places.near + base - slot - 1, distance - base, (slot >> 1) - 1);
      for (let kind = 0; kind < 4; kind++)
        nearPrices[kind * 128 + distance] = (slotPrices[kind * 64 + slot] ?? 0) + rest;
    }
    matches = 0;
  };
  const takeAlign = (): void => {
    for (let low = 0; low < 16; low++) alignPrices[low] = lowFirstPrice(model.probabilities, places.align, low, 4);
    aligned = 0;
  };

  return {
    reset: () => {
      never = true;
      for (let place = 0; place <= model.placeMask; place++) {
        takeLengths(matchLengths, place);
        takeLengths(repLengths, place);
      }
    },
    refresh: () => {
      if (never || matches >= 128) takeDistances();
      if (never || aligned >= 16) takeAlign();
      never = false;
    },
    matchWritten: (_, distance, place, when) => {
      if ((when === 'behind') === late) lengthWritten(matchLengths, place);
      if (when === 'before') return;
      matches++;
      if (distance > 128) aligned++;
    },
    repWritten: (place, when) => {
      if ((when === 'behind') === late) lengthWritten(repLengths, place);
    },
    noMatch: (state, place) => price0(model.probabilities, places.match + state * 16 + place),
    aMatch: (state, place) => price1(model.probabilities, places.match + state * 16 + place),
    noRep: (state) => price0(model.probabilities, places.rep + state),
    aRep: (state) => price1(model.probabilities, places.rep + state),
    shortRep: (state, place) =>
      price0(model.probabilities, places.notRep0 + state) +
      price0(model.probabilities, places.longRep0 + state * 16 + place),
    whichRep: (which, state, place) => {
      const { probabilities: p } = model;
      if (which === 0) return price0(p, places.notRep0 + state) + price1(p, places.longRep0 + state * 16 + place);
      const sum = price1(p, places.notRep0 + state) + priceOf(p, places.notRep1 + state, which === 1 ? 0 : 1);
      return which === 1 ? sum : sum + priceOf(p, places.notRep2 + state, which - 2);
    },
    repLength: (length, place) => repLengths.prices[place * 272 + length - 2] ?? 0,
    match: (length, distance, place) => {
      const kind = length < 6 ? length - 2 : 3;
      const far = distance - 1;
      const price =
        far < 128
          ? (nearPrices[kind * 128 + far] ?? 0)
          : (slotPrices[kind * 64 + slotOf(far)] ?? 0) + (alignPrices[far & 15] ?? 0);
      return price + (matchLengths.prices[place * 272 + length - 2] ?? 0);
    },
    literal: (at, afterMatch, other) => {
      const { probabilities: p, text } = model;
      const start = literalPlace(model, at);
      const byte = text[at] ?? 0;
      if (!afterMatch) return treePrice(p, start, byte, 8);
      let sum = 0;
      let node = 1;
      let same = 0x100;
      for (let i = 7; i >= 0; i--) {
        const bit = (byte >> i) & 1;
        const expected = (other >> i) & 1;
        sum += priceOf(p, start + same + (same === 0 ? 0 : expected * 0x100) + node, bit);
        if (bit !== expected) same = 0;
        node = node * 2 + bit;
      }
      return sum;
    },
  };
}
