import { alphabetSize, moveToFront } from './front';
import { fit, openSymbols } from './huffman';
import { before, counts, merged, order, ranks, scratch, segmentSize, segments, window } from './layout';
import { sortSuffixes } from './suffix';

/**
 * Chooses where a window is cut into blocks. A short block has tables that fit it, a long one saves heads and has more
 * context to sort by. From short segments on, the two neighbours that save most together are joined, again and again.
 *
 * The window is sorted once. The ranks of a segment's suffixes, ascending, tell its last column closely enough to know its
 * cost, and joining two segments is merging two sorted lists.
 */

/** Of a segment: where it begins, its cost in bits, the cost when joined with the next, where it ends, whether it is noise. */
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

function estimate(list: usize, n: u32, passes: u32): u32 {
  const count = moveToFront(before, list, n);
  openSymbols(count, alphabetSize);
  const tables: u32 = count < 200 ? 2 : count < 600 ? 3 : count < 1200 ? 4 : count < 2400 ? 5 : 6;
  return headBits() + fit(tables, passes);
}

function merge(from: u32, middle: u32, end: u32): void {
  let a = ranks + ((<usize>from) << 2);
  const aEnd = ranks + ((<usize>middle) << 2);
  let b = aEnd;
  const bEnd = ranks + ((<usize>end) << 2);
  let to = merged;
  while (a < aEnd && b < bEnd) {
    const x = load<u32>(a);
    const y = load<u32>(b);
    const first = x < y;
    store<u32>(to, first ? x : y);
    to += 4;
    a += first ? 4 : 0;
    b += first ? 0 : 4;
  }
  memory.copy(to, a, aEnd - a);
  memory.copy(to + (aEnd - a), b, bEnd - b);
}

function tryJoin(segment: u32, limit: u32, passes: u32): void {
  const from = startOf(segment);
  const end = endOf(segment + 1);
  let cost: u32 = u32.MAX_VALUE;
  if (end - from <= limit && isNoise(segment) && isNoise(segment + 1)) {
    cost = costOf(segment) + costOf(segment + 1) - headBits();
  } else if (end - from <= limit) {
    merge(from, endOf(segment), end);
    cost = estimate(merged, end - from, passes);
  }
  store<u32>(segments + <usize>segment * segmentSize, cost, 8);
}

/** Cuts the `n` bytes of the window into blocks of at most `limit`; returns how many segments are left of `count`. */
export function chooseBlocks(n: u32, count: u32, limit: u32, passes: u32): u32 {
  if (count < 2) return count;
  sortSuffixes(window, order, n, scratch);
  // The merge room holds, to begin with, the segment of each position and where its next rank goes.
  for (let s: u32 = 0, at: u32 = 0; s < count; s++) {
    for (const end = endOf(s); at < end; at++) store<u16>(merged + ((<usize>at) << 1), <u16>s);
    store<u32>(segments + <usize>s * segmentSize, startOf(s), 4);
  }
  for (let rank: u32 = 0; rank < n; rank++) {
    const at = load<u32>(order + ((<usize>rank) << 2));
    store<u8>(before + rank, load<u8>(window + (at === 0 ? n - 1 : at - 1)));
    const next = segments + <usize>load<u16>(merged + ((<usize>at) << 1)) * segmentSize;
    const slot = load<u32>(next, 4);
    store<u32>(next, slot + 1, 4);
    store<u32>(ranks + ((<usize>slot) << 2), rank);
  }
  for (let s: u32 = 0; s < count; s++) {
    const from = startOf(s);
    const length = endOf(s) - from;
    const noise = looksLikeNoise(window + from, length);
    const at = segments + <usize>s * segmentSize;
    store<u32>(at, noise ? headBits() + length * 8 : estimate(ranks + ((<usize>from) << 2), length, passes), 4);
    store<u32>(at, u32(noise), 16);
  }
  for (let s: u32 = 0; s + 1 < count; s++) tryJoin(s, limit, passes);
  while (count > 1) {
    let best: u32 = 0;
    let most: i64 = i64.MIN_VALUE;
    for (let s: u32 = 0; s + 1 < count; s++) {
      const saved = <i64>costOf(s) + <i64>costOf(s + 1) - <i64>joinedCostOf(s);
      if (saved > most) {
        most = saved;
        best = s;
      }
    }
    if (most < 0) break;
    const from = startOf(best);
    const end = endOf(best + 1);
    merge(from, endOf(best), end);
    memory.copy(ranks + ((<usize>from) << 2), merged, (<usize>(end - from)) << 2);
    const at = segments + <usize>best * segmentSize;
    store<u32>(at, joinedCostOf(best), 4);
    store<u32>(at, end, 12);
    store<u32>(at, u32(isNoise(best) && isNoise(best + 1)), 16);
    count--;
    memory.copy(at + segmentSize, at + 2 * segmentSize, <usize>(count - best - 1) * segmentSize);
    if (best + 1 < count) tryJoin(best, limit, passes);
    if (best > 0) tryJoin(best - 1, limit, passes);
  }
  return count;
}
