import { chooseAmongEqual, equalFrom, foundAt, foundLength, mayMatch, mayReach, search } from './match';
import { reach } from './memory';

/**
 * Goes through the target once and cuts it into stretches: each takes bytes of the source with differences added, then
 * bytes of its own. A stretch lies on a diagonal: target position minus source position is the same all along.
 */

let source: usize = 0;
let sourceLength: i32 = 0;
let target: usize = 0;
let targetLength: i32 = 0;
/** Triples of i32: bytes to add, bytes to copy, how far to move in the source. */
let controls: usize = 0;
let controlCount: u32 = 0;

/** How many more equal bytes a match must have than the diagonal it would leave. */
let margin: u32 = 8;
let candidates: u32 = 0;

/** No match is asked to be longer than this before it is searched for. */
const mostLookedAt: i32 = 256;

let scan: i32 = 0;
let lastScan: i32 = 0;
let lastPos: i32 = 0;

/** Sets out at the beginning of the target. */
export function begin(
  from: usize,
  fromLength: i32,
  to: usize,
  toLength: i32,
  out: usize,
  switchMargin: u32,
  candidateCount: u32,
): void {
  source = from;
  sourceLength = fromLength;
  target = to;
  targetLength = toLength;
  controls = out;
  controlCount = 0;
  margin = switchMargin;
  candidates = candidateCount;
  scan = 0;
  lastScan = 0;
  lastPos = 0;
}

/** How many triples there are. */
export function controlLength(): u32 {
  return controlCount;
}

/** What a byte on a diagonal adds to the score of its stretch: as many must be equal as not. */
function worth(from: i32, at: i32): i32 {
  return load<u8>(target + <usize>at) === load<u8>(source + <usize>from) ? 1 : -1;
}

/** How many bytes from scan on a match must have to be worth a turn: past the last one but `margin` that is not equal on the current diagonal. */
function leastWorthTurning(): i32 {
  const here = lastPos + (scan - lastScan);
  const room = min(sourceLength - here, targetLength - scan);
  let unequal: u32 = 0;
  for (let i = 0; i < mostLookedAt; i += 16) {
    if (i + 16 > room) return i;
    let mask = <u32>(
      i8x16.bitmask(i8x16.ne(v128.load(source + <usize>(here + i)), v128.load(target + <usize>(scan + i))))
    );
    const more = <u32>popcnt(mask);
    if (unequal + more <= margin) {
      unequal += more;
      continue;
    }
    for (; unequal < margin; unequal++) mask &= mask - 1;
    return i + <i32>ctz(mask) + 1;
  }
  return mostLookedAt;
}

/** How many of the bytes [scan, scan + length) are equal on the current diagonal. */
function equalOnDiagonal(length: i32): i32 {
  const from = lastPos + (scan - lastScan);
  let to = length;
  if (from + to > sourceLength) to = sourceLength - from;
  let equal = 0;
  for (let i = 0; i < to; i++)
    equal += i32(load<u8>(source + <usize>(from + i)) === load<u8>(target + <usize>(scan + i)));
  return equal;
}

function emit(add: i32, copy: i32, seek: i32): void {
  const at = controls + <usize>controlCount * 12;
  if ((controlCount & 0xfff) === 0) reach(at + 12 * 0x1000);
  store<i32>(at, add);
  store<i32>(at, copy, 4);
  store<i32>(at, seek, 8);
  controlCount++;
}

/** Ends the current stretch where the next one, from `pos` at scan, begins. */
function turn(pos: i32): void {
  let forward = 0;
  let best = 0;
  let score = 0;
  const most = min(scan - lastScan, sourceLength - lastPos);
  for (let i = 0; i < most; ) {
    score += worth(lastPos + i, lastScan + i);
    i++;
    if (score > best) {
      best = score;
      forward = i;
    }
  }
  let backward = 0;
  if (scan < targetLength) {
    best = 0;
    score = 0;
    const least = min(scan - lastScan, pos);
    for (let i = 1; i <= least; i++) {
      score += worth(pos - i, scan - i);
      if (score > best) {
        best = score;
        backward = i;
      }
    }
  }
  const overlap = lastScan + forward - (scan - backward);
  if (overlap > 0) {
    let kept = 0;
    let lead = 0;
    best = 0;
    const a = lastScan + forward - overlap;
    const b = lastPos + forward - overlap;
    const c = pos - backward;
    for (let i = 0; i < overlap; i++) {
      const byte = load<u8>(target + <usize>(a + i));
      lead += i32(byte === load<u8>(source + <usize>(b + i))) - i32(byte === load<u8>(source + <usize>(c + i)));
      if (lead > best) {
        best = lead;
        kept = i + 1;
      }
    }
    forward += kept - overlap;
    backward -= kept;
  }
  const end = scan < targetLength;
  emit(forward, scan - backward - (lastScan + forward), end ? pos - backward - (lastPos + forward) : 0);
  lastScan = scan - backward;
  lastPos = pos - backward;
}

/** Goes on to the target position `until` or a little further; returns where it stands. */
export function walk(until: u32): u32 {
  while (scan < targetLength) {
    if (<u32>scan >= until) return scan;
    const here = lastPos + (scan - lastScan);
    const onDiagonal = here < sourceLength ? <i32>equalFrom(here, scan) : 0;
    if (onDiagonal >= 32) {
      scan += onDiagonal;
      continue;
    }
    // A match that is worth a turn goes past the next byte that is not equal here by more than 8 bytes.
    const next = scan + onDiagonal;
    if (!mayMatch(next) || !mayMatch(next + 1)) {
      scan = next + i32(onDiagonal === 0);
      continue;
    }
    if (onDiagonal > 0 && !mayMatch(scan)) {
      scan++;
      continue;
    }
    if (!mayReach(scan, leastWorthTurning())) {
      scan++;
      continue;
    }
    search(scan, false);
    const length = <i32>foundLength;
    if (length <= <i32>margin) {
      scan++;
      continue;
    }
    if (length === onDiagonal) {
      scan += length;
      continue;
    }
    if (length > equalOnDiagonal(length) + <i32>margin) {
      chooseAmongEqual(scan, candidates, here);
      turn(foundAt);
      scan += length;
      continue;
    }
    scan += length >= 32 ? length - 24 : 1;
  }
  if (lastScan < targetLength) turn(0);
  return scan;
}
