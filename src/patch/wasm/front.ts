import { recent, symbols } from './layout';

/** Move-to-front: a byte becomes its rank in the order of last use; runs of rank 0 are counted in bijective base 2 (symbols 0 and 1). */

/** How many byte values occur, and the alphabet of the symbols: two for runs, one rank less than values, the end mark. */
export let alphabetSize: u32 = 0;

/** The list of byte values in use lies past the ranks of the tables. */
const list: usize = recent + 256;
/** One byte per value: whether it occurs. */
export const occurs: usize = recent + 512;

/** Turns the `n` bytes of a column at `column`, or what `ranks` points to in it, into symbols; returns how many. */
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
    for (; zeros > 0; zeros = (zeros - 1) >> 1) {
      store<u16>(to, <u16>((zeros - 1) & 1));
      to += 2;
    }
    let rank: usize = 0;
    let carried = front;
    do {
      rank++;
      const next = load<u8>(list + rank);
      store<u8>(list + rank, carried);
      carried = next;
    } while (carried !== c);
    front = c;
    store<u16>(to, <u16>(rank + 1));
    to += 2;
  }
  for (; zeros > 0; zeros = (zeros - 1) >> 1) {
    store<u16>(to, <u16>((zeros - 1) & 1));
    to += 2;
  }
  store<u16>(to, <u16>(values + 1));
  return <u32>((to + 2 - symbols) >> 1);
}
