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
/** 1 where only the suffixes at even positions are sorted: the numbers are halves of positions then. */
let sparse: u32 = 0;
/** What is sorted: the source, and a byte 0 behind it where that makes its length even. */
let sortedLength: u32 = 0;

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
 * least 8 zero bytes, and so is the target. `onlyEven` is 1 where the suffixes at even positions alone are sorted, else 0.
 */
export function prepare(
  from: usize,
  fromLength: u32,
  sorted: usize,
  startTable: usize,
  startBits: u32,
  gramTable: usize,
  gramBits: u32,
  onlyEven: u32,
): void {
  source = from;
  sourceLength = fromLength;
  suffixes = sorted;
  starts = startTable;
  startShift = 32 - startBits;
  grams = gramTable;
  gramShift = 64 - gramBits;
  sparse = onlyEven;
  sortedLength = (fromLength + onlyEven) & ~onlyEven;
  lastAt = u32.MAX_VALUE;
  memory.fill(grams, 0, ((<usize>1) << gramBits) >> 3);
  memory.fill(starts, 0, (((<usize>1) << startBits) + 1) << 2);
  for (let i: u32 = 0; i < sortedLength; i += 1 + onlyEven) {
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
  lastAt = u32.MAX_VALUE;
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

/** Length and place among the suffixes of the longest one that begins like the target at `lastAt`; of two places searched in a row, the second is often the next first. */
let lastAt: u32 = u32.MAX_VALUE;
let lastLength: u32 = 0;
let lastIndex: u32 = 0;

/** Finds the suffix that has the most in common with the target at `at`. */
function searchSuffixes(at: u32): void {
  if (at === lastAt) return;
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
    const from = load<u32>(suffixes + ((<usize>middle) << 2)) << sparse;
    const skip = min(sameLow, sameHigh);
    const room = sortedLength - from;
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
  // In place of the first that was met, the one that the search ended at: what follows in it is nearest to what follows in the target.
  if (sparse !== 0 && best > 0) bestIndex = sameHigh >= best ? high : low - 1;
  lastAt = at;
  lastLength = best;
  lastIndex = bestIndex;
}

/** Of the match found last: where among the suffixes it begins, and how much the two have in common. */
let evenIndex: u32 = 0;
let evenSame: u32 = 0;
/** The same for matches that begin at odd positions where only even ones are sorted: where among the suffixes their second bytes begin. */
let oddIndex: u32 = 0;
let oddSame: u32 = 0;
/** Whether their first bytes are equal too. */
let isFirstSame: bool = true;

/** So many suffixes to each side are looked at for one that has the right byte before it. */
const lookedAt: u32 = 8;

function suffixAt(index: u32): u32 {
  return load<u32>(suffixes + ((<usize>index) << 2)) << sparse;
}

/** Whether the byte before a suffix is that before the target's place. */
function isSameBefore(suffix: u32, at: u32): bool {
  return suffix > 0 && load<u8>(source + suffix - 1) === load<u8>(target + at - 1);
}

/** Whether a suffix has so many bytes in common with the target at `at`. */
function isAsLong(suffix: u32, at: u32, length: u32): bool {
  return suffix + length <= sortedLength && equalBytes(source + suffix, target + at, length) === length;
}

/** Of the suffixes with the most in common with the target at `at`, one that has the byte before it too; u32.MAX_VALUE for none. */
function withByteBefore(at: u32): u32 {
  if (isSameBefore(suffixAt(lastIndex), at)) return lastIndex;
  const head = starts + ((<usize>headAt(target + at)) << 2);
  const first = load<u32>(head);
  const end = load<u32>(head + 4);
  for (let tried: u32 = 1; tried <= lookedAt && lastIndex >= first + tried; tried++) {
    const suffix = suffixAt(lastIndex - tried);
    if (!isAsLong(suffix, at, lastLength)) break;
    if (isSameBefore(suffix, at)) return lastIndex - tried;
  }
  for (let tried: u32 = 1; tried <= lookedAt && lastIndex + tried < end; tried++) {
    const suffix = suffixAt(lastIndex + tried);
    if (!isAsLong(suffix, at, lastLength)) break;
    if (isSameBefore(suffix, at)) return lastIndex + tried;
  }
  return u32.MAX_VALUE;
}

/**
 * Sets foundLength and foundAt to the longest match at `at`. Where only even positions are sorted, one that begins at an odd position is found by what
 * follows its first byte; where `loose`, that byte may differ, if what follows is longer than anything that begins at `at`.
 */
export function search(at: u32, loose: bool): void {
  searchSuffixes(at);
  foundLength = lastLength;
  evenIndex = lastIndex;
  evenSame = lastLength;
  oddSame = 0;
  if (sparse !== 0 && at + 1 < targetLength) {
    searchSuffixes(at + 1);
    if (lastLength + 1 >= foundLength && lastLength + 1 >= shortest) {
      oddIndex = withByteBefore(at + 1);
      isFirstSame = oddIndex !== u32.MAX_VALUE;
      if (!isFirstSame) oddIndex = lastIndex;
      if (isFirstSame || (loose && lastLength > foundLength + 1)) {
        oddSame = lastLength;
        foundLength = lastLength + 1;
      }
    }
  }
  if (foundLength < shortest) return;
  foundAt = foundLength === evenSame ? suffixAt(evenIndex) : max(suffixAt(oddIndex), 1) - 1;
  foundLength = min(foundLength, sourceLength - foundAt);
}

/** How many bytes around the match are equal. */
let most: u32 = 0;

/** Takes the match that begins at `from` in place of the one at foundAt, where that is better. */
function prefer(from: u32, at: u32, expected: u32): void {
  if (from + foundLength > sourceLength) return;
  const equal = surroundings(from, at, foundLength);
  if (equal > most || (equal === most && distance(from, expected) < distance(foundAt, expected))) {
    most = equal;
    foundAt = from;
  }
}

/** Weighs the match by a suffix that begins `before` bytes behind it; false where it is shorter. */
function tryAt(index: u32, same: u32, before: u32, at: u32, expected: u32): bool {
  const suffix = suffixAt(index);
  if (!isAsLong(suffix, at + before, same)) return false;
  if (before === 0 || (isFirstSame ? isSameBefore(suffix, at + 1) : suffix > 0)) prefer(suffix - before, at, expected);
  return true;
}

/** Weighs the matches by the neighbours of a suffix, and by itself. */
function weighNeighbours(index: u32, same: u32, before: u32, at: u32, candidates: u32, expected: u32): void {
  const head = starts + ((<usize>headAt(target + at + before)) << 2);
  const first = load<u32>(head);
  const end = load<u32>(head + 4);
  tryAt(index, same, before, at, expected);
  for (let tried: u32 = 1; tried <= candidates && index >= first + tried; tried++)
    if (!tryAt(index - tried, same, before, at, expected)) break;
  for (let tried: u32 = 1; tried <= candidates && index + tried < end; tried++)
    if (!tryAt(index + tried, same, before, at, expected)) break;
}

/**
 * Of several matches as long as the one that search() has just found, at most `candidates` to each side in the order of
 * suffixes, takes the one with the most equal bytes around it, `expected` before all others.
 */
export function chooseAmongEqual(at: u32, candidates: u32, expected: u32): void {
  const length = foundLength;
  most = surroundings(foundAt, at, length);
  if (evenSame >= length) weighNeighbours(evenIndex, evenSame, 0, at, candidates, expected);
  if (oddSame > 0 && oddSame + 1 >= length) weighNeighbours(oddIndex, oddSame, 1, at, candidates, expected);
}

function distance(a: u32, b: u32): u32 {
  return a < b ? b - a : a - b;
}
