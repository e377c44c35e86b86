import { alphabetSize, moveToFront } from './front';
import { fit, openSymbols } from './huffman';
import { before, merged, order, ranks, scratch, segmentSize, segments, window } from './layout';
import { sortSuffixes } from './suffix';

/**
 * Chooses where a window is cut into blocks. A short block has tables that fit it, a long one saves heads and has more
 * context to sort by. From short segments on, the two neighbours that save most together are joined, again and again.
 *
 * The window is sorted once. The ranks of a segment's suffixes, ascending, tell its last column closely enough to know its
 * cost, and joining two segments is merging two sorted lists.
 */

/** A segment: where it begins, its cost in bits, the cost when joined with the next (0: not known), where it ends. */
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
  if (end - from <= limit) {
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
    store<u32>(segments + <usize>s * segmentSize, estimate(ranks + ((<usize>from) << 2), endOf(s) - from, passes), 4);
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
    count--;
    memory.copy(at + segmentSize, at + 2 * segmentSize, <usize>(count - best - 1) * segmentSize);
    if (best + 1 < count) tryJoin(best, limit, passes);
    if (best > 0) tryJoin(best - 1, limit, passes);
  }
  return count;
}
