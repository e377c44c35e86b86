import { align, put, resetBits } from './bits';
import { makeCrcTable, writeBlock } from './block';
import { chooseBlocks } from './blocks';
import { makeMoves } from './front';
import { input, segmentLimit, segmentSize, segments, window } from './layout';

/** The outer form of a bzip2 stream: runs are shortened, the window that results is cut into blocks, each is written. */

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
let combined: u32 = 0;

/** Starts a stream of level `size`. A window holds at most `limit` bytes, a block at most `longestBlock`. */
export function openStream(
  size: u32,
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
  length = 0;
  count = 0;
  cut = 0;
  runLength = 0;
  combined = 0;
  makeCrcTable();
  makeMoves();
  resetBits();
  put(24, 0x425a68);
  put(8, 0x30 + size);
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

/** Writes the blocks of the window, which is empty then. */
export function drain(): void {
  closeSegment();
  const blocks = chooseBlocks(length, count, blockLimit, estimatePasses);
  for (let b: u32 = 0; b < blocks; b++) {
    const at = segments + <usize>b * segmentSize;
    const start = load<u32>(at);
    const crc = writeBlock(window + start, load<u32>(at, 12) - start, fewest, passes);
    combined = ((combined << 1) | (combined >> 31)) ^ crc;
  }
  length = 0;
  count = 0;
  cut = 0;
}

/** Writes what is left and the end of the stream. */
export function closeStream(): void {
  closeRun();
  drain();
  put(24, 0x177245);
  put(24, 0x385090);
  put(32, combined);
  align();
}
