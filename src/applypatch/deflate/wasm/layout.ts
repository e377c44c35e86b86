/** Where things lie in the memory of the decoder's classic deflate, in bytes. */

/** Of the bucket of 3, 4 and 8 bytes: the position that was put there last, 4 bytes each. */
export const heads3: usize = 1024;
export const heads4: usize = heads3 + 4 * 65536;
export const heads8: usize = heads4 + 4 * 65536;
/** How many positions were put into each bucket of 3 bytes, 2 bytes each. */
export const fills: usize = heads8 + 4 * 65536;
/** By position modulo 32,768: how far back the one before in the same bucket lies, 2 bytes each, 0 for too far. */
export const links3: usize = fills + 2 * 65536;
export const links4: usize = links3 + 2 * 32768;
export const links8: usize = links4 + 2 * 32768;
/** By position modulo 32,768: its bucket of 3 bytes in the high half, its ordinal there in the low half. */
export const places: usize = links8 + 2 * 32768;
/** The symbols of the block at hand: distance (0: none) in the low half, then a byte or a length less 3. */
export const symbols: usize = places + 4 * 32768;
/** Trees: frequency or code, then parent or length, 2 bytes each. */
export const literalTree: usize = symbols + 4 * 32768;
export const distanceTree: usize = literalTree + 4 * 576;
export const lengthTree: usize = distanceTree + 4 * 64;
export const fixedLiterals: usize = lengthTree + 4 * 40;
export const fixedDistances: usize = fixedLiterals + 4 * 288;
/** The code of each length less 3, of each distance less 1 below 256, and of each 128th above. */
export const lengthCodes: usize = fixedDistances + 4 * 32;
export const distanceCodes: usize = lengthCodes + 256;
/** What a code begins with, 2 bytes each. */
export const lengthBases: usize = distanceCodes + 512;
export const distanceBases: usize = lengthBases + 2 * 32;
/** Working room of one tree: the heap, 2 bytes each, and depths, 2 bytes each. */
export const heap: usize = distanceBases + 2 * 32;
export const depths: usize = heap + 2 * 576;
export const lengthCounts: usize = depths + 2 * 576;
export const nextCodes: usize = lengthCounts + 2 * 16;
export const output: usize = (nextCodes + 2 * 16 + 15) & ~15;
/** A piece of input gives less than this, the block before it included. */
export const outputSize: usize = 1 << 20;
export const text: usize = output + outputSize;
/** Input behind the place at hand, and a piece of new input. */
export const historySize: usize = 1 << 17;
export const pieceSize: usize = 1 << 18;
export const end: usize = text + historySize + pieceSize + 1024;
