import { equalBytes, reach } from './memory';

/**
 * Suffix array by induced sorting (SA-IS). Time and memory grow with the length only, whatever the content: besides the
 * array itself, 4 bytes for each local minimum of the text, and the same again for those of these, and so on: 1 byte and a half for a byte of a
 * program, never more than 4.
 *
 * Terms: suffix i is of type S when it is smaller than suffix i + 1, else of type L; the empty suffix is smaller than all.
 * LMS: a suffix of type S right after one of type L. Sorting these few gives the order of all others.
 */

function textAt<T>(text: usize, i: i32): i32 {
  return <i32>load<T>(text + ((<usize>i) << alignof<T>()));
}

function get(array: usize, i: i32): i32 {
  return load<i32>(array + ((<usize>i) << 2));
}

function set(array: usize, i: i32, value: i32): void {
  store<i32>(array + ((<usize>i) << 2), value);
}

function count<T>(text: usize, n: i32, counts: usize, k: i32): void {
  memory.fill(counts, 0, (<usize>k) << 2);
  for (let i = 0; i < n; i++) {
    const at = counts + ((<usize>textAt<T>(text, i)) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
}

/** Sets `bounds` to where the bucket of each letter begins, or ends. Without room for the counts (0) they are made again. */
function bound<T>(text: usize, n: i32, counts: usize, bounds: usize, k: i32, ends: bool): void {
  let from = counts;
  if (counts === 0) {
    count<T>(text, n, bounds, k);
    from = bounds;
  }
  let sum = 0;
  for (let c = 0; c < k; c++) {
    const size = get(from, c);
    sum += size;
    set(bounds, c, ends ? sum : sum - size);
  }
}

/** Puts suffix j, of type L, at the beginning of its bucket; complemented when its predecessor is of type S. */
function pushLarge<T>(text: usize, sa: usize, bounds: usize, j: i32): void {
  const c = textAt<T>(text, j);
  const slot = get(bounds, c);
  set(bounds, c, slot + 1);
  set(sa, slot, j > 0 && textAt<T>(text, j - 1) < c ? ~j : j);
}

/** Puts suffix j, of type S, at the end of its bucket; complemented when its predecessor is of type L. */
function pushSmall<T>(text: usize, sa: usize, bounds: usize, j: i32): void {
  const c = textAt<T>(text, j);
  const slot = get(bounds, c) - 1;
  set(bounds, c, slot);
  set(sa, slot, j > 0 && textAt<T>(text, j - 1) > c ? ~j : j);
}

/** From LMS suffixes at the ends of their buckets, in any order, to the LMS suffixes sorted by the text up to the next one: the complemented entries. */
function sortStretches<T>(text: usize, sa: usize, n: i32, counts: usize, bounds: usize, k: i32): void {
  bound<T>(text, n, counts, bounds, k, false);
  pushLarge<T>(text, sa, bounds, n - 1);
  for (let i = 0; i < n; i++) {
    const j = get(sa, i);
    if (j > 0) {
      set(sa, i, 0);
      pushLarge<T>(text, sa, bounds, j - 1);
    } else if (j < 0) {
      set(sa, i, ~j);
    }
  }
  bound<T>(text, n, counts, bounds, k, true);
  for (let i = n - 1; i >= 0; i--) {
    const j = get(sa, i);
    if (j > 0) {
      set(sa, i, 0);
      pushSmall<T>(text, sa, bounds, j - 1);
    }
  }
}

/** From sorted LMS suffixes at the ends of their buckets to all suffixes sorted. */
function sortAll<T>(text: usize, sa: usize, n: i32, counts: usize, bounds: usize, k: i32): void {
  bound<T>(text, n, counts, bounds, k, false);
  pushLarge<T>(text, sa, bounds, n - 1);
  for (let i = 0; i < n; i++) {
    const j = get(sa, i);
    set(sa, i, ~j);
    if (j > 0) pushLarge<T>(text, sa, bounds, j - 1);
  }
  bound<T>(text, n, counts, bounds, k, true);
  for (let i = n - 1; i >= 0; i--) {
    const j = get(sa, i);
    if (j > 0) {
      const p = j - 1;
      const c = textAt<T>(text, p);
      const slot = get(bounds, c) - 1;
      set(bounds, c, slot);
      set(sa, slot, p === 0 || textAt<T>(text, p - 1) > c ? ~p : p);
    } else {
      set(sa, i, ~j);
    }
  }
}

/** So many positions are looked at before more memory is asked for: at most every second is LMS. */
const gatheredAtOnce: i32 = 1 << 16;

/**
 * Writes the LMS positions to `list`, the last one first; returns how many there are. What a position is comes from comparing alone, without a
 * branch: in programs and compressed data nobody can foretell it.
 */
function gatherLms<T>(text: usize, n: i32, list: usize): i32 {
  let m = 0;
  let right = textAt<T>(text, n - 1);
  let isSmall: i32 = 0;
  for (let i = n - 2; i >= 0; ) {
    const stop = max(i - gatheredAtOnce, -1);
    reach(list + ((<usize>(m + gatheredAtOnce)) << 2));
    for (; i > stop; i--) {
      const c = textAt<T>(text, i);
      const isLarge = i32(c >= right + isSmall);
      set(list, m, i + 1);
      m += isSmall & isLarge;
      isSmall = 1 - isLarge;
      right = c;
    }
  }
  return m;
}

/** Whether two stretches are equal. 7 bytes behind their ends may be read. */
function same<T>(text: usize, a: i32, b: i32, length: i32): bool {
  if (sizeof<T>() < 4) {
    const bytes = (<u32>length) << (<u32>alignof<T>());
    return equalBytes(text + ((<usize>a) << alignof<T>()), text + ((<usize>b) << alignof<T>()), bytes) === bytes;
  }
  for (let d = 0; d < length; d++) if (textAt<T>(text, a + d) !== textAt<T>(text, b + d)) return false;
  return true;
}

function sort<T>(text: usize, sa: usize, n: i32, k: i32, spare: usize, room: i32, scratch: usize): void {
  if (n < 2) {
    if (n === 1) set(sa, 0, 0);
    return;
  }
  let counts: usize = 0;
  let bounds = scratch;
  if (room >= k) {
    counts = spare;
    count<T>(text, n, counts, k);
    if (room - k >= k) bounds = spare + ((<usize>k) << 2);
  }
  if (bounds === scratch) reach(scratch + ((<usize>k) << 2));

  memory.fill(sa, 0, (<usize>n) << 2);
  bound<T>(text, n, counts, bounds, k, true);
  const list = bounds === scratch ? scratch + ((<usize>k) << 2) : scratch;
  const m = gatherLms<T>(text, n, list);
  const behind = list + ((<usize>m) << 2);
  for (let at = list; at < behind; at += 4) {
    const i = load<i32>(at);
    const c = textAt<T>(text, i);
    const slot = get(bounds, c) - 1;
    set(bounds, c, slot);
    set(sa, slot, i);
  }

  if (m > 1) {
    sortStretches<T>(text, sa, n, counts, bounds, k);
    let to = 0;
    for (let i = 0; i < n; i++) {
      const j = get(sa, i);
      if (j < 0) set(sa, to++, ~j);
    }
    const names = sa + ((<usize>m) << 2);
    memory.fill(names, 0, (<usize>(n - m)) << 2);
    // No two LMS are neighbours, so half the index is theirs alone. The last one's stretch passes the end: equal to none.
    let next = n;
    for (let at = list; at < behind; at += 4) {
      const i = load<i32>(at);
      set(names, i >> 1, next - i + 1);
      next = i;
    }
    let name = 0;
    let before = n;
    let beforeLength = 0;
    for (let i = 0; i < m; i++) {
      const at = get(sa, i);
      const length = get(names, at >> 1);
      if (length !== beforeLength || at + length > n || before + length > n || !same<T>(text, before, at, length))
        name++;
      set(names, at >> 1, name);
      before = at;
      beforeLength = length;
    }
    if (name < m) {
      const reduced = sa + ((<usize>(n - m)) << 2);
      let end = n;
      for (let i = m + (n >> 1) - 1; i >= m; i--) {
        const value = get(sa, i);
        if (value !== 0) set(sa, --end, value - 1);
      }
      const own = n - 2 * m;
      if (own >= room) sort<i32>(reduced, sa, m, name, names, own, behind);
      else sort<i32>(reduced, sa, m, name, spare, room, behind);
      for (let i = 0; i < m; i++) set(sa, i, load<i32>(behind - 4 - ((<usize>get(sa, i)) << 2)));
      if (counts !== 0) count<T>(text, n, counts, k);
    }
    memory.fill(names, 0, (<usize>(n - m)) << 2);
    bound<T>(text, n, counts, bounds, k, true);
    for (let i = m - 1; i >= 0; i--) {
      const j = get(sa, i);
      set(sa, i, 0);
      const c = textAt<T>(text, j);
      const slot = get(bounds, c) - 1;
      set(bounds, c, slot);
      set(sa, slot, j);
    }
  }
  sortAll<T>(text, sa, n, counts, bounds, k);
}

/**
 * Sorts the suffixes of the `n` bytes at `text` into the `n` i32 at `sa`. Memory from `scratch` on is used, and grown.
 */
export function sortSuffixes(text: usize, sa: usize, n: i32, scratch: usize): void {
  sort<u8>(text, sa, n, 256, scratch, 512, scratch + 2048);
}

/** Turns pairs of bytes round, so that they are in order as numbers where they are in order as bytes. 16 bytes at a time: up to 15 behind the end. */
function turnPairs(text: usize, pairs: i32): void {
  const end = text + 2 * <usize>pairs;
  for (let at = text; at < end; at += 16) {
    const eight = v128.load(at);
    v128.store(at, v128.or(i16x8.shl(eight, 8), i16x8.shr_u(eight, 8)));
  }
}

/**
 * Sorts the suffixes that begin at even positions of the `2 x pairs` bytes at `text`: the i32 at `sa` are halves of positions. Half of the numbers and of
 * the passes through the text, for the half of the suffixes that a search can do with. The text is followed by 16 bytes that are there to be changed for a while.
 */
export function sortEvenSuffixes(text: usize, sa: usize, pairs: i32, scratch: usize): void {
  reach(scratch + 4 * 0x20000);
  turnPairs(text, pairs);
  sort<u16>(text, sa, pairs, 0x10000, scratch, 0x20000, scratch + 4 * 0x20000);
  turnPairs(text, pairs);
}
