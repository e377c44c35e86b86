import { alphabetSize, moveToFront } from './front';
import { fit, openSymbols } from './huffman';
import {
  before,
  counts,
  gathered,
  order,
  owners,
  scratch,
  segmentLimit,
  segmentSize,
  segments,
  segmentTables,
  window,
} from './layout';
import { sortSuffixes } from './suffix';

/**
 * Chooses where a window is cut into blocks. A short block has tables that fit it, a long one saves heads and has more
 * context to sort by. From short segments on, neighbours are joined in rounds: every two that save by it, and no less than
 * either would save with its other neighbour.
 *
 * The window is sorted once. The bytes before a segment's suffixes, in the order of the window's suffixes, tell its last column
 * closely enough to know its cost. Going once through the window's suffixes gathers those of any number of pairs.
 */

/** Of a segment: where it begins, its cost in bits, the cost when joined with the next, where it ends, whether it is noise, whether the joined cost is still to be found. */
function startOf(segment: u32): u32 {
  return load<u32>(segments + <usize>segment * segmentSize);
}
function costOf(segment: u32): u32 {
  return load<u32>(segments + <usize>segment * segmentSize, 4);
}
function joinedCostOf(segment: u32): u32 {
  return load<u32>(segments + <usize>segment * segmentSize, 8);
}
function endOf(segment: u32): u32 {
  return load<u32>(segments + <usize>segment * segmentSize, 12);
}

function isNoise(segment: u32): bool {
  return load<u32>(segments + <usize>segment * segmentSize, 16) !== 0;
}

/**
 * Whether all bytes are about equally frequent. The coder can do nothing for compressed or encrypted data, so no time is
 * spent on it, and it is left in blocks as long as can be.
 */
