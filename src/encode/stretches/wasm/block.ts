import { put } from './bits';
import { alphabetSize, moveToFront, occurs } from './front';
import { fitBest, openSymbols, writeSymbols } from './huffman';
import { crcTable, last, order, rotated, scratch } from './layout';
import { sortSuffixes } from './suffix';

/** The start of the least of all rotations of a text. */
function leastRotation(text: usize, n: u32): u32 {
  let best: u32 = 0;
  let other: u32 = 1;
  let same: u32 = 0;
  while (best < n && other < n && same < n) {
    let i = best + same;
    if (i >= n) i -= n;
    let j = other + same;
    if (j >= n) j -= n;
    const a = load<u8>(text + i);
    const b = load<u8>(text + j);
    if (a === b) {
      same++;
      continue;
    }
    if (a > b) best += same + 1;
    else other += same + 1;
    if (best === other) other++;
    same = 0;
  }
  return min(best, other);
}

/** Fills the last column of the sorted rotations of the block; returns the row of the block itself. */
function transform(block: usize, n: u32): u32 {
  // Started at its least rotation, a text has its suffixes in the order of its rotations.
  const shift = leastRotation(block, n);
  memory.copy(rotated, block + shift, n - shift);
  memory.copy(rotated + (n - shift), block, shift);
  sortSuffixes(rotated, order, n, scratch);
  const start = shift === 0 ? 0 : n - shift;
  let origin: u32 = 0;
  for (let row: u32 = 0; row < n; row++) {
    const at = load<u32>(order + ((<usize>row) << 2));
    if (at === start) origin = row;
    store<u8>(last + row, load<u8>(rotated + (at === 0 ? n - 1 : at - 1)));
  }
  return origin;
}

/** Makes the table of the stream's checksum: CRC-32, the highest bit first. */
export function makeCrcTable(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let c = i << 24;
    for (let k = 0; k < 8; k++) c = <i32>c < 0 ? (c << 1) ^ 0x04c11db7 : c << 1;
    store<u32>(crcTable + ((<usize>i) << 2), c);
  }
}

/** The checksum of what the block stands for: after four equal bytes, one that counts how many more there are. */
function crcOf(block: usize, n: u32): u32 {
  let crc: u32 = u32.MAX_VALUE;
  let run: u32 = 0;
  let previous: u32 = 256;
  for (let i: u32 = 0; i < n; i++) {
    let c = <u32>load<u8>(block + i);
    let times: u32 = 1;
    if (run === 4) {
      times = c;
      c = previous;
      run = 0;
      previous = 256;
    } else if (c === previous) {
      run++;
    } else {
      previous = c;
      run = 1;
    }
    for (; times > 0; times--) crc = (crc << 8) ^ load<u32>(crcTable + ((<usize>((crc >> 24) ^ c)) << 2));
  }
  return ~crc;
}

/** Writes one block; returns its checksum. */
export function writeBlock(block: usize, n: u32, fewest: u32, passes: u32): u32 {
  const crc = crcOf(block, n);
  put(24, 0x314159);
  put(24, 0x265359);
  put(32, crc);
  put(1, 0);
  put(24, transform(block, n));
  const count = moveToFront(last, n);
  let rows: u32 = 0;
  for (let row: u32 = 0; row < 16; row++) {
    const at = occurs + (row << 4);
    if ((load<u64>(at) | load<u64>(at, 8)) !== 0) rows |= 0x8000 >> row;
  }
  put(16, rows);
  for (let row: u32 = 0; row < 16; row++) {
    if ((rows & (0x8000 >> row)) === 0) continue;
    for (let c: u32 = 0; c < 16; c++) put(1, load<u8>(occurs + (row << 4) + c));
  }
  openSymbols(count, alphabetSize);
  writeSymbols(fitBest(fewest, passes));
  return crc;
}
