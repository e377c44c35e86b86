import { align, bitLength, put, resetBits } from './bits';
import { makeCrcTable, writeBlock } from './block';
import { chooseBlocks } from './blocks';
import { makeMoves } from './front';
import { cuts, input, segmentLimit, segmentSize, segments, window } from './layout';

/**
 * The outer form of a bzip2 stream: runs are shortened, the window that results is cut into blocks, each is written. What comes of a
 * window depends on nothing before it, so that it may be packed elsewhere; packed windows are put together bit by bit.
 */

let blockLimit: u32 = 0;
/** The least length of a segment: blocks begin and end where segments do. */
let grain: u32 = 0;
let fewest: u32 = 2;
let passes: u32 = 4;
let estimatePasses: u32 = 2;
let windowLimit: u32 = 0;

let length: u32 = 0;
let count: u32 = 0;
let cut: u32 = 0;
let runByte: u32 = 0;
let runLength: u32 = 0;

/** Sets out to fill windows. A window holds at most `limit` bytes, a block at most `longestBlock`. */
export function openWindows(
  limit: u32,
  longestBlock: u32,
  segment: u32,
  fewestTables: u32,
  tablePasses: u32,
  estimates: u32,
): void {
  blockLimit = longestBlock;
  windowLimit = limit;
  grain = segment;
  fewest = fewestTables;
  passes = tablePasses;
  estimatePasses = estimates;
  runLength = 0;
  clear();
  makeCrcTable();
  makeMoves();
}

function clear(): void {
  length = 0;
  count = 0;
  cut = 0;
}

function closeSegment(): void {
  if (length === cut) return;
  const at = segments + <usize>count * segmentSize;
  store<u32>(at, cut);
  store<u32>(at, length, 12);
  count++;
  cut = length;
}

/** Puts the run at hand into the window: a run is never cut, so a block may begin after it. */
function closeRun(): void {
  for (let i: u32 = 0; i < runLength && i < 4; i++) store<u8>(window + length++, <u8>runByte);
  if (runLength >= 4) store<u8>(window + length++, <u8>(runLength - 4));
  runLength = 0;
  if (length - cut >= grain && count + 1 < segmentLimit) closeSegment();
}

/** Takes bytes from `input` + `from` on, of `size` there; returns where it stopped: before the end if the window is full. */
export function feed(from: u32, size: u32): u32 {
  let at = input + from;
  const end = input + size;
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (runLength > 0 && (c !== runByte || runLength === 255)) {
      closeRun();
      if (length + 5 > windowLimit) break;
    }
    runByte = c;
    runLength++;
    at++;
  }
  return <u32>(at - input);
}

/** Takes what is left to feed into the window. */
export function endFeed(): void {
  closeRun();
}

/** Writes the blocks of the window, which is empty then; returns how many there are. */
export function packWindow(): u32 {
  closeSegment();
  resetBits();
  combined = 0;
  const blocks = chooseBlocks(length, count, blockLimit, estimatePasses);
  for (let b: u32 = 0; b < blocks; b++) {
    const at = segments + <usize>b * segmentSize;
    const start = load<u32>(at);
    const crc = writeBlock(window + start, load<u32>(at, 12) - start, fewest, passes);
    combined = rotl(combined, 1) ^ crc;
  }
  clear();
  bits = bitLength();
  align();
  return blocks;
}

let combined: u32 = 0;
let bits: u32 = 0;

/** The bits that packWindow() has written, which end within the last byte, and the checksum of its blocks. */
export function packedBits(): u32 {
  return bits;
}
export function packedSum(): u32 {
  return combined;
}

/** Takes the window from here, to be packed elsewhere: it is empty then. Its segments end where the numbers at `cuts` say; returns how many. */
export function takeWindow(): u32 {
  closeSegment();
  const segmentCount = count;
  for (let s: u32 = 0; s < segmentCount; s++) {
    store<u32>(cuts + ((<usize>s) << 2), load<u32>(segments + <usize>s * segmentSize, 12));
  }
  clear();
  return segmentCount;
}

/** Takes a window from elsewhere, so many segments, which end where the numbers at `cuts` say. */
export function placeWindow(segmentCount: u32): void {
  clear();
  for (let s: u32 = 0; s < segmentCount; s++) {
    length = load<u32>(cuts + ((<usize>s) << 2));
    closeSegment();
  }
}

/** Begins the output with the head of a stream of level `size`. */
export function openStream(size: u32): void {
  resetBits();
  put(24, 0x425a68);
  put(8, 0x30 + size);
}

/** Appends so many bits from `input` on. */
export function append(width: u32): void {
  const bytes = width >> 3;
  for (let i: u32 = 0; i < bytes; i++) put(8, load<u8>(input + i));
  const left = width & 7;
  if (left > 0) put(left, <u32>load<u8>(input + bytes) >> (8 - left));
}

/** Writes the end of the stream, with the checksum of all blocks. */
export function closeStream(sum: u32): void {
  put(24, 0x177245);
  put(24, 0x385090);
  put(32, sum);
  align();
}
