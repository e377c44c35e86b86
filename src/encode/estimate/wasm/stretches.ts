import { controls, counts, differences, extras, source } from './layout';
import { addressOf, equalBytes, from, isSame, roomAt, to } from './piece';
import { find, sourceLength } from './seeds';

/** What a patch holds for the piece at hand. */
let controlCount: u32 = 0;
let differenceCount: u32 = 0;
let extraCount: u32 = 0;
/** How often the source was searched: what a walk costs, and a measure of how much differs. */
let searches: u32 = 0;

/** A match elsewhere has to be so many bytes better than going on where one is. */
const betterBy: i32 = 8;

/** How far the stretch that begins at `at` is worth its while: more than half of its bytes are equal. */
function reachForward(at: i32, position: i32, end: i32): i32 {
  let same = 0;
  let best = 0;
  let length = 0;
  for (let i = 0; at + i < end && position + i < <i32>sourceLength; ) {
    same += i32(isSame(at + i, position - at));
    i++;
    if (2 * same - i > best) {
      best = 2 * same - i;
      length = i;
    }
  }
  return length;
}

/** The same, backwards from a match. */
function reachBack(at: i32, position: i32, end: i32): i32 {
  let same = 0;
  let best = 0;
  let length = 0;
  for (let i = 1; at >= end + i && position >= i; i++) {
    same += i32(isSame(at - i, position - at));
    if (2 * same - i > best) {
      best = 2 * same - i;
      length = i;
    }
  }
  return length;
}

/** Where two stretches reach for the same bytes: how many of them the first one keeps. */
function bestCut(at: i32, first: i32, second: i32, length: i32): i32 {
  let score = 0;
  let best = 0;
  let kept = 0;
  for (let i = 0; i < length; i++) {
    score += i32(isSame(at + i, first - at)) - i32(isSame(at + i, second - at));
    if (score > best) {
      best = score;
      kept = i + 1;
    }
  }
  return kept;
}

function emit(at: i32, position: i32, add: i32, copy: i32, seek: i32): void {
  const target = addressOf(at);
  for (let i = 0; i < add; i++) {
    const place = position + i;
    const before: u8 = <u32>place < sourceLength ? load<u8>(source + <usize>place) : 0;
    store<u8>(differences + differenceCount, load<u8>(target + <usize>i) - before);
    differenceCount++;
  }
  memory.copy(extras + extraCount, target + <usize>add, copy);
  extraCount += copy;
  const control = controls + <usize>controlCount * 12;
  store<i32>(control, add);
  store<i32>(control, copy, 4);
  store<i32>(control, seek, 8);
  controlCount++;
}

/**
 * Makes what a patch holds for the piece, greedily: it goes on at the same distance, bytes that differ included, until a match
 * elsewhere is longer by far than what this distance has to offer. It begins at the distance `home`, and comes back to it where that
 * is as good as another.
 */
export function walk(home: i32): void {
  controlCount = 0;
  differenceCount = 0;
  extraCount = 0;
  searches = 0;
  let scan = from;
  let length = 0;
  let lastScan = from;
  let lastPosition = max(0, from + home);
  let offset = lastPosition - from;
  let position = 0;
  while (scan < to) {
    let oldScore = 0;
    scan += length;
    let scored = scan;
    for (; scan < to; scan++) {
      position = scan + offset;
      length = equalBytes(scan, position);
      // What goes on as before needs no search.
      if (length < betterBy) {
        searches++;
        position = find(addressOf(scan), roomAt(scan));
        length = equalBytes(scan, position);
        const back = offset === home ? 0 : equalBytes(scan, scan + home);
        if (back >= betterBy && back >= length) {
          length = back;
          position = scan + home;
        }
      }
      for (; scored < scan + length; scored++) oldScore += i32(isSame(scored, offset));
      if ((length === oldScore && length !== 0) || length > oldScore + betterBy) break;
      if (scored === scan) scored = scan + 1;
      else oldScore -= i32(isSame(scan, offset));
    }
    if (length === oldScore && scan < to) continue;
    let forward = reachForward(lastScan, lastPosition, scan);
    let back = scan < to ? reachBack(scan, position, lastScan) : 0;
    const overlap = lastScan + forward - (scan - back);
    if (overlap > 0) {
      const cut = lastScan + forward - overlap;
      const kept = bestCut(cut, lastPosition + forward - overlap, position - back, overlap);
      forward += kept - overlap;
      back -= kept;
    }
    const next = scan - back;
    emit(lastScan, lastPosition, forward, next - lastScan - forward, position - back - (lastPosition + forward));
    lastScan = next;
    lastPosition = position - back;
    offset = position - scan;
  }
  store<u32>(counts, controlCount);
  store<u32>(counts, differenceCount, 4);
  store<u32>(counts, extraCount, 8);
  store<u32>(counts, searches, 12);
}
