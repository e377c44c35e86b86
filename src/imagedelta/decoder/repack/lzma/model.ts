/** What LZMA knows at a place of the text: docs/formats/image-repack.md, section 10. */

/** Where the probabilities of each kind begin, in one table. */
export const places = {
  match: 0,
  rep: 192,
  notRep0: 204,
  notRep1: 216,
  notRep2: 228,
  longRep0: 240,
  slot: 432,
  near: 688,
  align: 816,
  matchLength: 832,
  repLength: 1346,
  literal: 1860,
} as const;

/** A token is one of these; from `rep` on with one of the last four distances, the last one first. */
export const kinds = { literal: 0, shortRep: 1, rep: 2, match: 6 } as const;

/** A token: for a match of its own with its distance, counted from 1. */
export interface Token {
  kind: number;
  length: number;
  distance: number;
}

/** How a stream is coded. */
export interface LzmaProperties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** More contexts of literals than these, in bits, are not used by packers. */
const mostContexts = 4;

/** The properties that a byte says; `undefined` where it cannot. */
export function propertiesOf(byte: number): LzmaProperties | undefined {
  const [lc, lp, pb] = [byte % 9, Math.floor(byte / 9) % 5, Math.floor(byte / 45)];
  return byte < 225 && lc + lp <= mostContexts ? { lc, lp, pb } : undefined;
}

/** Probabilities, state and place. Whoever writes tokens changes it, whoever predicts them reads it. */
export interface LzmaModel {
  readonly text: Uint8Array;
  at: number;
  /** Where the dictionary begins. */
  begin: number;
  state: number;
  /** The last four distances, counted from 1. */
  readonly distances: Uint32Array;
  probabilities: Uint16Array;
  lc: number;
  literalMask: number;
  placeMask: number;
}

/** The model before the first token; properties are still to come. */
export function openModel(text: Uint8Array): LzmaModel {
  return {
    text,
    at: 0,
    begin: 0,
    state: 0,
    distances: new Uint32Array(4).fill(1),
    probabilities: new Uint16Array(0),
    ...{ lc: 0, literalMask: 0, placeMask: 0 },
  };
}

/** Sets the properties; probabilities are to be reset behind it. */
export function setProperties(model: LzmaModel, { lc, lp, pb }: LzmaProperties): void {
  model.lc = lc;
  model.literalMask = (1 << lp) - 1;
  model.placeMask = (1 << pb) - 1;
  model.probabilities = new Uint16Array(places.literal + (0x300 << (lc + lp)));
}

/** Forgets all but the text. */
export function resetModel(model: LzmaModel): void {
  model.state = 0;
  model.distances.fill(1);
  model.probabilities.fill(1024);
}

/** The states behind a token. */
export const afterLiteral = (state: number): number => (state < 4 ? 0 : state < 10 ? state - 3 : state - 6);
export const afterMatch = (state: number): number => (state < 7 ? 7 : 10);
export const afterRep = (state: number): number => (state < 7 ? 8 : 11);
export const afterShortRep = (state: number): number => (state < 7 ? 9 : 11);

/** The slot of a distance that is counted from 0. */
export function slotOf(distance: number): number {
  if (distance < 4) return distance;
  const high = 31 - Math.clz32(distance);
  return high * 2 + ((distance >>> (high - 1)) & 1);
}

/** The first distance of a slot from 4 on. */
export function firstOfSlot(slot: number): number {
  return (2 | (slot & 1)) * 2 ** ((slot >> 1) - 1);
}

/** Where the probabilities of a literal at `at` begin. */
export function literalPlace({ text, begin, lc, literalMask }: LzmaModel, at: number): number {
  const before = at === begin ? 0 : (text[at - 1] ?? 0);
  return places.literal + ((((at - begin) & literalMask) << lc) + (before >> (8 - lc))) * 0x300;
}

/** The distance with this number becomes the last one. */
export function recall(distances: Uint32Array, which: number): void {
  const chosen = distances[which] ?? 1;
  distances.copyWithin(1, 0, which);
  distances[0] = chosen;
}

/** A new distance comes before the others. */
export function remember(distances: Uint32Array, distance: number): void {
  distances.copyWithin(1, 0, 3);
  distances[0] = distance;
}
