import { equalBytes } from './memory';

/**
 * Finds the longest piece of the source that begins like the target at a place, in the sorted suffixes. Two tables keep
 * most places from being searched for: one bit for each run of 8 bytes that occurs in the source, by its hash, and where
 * among the suffixes those begin that share their first bits.
 */

/** Matches shorter than this are not looked for. */
const shortest: u32 = 8;

let source: usize = 0;
let sourceLength: u32 = 0;
let target: usize = 0;
let targetLength: u32 = 0;
let suffixes: usize = 0;
let starts: usize = 0;
let startShift: u32 = 0;
let grams: usize = 0;
let gramShift: u32 = 0;

/** Length and place in the source of the match found last. */
export let foundLength: u32 = 0;
export let foundAt: u32 = 0;

function gramAt(address: usize): u32 {
  return <u32>((load<u64>(address) * (((<u64>0x9e3779b9) << 32) | 0x7f4a7c15)) >> gramShift);
}

function headAt(address: usize): u32 {
  return bswap<u32>(load<u32>(address)) >> startShift;
}

/**
 * Makes the tables: 2^startBits + 1 numbers at `startTable`, 2^gramBits bits at `gramTable`. The source is followed by at
 * least 8 zero bytes, and so is the target.
 */
export function prepare(
  from: usize,
  fromLength: u32,
  sorted: usize,
  startTable: usize,
  startBits: u32,
  gramTable: usize,
  gramBits: u32,
): void {
  source = from;
  sourceLength = fromLength;
  suffixes = sorted;
  starts = startTable;
  startShift = 32 - startBits;
  grams = gramTable;
  gramShift = 64 - gramBits;
  memory.fill(grams, 0, ((<usize>1) << gramBits) >> 3);
  memory.fill(starts, 0, (((<usize>1) << startBits) + 1) << 2);
  for (let i: u32 = 0; i < fromLength; i++) {
    const at = starts + ((<usize>headAt(from + i)) << 2) + 4;
    store<u32>(at, load<u32>(at) + 1);
  }
  const last = starts + ((<usize>4) << startBits);
  let sum: u32 = 0;
  for (let at = starts; at <= last; at += 4) {
    sum += load<u32>(at);
    store<u32>(at, sum);
  }
  for (let i: u32 = 0; i + shortest <= fromLength; i++) {
    const gram = gramAt(from + i);
    const at = grams + (gram >> 3);
    store<u8>(at, load<u8>(at) | ((<u8>1) << (<u8>(gram & 7))));
  }
}

/** Sets the text that matches are looked for. */
export function aim(to: usize, toLength: u32): void {
  target = to;
  targetLength = toLength;
}

/** Whether a match of at least 8 bytes may begin at `at`. */
export function mayMatch(at: u32): bool {
  if (at + shortest > targetLength) return false;
  const gram = gramAt(target + at);
  return (load<u8>(grams + (gram >> 3)) & (1 << (gram & 7))) !== 0;
}

/** Whether a match of at least `length` bytes may begin at `at`: the table tells of the runs of 8 bytes at every 8th place of it, and at its end. */
export function mayReach(at: u32, length: u32): bool {
  const last = at + max(length, shortest) - shortest;
  for (let i = at; i < last; i += shortest) if (!mayMatch(i)) return false;
  return mayMatch(last);
}

/** How many bytes are equal from source position `from` and target position `at` on. */
export function equalFrom(from: u32, at: u32): u32 {
  const left = targetLength - at;
  const room = sourceLength - from;
  return equalBytes(source + from, target + at, min(left, room));
}

/** How many of 8 bytes are equal. */
function equalOf8(a: usize, b: usize): u32 {
  const differ = load<u64>(a) ^ load<u64>(b);
  // The top bit of each byte tells whether any bit of it is set.
  const low: u64 = (u64.MAX_VALUE / 255) * 127;
  return 8 - <u32>popcnt((((differ & low) + low) | differ) & ~low);
}

/** How many of the 32 bytes before and the 32 after a match are equal; none is counted past an end by less than 32. */
function surroundings(from: u32, at: u32, length: u32): u32 {
  let equal: u32 = 0;
  if (from >= 32 && at >= 32) {
    for (let i: u32 = 8; i <= 32; i += 8) equal += equalOf8(source + from - i, target + at - i);
  }
  const next = from + length;
  const after = at + length;
  if (next + 32 <= sourceLength && after + 32 <= targetLength) {
    for (let i: u32 = 0; i < 32; i += 8) equal += equalOf8(source + next + i, target + after + i);
  }
  return equal;
}

/** Where the match found last lies among the suffixes. */
let foundIndex: u32 = 0;

/** Sets foundLength and foundAt to the longest match at `at`. */
export function search(at: u32): void {
  const text = target + at;
  const left = targetLength - at;
  const head = starts + ((<usize>headAt(text)) << 2);
  let low = load<u32>(head);
  let high = load<u32>(head + 4);
  let sameLow: u32 = 0;
  let sameHigh: u32 = 0;
  let best: u32 = 0;
  let bestIndex: u32 = low;
  while (low < high) {
    const middle = low + ((high - low) >> 1);
    const from = load<u32>(suffixes + ((<usize>middle) << 2));
    const skip = min(sameLow, sameHigh);
    const room = sourceLength - from;
    const limit = min(room, left);
    const same = skip + equalBytes(source + from + skip, text + skip, limit - skip);
    if (same > best) {
      best = same;
      bestIndex = middle;
    }
    if (same < left && (same === room || load<u8>(source + from + same) < load<u8>(text + same))) {
      low = middle + 1;
      sameLow = same;
    } else {
      high = middle;
      sameHigh = same;
    }
  }
  foundLength = best;
  if (best < shortest) return;
  foundAt = load<u32>(suffixes + ((<usize>bestIndex) << 2));
  foundIndex = bestIndex;
}

/**
 * Of several matches as long as the one that search() has just found, at most `candidates` to each side in the order of
 * suffixes, takes the one with the most equal bytes around it, `expected` before all others.
 */
export function chooseAmongEqual(at: u32, candidates: u32, expected: u32): void {
  const text = target + at;
  const head = starts + ((<usize>headAt(text)) << 2);
  const best = foundLength;
  const bestIndex = foundIndex;
  let most: u32 = surroundings(foundAt, at, best);
  const first = load<u32>(head);
  const end = load<u32>(head + 4);
  let tried: u32 = 0;
  for (let index = bestIndex; index > first && tried < candidates; tried++) {
    index--;
    const from = load<u32>(suffixes + ((<usize>index) << 2));
    if (from + best > sourceLength || equalBytes(source + from, text, best) < best) break;
    const equal = surroundings(from, at, best);
    if (equal > most || (equal === most && distance(from, expected) < distance(foundAt, expected))) {
      most = equal;
      foundAt = from;
    }
  }
  tried = 0;
  for (let index = bestIndex + 1; index < end && tried < candidates; index++, tried++) {
    const from = load<u32>(suffixes + ((<usize>index) << 2));
    if (from + best > sourceLength || equalBytes(source + from, text, best) < best) break;
    const equal = surroundings(from, at, best);
    if (equal > most || (equal === most && distance(from, expected) < distance(foundAt, expected))) {
      most = equal;
      foundAt = from;
    }
  }
}

function distance(a: u32, b: u32): u32 {
  return a < b ? b - a : a - b;
}
