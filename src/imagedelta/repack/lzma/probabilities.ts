/** What a packer has learned at a place of the text: docs/formats/image-repack.md, section 10. */
import { tokenKinds } from './token-list.js';

/** Where each choice begins in the table of probabilities. */
export const at = {
  isMatch: 0,
  isRep: 192,
  isRepG0: 204,
  isRepG1: 216,
  isRepG2: 228,
  isRep0Long: 240,
  slots: 432,
  special: 688,
  align: 816,
  matchLength: 832,
  repLength: 1346,
  literals: 1860,
} as const;

/** The slot of a distance that counts from 0. */
export function slotOf(distance: number): number {
  if (distance < 4) return distance;
  const bits = 31 - Math.clz32(distance);
  return 2 * bits + ((distance >>> (bits - 1)) & 1);
}

export const stateAfter = {
  literal: (state: number): number => (state < 4 ? 0 : state < 10 ? state - 3 : state - 6),
  match: (state: number): number => (state < 7 ? 7 : 10),
  rep: (state: number): number => (state < 7 ? 8 : 11),
  shortRep: (state: number): number => (state < 7 ? 9 : 11),
} as const;

/** The packer's state while its tokens are gone through. */
export interface Learned {
  /** The table; another one after `setProperties`. */
  readonly table: () => Uint16Array;
  state: number;
  place: number;
  /** Where the dictionary begins. */
  begin: number;
  /** The last four distances, counted from 0. */
  readonly reps: Int32Array;
  readonly posMask: () => number;
  setProperties(lc: number, lp: number, pb: number): void;
  reset(): void;
  /** Where the probabilities of the literal at `position` begin. */
  literalAt(position: number): number;
  /** Learns a token and goes on behind it. */
  learn(kind: number, length: number, distance: number): void;
}

/** The state before the first token. */
export function openLearned(text: Uint8Array): Learned {
  let p = new Uint16Array(0);
  let [lc, lpMask, posMask] = [0, 0, 0];
  const reps = new Int32Array(4);
  const bit = (index: number, value: number): void => {
    const old = p[index] ?? 0;
    p[index] = value === 0 ? old + ((2048 - old) >> 5) : old - (old >> 5);
  };
  const tree = (start: number, value: number, bits: number): void => {
    for (let node = 1, i = bits - 1; i >= 0; i--) {
      bit(start + node, (value >> i) & 1);
      node = 2 * node + ((value >> i) & 1);
    }
  };
  const reverse = (start: number, value: number, bits: number): void => {
    for (let node = 1, i = 0; i < bits; i++) {
      bit(start + node, (value >>> i) & 1);
      node = 2 * node + ((value >>> i) & 1);
    }
  };
  const length = (start: number, value: number, posState: number): void => {
    bit(start, value < 10 ? 0 : 1);
    if (value >= 10) bit(start + 1, value < 18 ? 0 : 1);
    if (value < 10) tree(start + 2 + 8 * posState, value - 2, 3);
    else if (value < 18) tree(start + 130 + 8 * posState, value - 10, 3);
    else tree(start + 258, value - 18, 8);
  };
  const literal = (learned: Learned): void => {
    const start = learned.literalAt(learned.place);
    const byte = text[learned.place] ?? 0;
    if (learned.state < 7) {
      tree(start, byte, 8);
      return;
    }
    let matched = (text[learned.place - (reps[0] ?? 0) - 1] ?? 0) << 1;
    let offset = 0x100;
    for (let symbol = byte | 0x100; symbol < 0x10000; symbol <<= 1, matched <<= 1) {
      bit(start + offset + (matched & offset) + (symbol >> 8), (symbol >> 7) & 1);
      offset &= ~(matched ^ (symbol << 1));
    }
  };
  const distanceOf = (distance: number, matchLength: number): void => {
    const slot = slotOf(distance);
    tree(at.slots + 64 * Math.min(matchLength - 2, 3), slot, 6);
    if (slot < 4) return;
    const footer = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** footer;
    if (slot < 14) reverse(at.special + base - slot - 1, distance - base, footer);
    else reverse(at.align, distance & 15, 4);
  };
  const learned: Learned = {
    table: () => p,
    state: 0,
    place: 0,
    begin: 0,
    reps,
    posMask: () => posMask,
    setProperties: (lcBits, lpBits, pbBits) => {
      lc = lcBits;
      lpMask = (1 << lpBits) - 1;
      posMask = (1 << pbBits) - 1;
      p = new Uint16Array(at.literals + (0x300 << (lcBits + lpBits)));
    },
    reset: () => {
      learned.state = 0;
      reps.fill(0);
      p.fill(1024);
    },
    literalAt: (position) => {
      const previous = position === learned.begin ? 0 : (text[position - 1] ?? 0);
      return at.literals + ((((position - learned.begin) & lpMask) << lc) + (previous >> (8 - lc))) * 0x300;
    },
    learn: (kind, matchLength, distance) => {
      const { state } = learned;
      const posState = (learned.place - learned.begin) & posMask;
      bit(at.isMatch + 16 * state + posState, kind === tokenKinds.literal ? 0 : 1);
      if (kind === tokenKinds.literal) {
        literal(learned);
        learned.state = stateAfter.literal(state);
      } else if (kind === tokenKinds.match) {
        bit(at.isRep + state, 0);
        length(at.matchLength, matchLength, posState);
        distanceOf(distance - 1, matchLength);
        reps.copyWithin(1, 0, 3);
        reps[0] = distance - 1;
        learned.state = stateAfter.match(state);
      } else {
        const which = kind === tokenKinds.shortRep ? 0 : kind - tokenKinds.rep0;
        bit(at.isRep + state, 1);
        bit(at.isRepG0 + state, which === 0 ? 0 : 1);
        if (which === 0) bit(at.isRep0Long + 16 * state + posState, kind === tokenKinds.shortRep ? 0 : 1);
        else bit(at.isRepG1 + state, which === 1 ? 0 : 1);
        if (which > 1) bit(at.isRepG2 + state, which - 2);
        const used = reps[which] ?? 0;
        reps.copyWithin(1, 0, which);
        reps[0] = used;
        if (kind !== tokenKinds.shortRep) length(at.repLength, matchLength, posState);
        learned.state = kind === tokenKinds.shortRep ? stateAfter.shortRep(state) : stateAfter.rep(state);
      }
      learned.place += matchLength;
    },
  };
  return learned;
}
