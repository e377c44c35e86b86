import { recent, symbols } from './layout';

/** Move-to-front: a byte becomes its rank in the order of last use; runs of rank 0 are counted in bijective base 2 (symbols 0 and 1). */

/** How many byte values occur, and the alphabet of the symbols: two for runs, one rank less than values, the end mark. */
export let alphabetSize: u32 = 0;

/** The list of byte values in use lies past the ranks of the tables; values that are not in use may follow. */
const list: usize = recent + 256;
/** One byte per value: whether it occurs. */
export const occurs: usize = recent + 512;
/** For each rank below 16, where each of 16 values comes from when the one of that rank moves to the front. */
const moves: usize = recent + 768;

/** Makes the table of moves. */
export function makeMoves(): void {
  for (let rank: u32 = 0; rank < 16; rank++) {
    for (let i: u32 = 0; i < 16; i++) {
      store<u8>(moves + (rank << 4) + i, <u8>(i === 0 ? rank : i <= rank ? i - 1 : i));
    }
  }
}

let farRank: u32 = 0;

/** Moves a byte that is not among the first 16 to the front; sets farRank. The first 16 are given, and given back. */
function toFrontFromBehind(first: v128, wanted: v128): v128 {
  let carried = i8x16.extract_lane_u(first, 15);
  let hit = 0;
  let at: usize = list;
  while (hit === 0) {
    at += 16;
    const part = v128.load(at);
    hit = i8x16.bitmask(i8x16.eq(part, wanted));
    const within: u32 = hit === 0 ? 15 : ctz(hit);
    farRank = <u32>(at - list) + within;
    v128.store(at, i8x16.replace_lane(v128.swizzle(part, v128.load(moves + (within << 4))), 0, carried));
    carried = i8x16.extract_lane_u(part, 15);
  }
  const moved = v128.swizzle(first, v128.load(moves, 15 << 4));
  return i8x16.replace_lane(moved, 0, i8x16.extract_lane_u(wanted, 0));
}

/** Writes a run of so many front bytes; returns where the next symbol goes. */
function putRun(at: usize, length: u32): usize {
  let to = at;
  for (let left = length; left > 0; left = (left - 1) >> 1) {
    store<u16>(to, <u16>((left - 1) & 1));
    to += 2;
  }
  return to;
}

/** Turns the `n` bytes of a column into symbols; returns how many. */
export function moveToFront(column: usize, n: u32): u32 {
  memory.fill(occurs, 0, 256);
  for (let i: u32 = 0; i < n; i++) store<u8>(occurs + load<u8>(column + i), 1);
  let values: u32 = 0;
  for (let c: u32 = 0; c < 256; c++) if (load<u8>(occurs + c) !== 0) store<u8>(list + values++, <u8>c);
  alphabetSize = values + 2;

  let to = symbols;
  let zeros: u32 = 0;
  let first = v128.load(list);
  let front = load<u8>(list);
  for (let i: u32 = 0; i < n; i++) {
    const c = load<u8>(column + i);
    if (c === front) {
      zeros++;
      continue;
    }
    if (zeros > 0) {
      to = putRun(to, zeros);
      zeros = 0;
    }
    front = c;
    const wanted = i8x16.splat(c);
    const hit = i8x16.bitmask(i8x16.eq(first, wanted));
    let rank: u32;
    if (hit !== 0) {
      rank = ctz(hit);
      first = v128.swizzle(first, v128.load(moves + (rank << 4)));
    } else {
      first = toFrontFromBehind(first, wanted);
      rank = farRank;
    }
    store<u16>(to, <u16>(rank + 1));
    to += 2;
  }
  to = putRun(to, zeros);
  store<u16>(to, <u16>(values + 1));
  return <u32>((to + 2 - symbols) >> 1);
}
