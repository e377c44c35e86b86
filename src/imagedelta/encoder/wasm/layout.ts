/** Where things lie in the module's memory, in bytes. What depends on the patch and the images is told by open(). */

/** Probability in 1/65536 of -2047 to 2047, two bytes each. */
export const squashed: usize = 1024;
/** -2047 to 2047 of a probability in 1/8192, two bytes each. */
export const stretched: usize = squashed + 2 * 4096;
/** What a counter moves by, in 1/65536 of the distance, after so many observations, two bytes each. */
export const rates: usize = stretched + 2 * 8192;
/** Bits of a probability in 1/4096, eight bytes each. */
export const costs: usize = rates + 32;
/** Weights: eight numbers of four bytes a set, those beyond the contexts are never used. */
export const firstWeights: usize = costs + 8 * 4098;
export const firstSets: usize = 51;
export const secondWeights: usize = firstWeights + 32 * firstSets;
export const secondSets: usize = 33;
/** The contexts that are set: eight numbers of four bytes. */
export const contexts: usize = secondWeights + 32 * secondSets;
/** Address ranges: address, offset, length, four bytes each. */
export const ranges: usize = contexts + 32;
/** Bits that were spent: on numbers, literals, copies, then on copies by kind; eight bytes each. */
export const spent: usize = ranges + 96;
/** What a segment remembers: see segment.ts. */
export const kindFlags: usize = spent + 8 * 12;
export const lastDifference: usize = kindFlags + 8;
export const lastNonzero: usize = lastDifference + 4;
export const lastBits: usize = lastNonzero + 4;
/** Pages by register: see units.ts. */
export const owners: usize = lastBits + 8;
export const oldPages: usize = owners + 8;
export const newPages: usize = oldPages + 32;
export const pairs: usize = newPages + 32;
/** What open() is told of begins here. */
export const free: usize = 65_536;

export function tablesAt(): usize {
  return squashed;
}
export function rangesAt(): usize {
  return ranges;
}
export function spentAt(): usize {
  return spent;
}
export function freeAt(): usize {
  return free;
}
