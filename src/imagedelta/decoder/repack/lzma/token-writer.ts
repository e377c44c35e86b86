/** Writes the tokens of LZMA. */
import {
  afterLiteral,
  afterMatch,
  afterRep,
  afterShortRep,
  firstOfSlot,
  kinds,
  type LzmaModel,
  literalPlace,
  places,
  recall,
  remember,
  slotOf,
  type Token,
} from './model.js';

/** Takes bits: a range coder, or what only learns. */
export interface BitSink {
  bit(probabilities: Uint16Array, index: number, value: number): void;
  direct(value: number, count: number): void;
}

/** Takes no bits, but teaches the probabilities. */
export const learnOnly: BitSink = {
  bit: (probabilities, index, value) => {
    const probability = probabilities[index] ?? 0;
    probabilities[index] = value === 0 ? probability + ((2048 - probability) >> 5) : probability - (probability >> 5);
  },
  direct: () => {},
};

function tree(out: BitSink, p: Uint16Array, start: number, value: number, bits: number): void {
  let node = 1;
  for (let i = bits - 1; i >= 0; i--) {
    const bit = (value >> i) & 1;
    out.bit(p, start + node, bit);
    node = node * 2 + bit;
  }
}

function lowFirst(out: BitSink, p: Uint16Array, start: number, value: number, bits: number): void {
  let node = 1;
  for (let i = 0; i < bits; i++) {
    const bit = (value >>> i) & 1;
    out.bit(p, start + node, bit);
    node = node * 2 + bit;
  }
}

function length(out: BitSink, p: Uint16Array, start: number, value: number, place: number): void {
  out.bit(p, start, value < 10 ? 0 : 1);
  if (value >= 10) out.bit(p, start + 1, value < 18 ? 0 : 1);
  if (value < 10) tree(out, p, start + 2 + place * 8, value - 2, 3);
  else if (value < 18) tree(out, p, start + 130 + place * 8, value - 10, 3);
  else tree(out, p, start + 258, value - 18, 8);
}

function distance(out: BitSink, p: Uint16Array, value: number, matchLength: number): void {
  const slot = slotOf(value);
  tree(out, p, places.slot + Math.min(matchLength - 2, 3) * 64, slot, 6);
  if (slot < 4) return;
  const bits = (slot >> 1) - 1;
  const base = firstOfSlot(slot);
  if (slot < 14) {
    lowFirst(out, p, places.near + base - slot - 1, value - base, bits);
    return;
  }
  out.direct((value - base) >>> 4, bits - 4);
  lowFirst(out, p, places.align, value & 15, 4);
}

function literal(out: BitSink, model: LzmaModel): void {
  const { text, at, state, probabilities: p } = model;
  const start = literalPlace(model, at);
  const byte = text[at] ?? 0;
  if (state < 7) {
    tree(out, p, start, byte, 8);
    return;
  }
  const other = text[at - (model.distances[0] ?? 1)] ?? 0;
  let node = 1;
  let same = true;
  for (let i = 7; i >= 0; i--) {
    const bit = (byte >> i) & 1;
    const expected = (other >> i) & 1;
    out.bit(p, start + (same ? 0x100 + expected * 0x100 : 0) + node, bit);
    same &&= bit === expected;
    node = node * 2 + bit;
  }
}

function rep(out: BitSink, { state, probabilities: p }: LzmaModel, which: number, place: number, long: boolean): void {
  out.bit(p, places.rep + state, 1);
  out.bit(p, places.notRep0 + state, which === 0 ? 0 : 1);
  if (which === 0) out.bit(p, places.longRep0 + state * 16 + place, long ? 1 : 0);
  else out.bit(p, places.notRep1 + state, which === 1 ? 0 : 1);
  if (which > 1) out.bit(p, places.notRep2 + state, which - 2);
}

/** Writes a token, which must suit the text, and moves the model behind it. */
export function writeToken(out: BitSink, model: LzmaModel, token: Token): void {
  const { state, probabilities: p, distances } = model;
  const place = (model.at - model.begin) & model.placeMask;
  out.bit(p, places.match + state * 16 + place, token.kind === kinds.literal ? 0 : 1);
  if (token.kind === kinds.literal) {
    literal(out, model);
    model.state = afterLiteral(state);
  } else if (token.kind === kinds.match) {
    out.bit(p, places.rep + state, 0);
    length(out, p, places.matchLength, token.length, place);
    distance(out, p, token.distance - 1, token.length);
    remember(distances, token.distance);
    model.state = afterMatch(state);
  } else if (token.kind === kinds.shortRep) {
    rep(out, model, 0, place, false);
    model.state = afterShortRep(state);
  } else {
    const which = token.kind - kinds.rep;
    rep(out, model, which, place, true);
    length(out, p, places.repLength, token.length, place);
    recall(distances, which);
    model.state = afterRep(state);
  }
  model.at += token.length;
}

/** Writes the mark behind the last token. */
export function writeEndMark(out: BitSink, { state, probabilities: p, at, begin, placeMask }: LzmaModel): void {
  const place = (at - begin) & placeMask;
  out.bit(p, places.match + state * 16 + place, 1);
  out.bit(p, places.rep + state, 0);
  length(out, p, places.matchLength, 2, place);
  distance(out, p, 0xffffffff, 2);
}
