import { fills, heads3, heads4, heads8, links3, links4, links8, places } from './layout';

/**
 * Finds just the match that classic zlib finds, in less time. zlib goes back through all earlier places with the same hash of
 * 3 bytes, the nearest first, at most `longestChain` of them, and takes the first that is longer than all before. Most of them
 * are not: so once 3 bytes are found, only those places are visited that have the same hash of 4, or of 8 bytes, and each
 * place's ordinal in its bucket of 3 bytes tells whether zlib would still have come so far.
 *
 * Positions count from the start of the input. What lies at `base` + position must be in memory for all that may be visited.
 */

const mask: u32 = 32767;

/** Where position 0 would lie. It may be below 0: addresses wrap. */
export let base: usize = 0;
/** Length of the whole input. */
export let total: u32 = 0;
/** zlib's window begins here: this position itself and what is before it is never matched. */
export let origin: u32 = 0;
/** The match found last, where one was found. */
export let matchStart: u32 = 0;

let hashShift: u32 = 0;
let hashMask: u32 = 0;
let maxDistance: u32 = 0;
let goodLength: u32 = 0;
let niceLength: u32 = 0;
let longestChain: u32 = 0;

/** Sets all up for an input of `size` bytes. */
export function openMatches(size: u32, memLevel: u32, windowSize: u32, good: u32, nice: u32, chain: u32): void {
  const hashBits = memLevel + 7;
  hashShift = (hashBits + 2) / 3;
  hashMask = (1 << hashBits) - 1;
  maxDistance = windowSize - 262;
  goodLength = good;
  niceLength = nice;
  longestChain = chain;
  total = size;
  origin = 0;
  matchStart = 0;
  memory.fill(heads3, 0, 4 << hashBits);
}

/** Empties the tables of 4 and 8 bytes. */
export function openLongChains(): void {
  memory.fill(heads4, 0, fills - heads4);
  memory.fill(fills, 0, 2 * 65536);
}

export function setBase(address: usize): void {
  base = address;
}
export function setOrigin(position: u32): void {
  origin = position;
}

function bucketOf(at: usize): u32 {
  const first = (<u32>load<u8>(at)) << (hashShift << 1);
  return (first ^ ((<u32>load<u8>(at, 1)) << hashShift) ^ <u32>load<u8>(at, 2)) & hashMask;
}

/** Puts a position into a table; returns who was there, 0 for nobody. */
function link(heads: usize, bucket: u32, links: usize, position: u32): u32 {
  const head = heads + ((<usize>bucket) << 2);
  const before = load<u32>(head);
  store<u32>(head, position);
  const back = position - before;
  store<u16>(links + ((<usize>(position & mask)) << 1), back > mask ? 0 : <u16>back);
  return before;
}

/** Makes a position known to plain search; returns the one before in its bucket, 0 for none. */
export function insertPlain(position: u32): u32 {
  return link(heads3, bucketOf(base + position), links3, position);
}

/** Makes a position known to search in long chains too. */
export function insert(position: u32): u32 {
  const at = base + position;
  const bucket = bucketOf(at);
  const fill = fills + ((<usize>bucket) << 1);
  const ordinal = <u32>load<u16>(fill) + 1;
  store<u16>(fill, <u16>ordinal);
  store<u32>(places + ((<usize>(position & mask)) << 2), (bucket << 16) | (ordinal & 0xffff));
  const eight = load<u64>(at);
  link(heads4, (<u32>eight * 0x9e3779b1) >> 16, links4, position);
  link(heads8, <u32>((eight * (((<u64>0x9e3779b9) << 32) | 0x7f4a7c15)) >> 48), links8, position);
  return link(heads3, bucket, links3, position);
}

/** Whether zlib would look at the place that was in the bucket before. */
export function isNear(before: u32, position: u32): bool {
  return before > origin && position - before <= maxDistance;
}

