/** Where things lie in the memory of the estimates, in bytes. */

/** Distances that were found for a piece of the target, and how often: 4 bytes each. */
export const found: usize = 1024;
export const foundCounts: usize = found + 4 * 64;
/** How many stretches, differences, and other bytes a walk made, and how often it searched: 4 bytes each. */
export const counts: usize = foundCounts + 4 * 64;
/** A piece of the target, and what a search at its last byte looks at behind it. */
export const pieceSize: usize = 32_768;
export const window: usize = counts + 16;
export const windowSize: usize = pieceSize + 64;
/** What a patch holds for the piece: three numbers of 4 bytes for each stretch, differences, and bytes as they are. */
export const controls: usize = window + windowSize;
export const controlsSize: usize = 12 * 8192;
export const differences: usize = controls + controlsSize;
export const extras: usize = differences + pieceSize;
/** The source; behind it lie the tables by which it is searched. */
export const source: usize = extras + pieceSize;
/** Numbers of 8 bytes are read past the end of the source. */
export const sourceSlack: usize = 16;
