/** Looks up what is to come of the new image in what lies before. */
import { equalBytes } from './memory';

/** Shorter pieces cost more to tell than to send. */
const shortest: i32 = 12;
const ways: usize = 4;

let fresh: usize = 0;
let size: i32 = 0;
let places: usize = 0;
let bits: u32 = 0;
let downwards: bool = false;

let bestLength: i32 = 0;
let bestFrom: i32 = 0;

/** Takes 4 * 2^bits places of four bytes at `at`, of which none is known. `isDownwards`: later segments are made before earlier ones. */
export function openSelf(freshAt: usize, freshSize: i32, at: usize, placeBits: u32, isDownwards: bool): void {
  fresh = freshAt;
  size = freshSize;
  places = at;
  bits = placeBits;
  downwards = isDownwards;
  memory.fill(places, 255, (4 * ways) << placeBits);
}

/** Where the places of what begins like the bytes at `at` are noted. */
function bucketOf(at: i32): usize {
  const place = fresh + <usize>at;
  const a = load<u32>(place) * 0x9e3779b1;
  const b = load<u32>(place + 4) * 0x85ebca6b;
  const c = load<u32>(place + 8) * 0xc2b2ae35;
  const hash = (a ^ (b >>> 15) ^ c) * 0x27d4eb2f;
  return places + 4 * ways * <usize>(hash >>> (32 - bits));
}

/** Notes the places [from, to). */
export function note(from: i32, to: i32): void {
  const end = min(to, size - shortest + 1);
  for (let at = from; at < end; at++) store<i32>(bucketOf(at) + 4 * <usize>(at & <i32>(ways - 1)), at);
}

/** The longest piece for [at, end) of at least `least` bytes that may be copied when the segment is made; whether there is one. */
function longest(at: i32, end: i32, behind: f64, least: i32): bool {
  const bucket = bucketOf(at);
  bestLength = 0;
  for (let i: usize = 0; i < ways; i++) {
    const from = load<i32>(bucket + 4 * i);
    if (from < 0) continue;
    const most = downwards && <f64>from >= behind ? min(end - at, size - from) : end - at;
    // What is too short costs no more than its least length: the work grows with the image.
    if (most < least || <i32>equalBytes(fresh + <usize>from, fresh + <usize>at, least) < least) continue;
    const more = equalBytes(fresh + <usize>(from + least), fresh + <usize>(at + least), most - least);
    if (least + <i32>more > bestLength) {
      bestLength = least + <i32>more;
      bestFrom = from;
    }
  }
  return bestLength > 0;
}

/**
 * Looks at the places [at, stop) for a piece that ends before `end` and has at least `least` bytes, and notes those where there is none.
 * Returns the place of the first piece, or `stop`; then its length is 0.
 */
export function seek(at: i32, stop: i32, end: i32, behind: f64, least: i32): i32 {
  for (; at < stop; at++) {
    // At the end of a segment there may be no room for it.
    if (end - at >= least && longest(at, end, behind, least)) return at;
    note(at, at + 1);
  }
  bestLength = 0;
  return stop;
}

/** The longest piece for [at, end) of at least `least` bytes, if there is one. */
export function look(at: i32, end: i32, behind: f64, least: i32): void {
  if (end - at < least || !longest(at, end, behind, least)) bestLength = 0;
}

/** The piece that was found last. */
export function foundLength(): i32 {
  return bestLength;
}
export function foundFrom(): i32 {
  return bestFrom;
}