function equalBytes(a: usize, b: usize, limit: u32): u32 {
  let at: u32 = 0;
  do {
    const differ = load<u64>(a + at) ^ load<u64>(b + at);
    if (differ !== 0) return min(at + (<u32>ctz(differ) >> 3), limit);
    at += 8;
  } while (at < limit);
  return limit;
}

/** What lies before a place in a table, 0 where that is too far. */
function linkOf(links: usize, position: u32): u32 {
  const back = <u32>load<u16>(links + ((<usize>(position & mask)) << 1));
  return back === 0 ? 0 : position - back;
}

/** The oldest place that zlib does not visit any more, but for the first of all. */
function floorOf(position: u32): u32 {
  return position - origin > maxDistance ? position - maxDistance : origin;
}

/**
 * The length of the longest match at `position` if longer than `least` (2 or more), which begins at matchStart; else `least`.
 * `first` is the place before in the bucket, and near.
 */
export function searchPlain(position: u32, first: u32, least: u32): u32 {
  const at = base + position;
  const longest = min<u32>(258, total - position);
  const enough = min(niceLength, longest);
  const floor = floorOf(position);
  let left = least >= goodLength ? longestChain >> 2 : longestChain;
  let best = least;
  let place = first;
  const start = <u32>load<u16>(at);
  let tail = <u32>load<u16>(at + best - 1);
  do {
    const other = base + place;
    if (<u32>load<u16>(other + best - 1) === tail && <u32>load<u16>(other) === start) {
      const length = equalBytes(other, at, longest);
      if (length > best) {
        matchStart = place;
        best = length;
        if (length >= enough) break;
        tail = <u32>load<u16>(at + best - 1);
      }
    }
    place = linkOf(links3, place);
  } while (place > floor && --left !== 0);
  return min(best, longest);
}

/** The same as searchPlain(), for positions that insert() has made known. */
export function search(position: u32, first: u32, least: u32): u32 {
  const longest = min<u32>(258, total - position);
  if (longest < 16 || position - first === maxDistance) return searchPlain(position, first, least);
  const at = base + position;
  const enough = min(niceLength, longest);
  const floor = floorOf(position);
  const chain = least >= goodLength ? longestChain >> 2 : longestChain;
  let best = least;
  // Older than this are to be visited.
  let place = position;
  if (best < 3) {
    const start = load<u32>(at) & 0xffffff;
    let left = chain;
    for (place = first; (load<u32>(base + place) & 0xffffff) !== start; ) {
      place = linkOf(links3, place);
      if (place <= floor || --left === 0) return best;
    }
    matchStart = place;
    best = equalBytes(base + place, at, longest);
    if (best >= enough) return best;
  }
  const mine = load<u32>(places + ((<usize>(position & mask)) << 2));
  let length: u32 = place === position ? 258 : best;
  // Places of other buckets say nothing of how far zlib would have come: of too many, its own way is the shorter.
  let spare = chain;
  do {
    const isLong = best >= 7;
    const links = isLong ? links8 : links4;
    // A match too short for this chain is not in it: begin anew, and skip to what is older.
    const shortest: u32 = isLong ? 8 : 4;
    let next = linkOf(links, length < shortest ? position : place);
    if (place !== position) {
      for (; next >= place; next = linkOf(links, next)) if (--spare === 0) return searchPlain(position, first, least);
    }
    let tail = load<u32>(at + best - 3);
    while (next > floor) {
      const theirs = load<u32>(places + ((<usize>(next & mask)) << 2));
      if ((theirs ^ mine) < 65536) {
        if (((mine - theirs) & 0xffff) > chain) return best;
        if (load<u32>(base + next + best - 3) === tail) {
          length = equalBytes(base + next, at, longest);
          if (length > best) {
            best = length;
            matchStart = next;
            if (best >= enough) return best;
            if (!isLong && best >= 7) break;
            tail = load<u32>(at + best - 3);
          }
        }
      } else if (--spare === 0) {
        return searchPlain(position, first, least);
      }
      next = linkOf(links, next);
    }
    place = next;
  } while (place > floor);
  return best;
}