function looksLikeNoise(text: usize, n: u32): bool {
  memory.fill(counts, 0, 1024);
  for (let i: u32 = 0; i < n; i++) {
    const cell = counts + ((<usize>load<u8>(text + i)) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
  let squares: u64 = 0;
  for (let c: u32 = 0; c < 256; c++) {
    const count = <u64>load<u32>(counts + ((<usize>c) << 2));
    squares += count * count;
  }
  // Chance alone gives n x n / 256 + n.
  return n >= 2048 && (squares - <u64>n) * 256 < (<u64>n * <u64>n * 17) / 16;
}

/** Magic number, checksum, origin, bytes in use, number of tables and of selectors. */
function headBits(): u32 {
  return 48 + 32 + 25 + 16 + 64 + 18;
}

function estimate(column: usize, n: u32, passes: u32): u32 {
  const count = moveToFront(column, n);
  openSymbols(count, alphabetSize);
  const tables: u32 = count < 200 ? 2 : count < 600 ? 3 : count < 1200 ? 4 : count < 2400 ? 5 : 6;
  return headBits() + fit(tables, passes);
}

function addressOf(segment: u32): usize {
  return segments + <usize>segment * segmentSize;
}

/** By segment as they were at first: which segment it is in now (2 bytes), where its next byte is to be put, through one more step (4 bytes each). */
const nowIn: usize = segmentTables;
const nextOf: usize = nowIn + 2 * <usize>segmentLimit;

/** Puts the bytes of each column one after the other at `gathered`, in the order of suffixes; a segment's goes where nextOf says, 0 for nowhere. */
function gather(n: u32): void {
  for (let rank: usize = 0; rank < n; rank++) {
    const segment = <usize>load<u16>(nowIn + ((<usize>load<u16>(owners + (rank << 1))) << 1));
    const cell = nextOf + (segment << 2);
    const to = load<u32>(cell);
    if (to === 0) continue;
    store<u8>(to, load<u8>(before + rank));
    store<u32>(cell, to + 1);
  }
}

/** Finds the joined costs that are not known of the pairs that begin at segments of one parity. */
function estimatePairs(n: u32, count: u32, parity: u32, limit: u32, passes: u32): void {
  memory.fill(nextOf, 0, 4 * <usize>segmentLimit);
  let isAny = false;
  for (let s = parity; s + 1 < count; s += 2) {
    const at = addressOf(s);
    if (load<u32>(at, 20) === 0) continue;
    const size = endOf(s + 1) - startOf(s);
    if (size > limit) store<u32>(at, u32.MAX_VALUE, 8);
    else if (isNoise(s) && isNoise(s + 1)) store<u32>(at, costOf(s) + costOf(s + 1) - headBits(), 8);
    else {
      // Both segments of a pair count as the first while it is gathered.
      store<u32>(nextOf + ((<usize>s) << 2), <u32>(gathered + startOf(s)));
      isAny = true;
      continue;
    }
    store<u32>(at, 0, 20);
  }
  if (!isAny) return;
  for (let first: u32 = 0, s: u32 = 0; s < count; s++) {
    const isSecond = s > 0 && (s & 1) !== parity && load<u32>(nextOf + ((<usize>(s - 1)) << 2)) !== 0;
    for (const end = endOf(s); first < firstCount && load<u32>(firstEnds + ((<usize>first) << 2)) <= end; first++)
      store<u16>(nowIn + ((<usize>first) << 1), <u16>(isSecond ? s - 1 : s));
  }
  gather(n);
  for (let s = parity; s + 1 < count; s += 2) {
    const at = addressOf(s);
    if (load<u32>(at, 20) === 0) continue;
    store<u32>(at, estimate(gathered + startOf(s), endOf(s + 1) - startOf(s), passes), 8);
    store<u32>(at, 0, 20);
  }
}

/** The segments as they were at first: how many, and where each ends. */
let firstCount: u32 = 0;
const firstEnds: usize = nextOf + 4 * <usize>segmentLimit;

/** What joining a segment with the next saves; the least number where it is not allowed. */
function savingOf(segment: u32, count: u32): i64 {
  if (segment + 1 >= count || joinedCostOf(segment) === u32.MAX_VALUE) return i64.MIN_VALUE;
  return <i64>costOf(segment) + <i64>costOf(segment + 1) - <i64>joinedCostOf(segment);
}

/** Joins all pairs that save, and no less than their neighbours; returns how many segments are left. */
function joinPairs(count: u32): u32 {
  let left: u32 = 0;
  let before = i64.MIN_VALUE;
  for (let s: u32 = 0; s < count; s++) {
    const saving = savingOf(s, count);
    const to = addressOf(left);
    const from = addressOf(s);
    const next = savingOf(s + 1, count);
    if (saving >= 0 && saving > before && saving >= next) {
      const noise = isNoise(s) && isNoise(s + 1);
      const end = endOf(s + 1);
      const cost = joinedCostOf(s);
      store<u32>(to, startOf(s));
      store<u32>(to, cost, 4);
      store<u32>(to, end, 12);
      store<u32>(to, u32(noise), 16);
      store<u32>(to, 1, 20);
      if (left > 0) store<u32>(addressOf(left - 1), 1, 20);
      s++;
      before = next;
    } else {
      if (to !== from) memory.copy(to, from, segmentSize);
      before = saving;
    }
    left++;
  }
  return left;
}

/** Cuts the `n` bytes of the window into blocks of at most `limit`; returns how many segments are left of `count`. */
export function chooseBlocks(n: u32, count: u32, limit: u32, passes: u32): u32 {
  if (count < 2) return count;
  sortSuffixes(window, order, n, scratch);
  firstCount = count;
  memory.fill(nextOf, 0, 4 * <usize>segmentLimit);
  // The room to gather holds, to begin with, the segment of each position.
  for (let s: u32 = 0, at: u32 = 0; s < count; s++) {
    for (const end = endOf(s); at < end; at++) store<u16>(gathered + ((<usize>at) << 1), <u16>s);
    store<u32>(firstEnds + ((<usize>s) << 2), endOf(s));
    store<u16>(nowIn + ((<usize>s) << 1), <u16>s);
  }
  for (let rank: u32 = 0; rank < n; rank++) {
    const at = load<u32>(order + ((<usize>rank) << 2));
    store<u8>(before + rank, load<u8>(window + (at === 0 ? n - 1 : at - 1)));
    store<u16>(owners + ((<usize>rank) << 1), load<u16>(gathered + ((<usize>at) << 1)));
  }
  for (let s: u32 = 0; s < count; s++) store<u32>(nextOf + ((<usize>s) << 2), <u32>(gathered + startOf(s)));
  gather(n);
  for (let s: u32 = 0; s < count; s++) {
    const from = startOf(s);
    const length = endOf(s) - from;
    const noise = looksLikeNoise(window + from, length);
    const at = addressOf(s);
    store<u32>(at, noise ? headBits() + length * 8 : estimate(gathered + from, length, passes), 4);
    store<u32>(at, u32(noise), 16);
    store<u32>(at, 1, 20);
  }
  let now = count;
  for (let last: u32 = 0; now !== last && now > 1; ) {
    last = now;
    estimatePairs(n, now, 0, limit, passes);
    estimatePairs(n, now, 1, limit, passes);
    now = joinPairs(now);
  }
  return now;
}
