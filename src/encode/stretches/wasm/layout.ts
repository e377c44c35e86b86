/** Where things lie in the memory of the bzip2 encoder, in bytes. The longest block of the format and the longest window have 900,000 bytes. */

const longest: usize = 900_000 + 1024;

export const input: usize = 1024;
export const inputSize: usize = 1 << 18;
/** The window: input with its runs shortened, waiting to be cut into blocks. */
export const window: usize = input + inputSize;
/** Four bytes for each byte of the window: its suffixes in order. */
export const order: usize = window + longest;
/** Where the segments of a window end, 4 bytes each, on the way to another memory: before there is an order. */
export const cuts: usize = order;
/** By rank of a suffix, the segment that it is in as they were at first, 2 bytes each. */
export const owners: usize = order + 4 * longest;
/** Two bytes for each byte of the window: room for the last columns of segments. */
export const gathered: usize = owners + 2 * longest;
/** The byte before each suffix of the window, in the order of the suffixes. */
export const before: usize = gathered + 2 * longest;
/** A block turned to its least rotation, then the last column of its sorted rotations. */
export const rotated: usize = before + longest;
export const last: usize = rotated + longest;
/** Numbers of 2 bytes. */
export const symbols: usize = last + longest;
/** For each group of 50 symbols the table that codes it: the choice at hand, and the best. */
export const selectors: usize = symbols + 2 * longest;
export const bestSelectors: usize = selectors + 32768;
/** For six tables of 258 symbols each: counts of 4 bytes, code lengths of 1 byte, codes of 4 bytes. */
export const counts: usize = bestSelectors + 32768;
export const lengths: usize = counts + 6 * 258 * 4;
export const bestLengths: usize = lengths + 2048;
export const codes: usize = bestLengths + 2048;
/** The code lengths of all tables of a symbol side by side, 16 bits each, 16 bytes in all. */
export const packed: usize = (codes + 6 * 258 * 4 + 15) & ~15;
/** Working room for one Huffman tree. */
export const tree: usize = packed + 258 * 16;
export const recent: usize = tree + 16384;
export const crcTable: usize = recent + 1024;
/** Places where the window may be cut, and what is known of the segments between: see blocks.ts. */
export const segments: usize = crcTable + 1024;
export const segmentSize: usize = 24;
export const segmentLimit: u32 = 2048;
/** What else is known of segments while they are joined, 10 bytes each: see blocks.ts. */
export const segmentTables: usize = segments + segmentSize * <usize>segmentLimit;
/** What is coded and not yet taken out. A window never codes to more than this. */
export const output: usize = segmentTables + 10 * <usize>segmentLimit;
export const outputSize: usize = 1_500_000;
export const scratch: usize = (output + outputSize + 15) & ~15;
export const end: usize = scratch + 2 * longest + 8192;

/** What the outside needs to know of it. */
export function bzip2Input(): usize {
  return input;
}
export function bzip2InputSize(): usize {
  return inputSize;
}
export function bzip2Output(): usize {
  return output;
}
export function bzip2Window(): usize {
  return window;
}
export function bzip2Cuts(): usize {
  return cuts;
}
export function bzip2Memory(): usize {
  return end;
}
