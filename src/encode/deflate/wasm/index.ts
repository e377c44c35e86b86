import { resetBits } from './bits';
import { openBlocks } from './block';
import { end, historySize, output, pieceSize, text } from './layout';
import { base, openLongChains, openMatches, setBase } from './match';
import { neededFrom, openParse } from './parse';
import { makeFixedTables } from './trees';

export { parse } from './parse';

/** Classic deflate: the bytes that zlib 1.2 writes, for its levels 1 to 9 and its strategies default and filtered. */

let isReady: bool = false;
/** Position up to which the input is in memory. */
let placed: u32 = 0;

/** Good, lazy and nice length, then the longest chain: zlib's table of levels. */
function tuning(level: u32, column: u32): u32 {
  switch (level) {
    case 1:
      return column === 0 ? 4 : column === 1 ? 4 : column === 2 ? 8 : 4;
    case 2:
      return column === 0 ? 4 : column === 1 ? 5 : column === 2 ? 16 : 8;
    case 3:
      return column === 0 ? 4 : column === 1 ? 6 : column === 2 ? 32 : 32;
    case 4:
      return column === 0 ? 4 : column === 1 ? 4 : column === 2 ? 16 : 16;
    case 5:
      return column === 0 ? 8 : column === 1 ? 16 : column === 2 ? 32 : 32;
    case 6:
      return column === 0 ? 8 : column === 1 ? 16 : column === 2 ? 128 : 128;
    case 7:
      return column === 0 ? 8 : column === 1 ? 32 : column === 2 ? 128 : 256;
    case 8:
      return column === 0 ? 32 : column === 1 ? 128 : column === 2 ? 258 : 1024;
    default:
      return column === 0 ? 32 : column === 1 ? 258 : column === 2 ? 258 : 4096;
  }
}

/** Starts a stream of `size` bytes. */
export function open(level: u32, memLevel: u32, windowBits: u32, filtered: u32, size: u32): void {
  if (!isReady) makeFixedTables();
  isReady = true;
  const windowSize: u32 = 1 << windowBits;
  const isLazy = level > 3;
  resetBits();
  openBlocks(1 << (memLevel + 6));
  openMatches(size, memLevel, windowSize, tuning(level, 0), tuning(level, 2), tuning(level, 3));
  if (isLazy) openLongChains();
  openParse(windowSize, isLazy, tuning(level, 1), filtered !== 0);
  placed = 0;
  setBase(text);
}

/**
 * Makes room for the next `size` bytes of input, at most pieceSize; returns the address where they are to be put. What
 * parse() is not past may reach to 1024 bytes before the end of what was placed, or to the end of the input.
 */
export function place(size: u32): usize {
  const end = text + historySize + pieceSize;
  if (base + placed + size > end) {
    const keep = neededFrom();
    memory.copy(text, base + keep, placed - keep);
    setBase(text - <usize>keep);
  }
  const at = base + placed;
  placed += size;
  // Numbers of 8 bytes are read past the end of the input.
  memory.fill(base + placed, 0, 16);
  return at;
}

export function deflateMemory(): usize {
  return end;
}
export function deflateOutput(): usize {
  return output;
}
export function deflatePieceSize(): usize {
  return pieceSize;
}
