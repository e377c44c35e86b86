/** Looks up what is to come of the new image in what lies before. */
import { equalBytes } from './memory';

export const ways: usize = 4;

const longPiece: i32 = 64;
/** Multiplied by it, bytes that differ a little differ in the highest bits. */
const spread: u64 = ((<u64>0x9e3779b1) << 32) | 0x85ebca87;

export let fresh: usize = 0;
export let size: i32 = 0;
let places: usize = 0;
let bits: u32 = 0;
export let isDownwards: bool = false;

let bestLength: i32 = 0;
let bestFrom: i32 = 0;
let bestGain: f64 = 0;

/** Pieces are looked up by so many of their first bytes. */
const shortest: i32 = 8;

/** Bits that a byte is expected to take when it is sent, and a piece beside those of its distance. */
const literalBits: f64 = 5;
const pieceBits: f64 = 14;

/** Takes 4 * 2^bits places of four bytes at `at`, of which none is known. `downwards`: later segments are made before earlier ones. */
export function openSelf(freshAt: usize, freshSize: i32, at: usize, placeBits: u32, downwards: bool): void {
  fresh = freshAt;
  size = freshSize;
  places = at;
  bits = placeBits;
  isDownwards = downwards;
  memory.fill(places, 255, (4 * ways) << placeBits);
}

/** Where the places of what begins like the bytes at `at` are noted. */
export function bucketOf(at: i32): usize {
  const place = fresh + <usize>at;
  const hash = <u32>((load<u64>(place) * spread) >>> 32);
  return places + 4 * ways * <usize>(hash >>> (32 - bits));
}

/** Notes the places [from, to). */
export function note(from: i32, to: i32): void {
  const end = min(to, size - shortest + 1);
  for (let at = from; at < end; at++) store<i32>(bucketOf(at) + 4 * <usize>(at & <i32>(ways - 1)), at);
}

/** The piece for [at, end) of at least `least` bytes that saves most and may be copied when the segment is made; whether there is one. */
function longest(at: i32, stop: i32, end: i32, behind: f64, least: i32): bool {
  const bucket = bucketOf(at);
  bestLength = 0;
  bestGain = 0;
  for (let i: usize = 0; i < ways; i++) {
    const from = load<i32>(bucket + 4 * i);
    if (from < 0) continue;
    const most = isDownwards && <f64>from >= behind ? min(end - at, size - from) : end - at;
    // What is too short costs no more than its least length: the work grows with the image.
    if (most < least || <i32>equalBytes(fresh + <usize>from, fresh + <usize>at, least) < least) continue;
    const more = equalBytes(fresh + <usize>(from + least), fresh + <usize>(at + least), most - least);
    const length = least + <i32>more;
    const far = <u32>max(1, from < at ? at - from : from - <i32>behind);
    // Much of what lies behind `stop` would be copied without it.
    const sent = min(length, stop - at);
    const gain = literalBits * (<f64>sent + 0.25 * <f64>(length - sent)) - pieceBits - <f64>(31 - clz(far));
    if (gain > bestGain) {
      bestGain = gain;
      bestLength = length;
      bestFrom = from;
    }
  }
  return bestLength > 0;
}

/**
 * Looks at the places [at, until) for a piece that ends before `end`, and notes those where there is none. The bytes up to `stop` would
 * be sent without it. Returns the place of the first piece, or `until`; then its length is 0.
 */
export function seek(at: i32, until: i32, stop: i32, end: i32, behind: f64): i32 {
  const least = shortest;
  for (; at < until; at++) {
    // At the end of a segment there may be no room for it.
    if (end - at < least || !longest(at, stop, end, behind, least)) {
      note(at, at + 1);
      continue;
    }
    // A piece that begins one byte later may save more. To ask that of long ones would cost more than the image's length.
    if (bestLength >= longPiece) return at;
    const length = bestLength;
    const from = bestFrom;
    const gain = bestGain;
    note(at, at + 1);
    if (
      at + 1 < until &&
      end - at - 1 >= least &&
      longest(at + 1, stop, end, behind, least) &&
      bestGain > gain + literalBits
    )
      continue;
    bestLength = length;
    bestFrom = from;
    return at;
  }
  bestLength = 0;
  return until;
}

/** The longest piece for [at, end) of at least `least` bytes, if there is one. */
export function look(at: i32, end: i32, behind: f64, least: i32): void {
  if (end - at < least || !longest(at, end, end, behind, least)) bestLength = 0;
}

/** The piece that was found last. */
export function foundLength(): i32 {
  return bestLength;
}
export function foundFrom(): i32 {
  return bestFrom;
}
