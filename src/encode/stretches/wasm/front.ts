import { recent, symbols } from './layout';

/** Move-to-front: a byte becomes its rank in the order of last use; runs of rank 0 are counted in bijective base 2 (symbols 0 and 1). */

/** How many byte values occur, and the alphabet of the symbols: two for runs, one rank less than values, the end mark. */
export let alphabetSize: u32 = 0;

/** The list of byte values in use lies past the ranks of the tables; values that are not in use may follow. */
const list: usize = recent + 256;
/** One byte per value: whether it occurs. */
export const occurs: usize = recent + 512;

/** The list is held in words of 8 bytes, the front in the lowest byte of the first. */
const ones: u64 = u64.MAX_VALUE / 255;

/** Moves the byte to the front; returns its rank, which is not 0. */
function toFront(c: u64): u32 {
  let carried = c;
  for (let at: usize = list; ; at += 8) {
    const word = load<u64>(at);
    const differ = word ^ (c * ones);
    // The lowest byte that is 0 in `differ` has the lowest bit set here.
    const hit = (differ - ones) & ~differ & (ones << 7);
    if (hit === 0) {
      store<u64>(at, (word << 8) | carried);
      carried = word >> 56;
      continue;
    }
    // Up to the byte itself all move by one; what is behind stays.
    const within: u64 = ctz(hit) >> 3;
    const moved: u64 = within === 7 ? ~(<u64>0) : ((<u64>1) << ((within + 1) << 3)) - 1;
    store<u64>(at, (((word << 8) | carried) & moved) | (word & ~moved));
    return <u32>(at - list) + <u32>within;
  }
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

/** Turns the `n` bytes of a column, or what the `n` numbers at `ranks` (0: none) point to in it, into symbols; returns how many. */
export function moveToFront(column: usize, ranks: usize, n: u32): u32 {
  memory.fill(occurs, 0, 256);
  if (ranks === 0) for (let i: u32 = 0; i < n; i++) store<u8>(occurs + load<u8>(column + i), 1);
  else for (let i: u32 = 0; i < n; i++) store<u8>(occurs + load<u8>(column + load<u32>(ranks + ((<usize>i) << 2))), 1);
  let values: u32 = 0;
  for (let c: u32 = 0; c < 256; c++) if (load<u8>(occurs + c) !== 0) store<u8>(list + values++, <u8>c);
  alphabetSize = values + 2;

  let to = symbols;
  let zeros: u32 = 0;
  let front = load<u8>(list);
  for (let i: u32 = 0; i < n; i++) {
    const c = load<u8>(column + (ranks === 0 ? i : load<u32>(ranks + ((<usize>i) << 2))));
    if (c === front) {
      zeros++;
      continue;
    }
    if (zeros > 0) {
      to = putRun(to, zeros);
      zeros = 0;
    }
    front = c;
    store<u16>(to, <u16>(toFront(c) + 1));
    to += 2;
  }
  to = putRun(to, zeros);
  store<u16>(to, <u16>(values + 1));
  return <u32>((to + 2 - symbols) >> 1);
}
