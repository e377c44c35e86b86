import { put } from './bits';
import { bestLengths, bestSelectors, codes, counts, lengths, packed, recent, selectors, symbols, tree } from './layout';

/** Huffman tables for a block: the format has 2 to 6 of them, and each group of 50 symbols names the one that codes it. */

const groupSize: u32 = 50;
const most: u32 = 258;
const longestCode: u32 = 17;

/** The symbols of the block at hand. */
let symbolCount: u32 = 0;
let alphabet: u32 = 0;
let groups: u32 = 0;

function countAt(table: u32, symbol: u32): usize {
  return counts + ((<usize>table * most + symbol) << 2);
}

function lengthAt(table: u32, symbol: u32): usize {
  return lengths + <usize>table * most + symbol;
}

/** Names the block: `n` symbols below `size` at `symbols`. */
export function openSymbols(n: u32, size: u32): void {
  symbolCount = n;
  alphabet = size;
  groups = (n + groupSize - 1) / groupSize;
}

/** First guess: each table is cheap for one band of symbols, all bands about equally frequent. */
function startInBands(tables: u32): void {
  memory.fill(counts, 0, (<usize>most) << 2);
  for (let i: u32 = 0; i < symbolCount; i++) {
    const at = countAt(0, load<u16>(symbols + ((<usize>i) << 1)));
    store<u32>(at, load<u32>(at) + 1);
  }
  let from: u32 = 0;
  let left = symbolCount;
  for (let t: u32 = 0; t < tables; t++) {
    const aim = left / (tables - t);
    let sum: u32 = 0;
    let to = from;
    while (to < alphabet && (sum < aim || to === from)) sum += load<u32>(countAt(0, to++));
    // An odd middle table gives its last symbol back when that is nearer to the aim.
    if (to > from + 1 && t !== 0 && t !== tables - 1 && ((tables - t) & 1) === 1) sum -= load<u32>(countAt(0, --to));
    for (let s: u32 = 0; s < alphabet; s++) store<u8>(lengthAt(t, s), s >= from && s < to ? 0 : 15);
    left -= sum;
    from = to;
  }
}

function pack(tables: u32): void {
  for (let s: u32 = 0; s < alphabet; s++) {
    let low: u64 = 0;
    let high: u64 = 0;
    for (let t: u32 = 0; t < tables; t++) {
      const length = <u64>load<u8>(lengthAt(t, s));
      if (t < 4) low |= length << (16 * t);
      else high |= length << (16 * (t - 4));
    }
    store<u64>(packed + ((<usize>s) << 4), low);
    store<u64>(packed + ((<usize>s) << 4), high, 8);
  }
}

function resetRecent(tables: u32): void {
  for (let t: u32 = 0; t < tables; t++) store<u8>(recent + t, <u8>t);
}

/** Rank of a table in the order of last use; it moves to the front. */
function rankOf(table: u32): u32 {
  let rank: u32 = 0;
  let carried = load<u8>(recent);
  while (<u32>carried !== table) {
    rank++;
    const next = load<u8>(recent + rank);
    store<u8>(recent + rank, carried);
    carried = next;
  }
  store<u8>(recent, <u8>table);
  return rank;
}

/** Gives each group its cheapest table, the cost of naming it included; counts what each table codes. Returns the bits of naming. */
function assign(tables: u32): u32 {
  memory.fill(counts, 0, (<usize>(most * tables)) << 2);
  resetRecent(tables);
  let naming: u32 = 0;
  let at = symbols;
  const end = symbols + ((<usize>symbolCount) << 1);
  for (let g: u32 = 0; g < groups; g++) {
    const stop = min(at + ((<usize>groupSize) << 1), end);
    let sums = i64x2.splat(0);
    for (let p = at; p < stop; p += 2) sums = i16x8.add(sums, v128.load(packed + ((<usize>load<u16>(p)) << 4)));
    v128.store(groupCosts, sums);
    let best: u32 = 0;
    let bestCost: u32 = u32.MAX_VALUE;
    for (let rank: u32 = 0; rank < tables; rank++) {
      const t = <u32>load<u8>(recent + rank);
      const cost = <u32>load<u16>(groupCosts + ((<usize>t) << 1)) + rank + 1;
      if (cost < bestCost) {
        bestCost = cost;
        best = t;
      }
    }
    naming += rankOf(best) + 1;
    store<u8>(selectors + g, <u8>best);
    const row = countAt(best, 0);
    for (let p = at; p < stop; p += 2) {
      const cell = row + ((<usize>load<u16>(p)) << 2);
      store<u32>(cell, load<u32>(cell) + 1);
    }
    at = stop;
  }
  return naming;
}

/**
 * Tree room: symbols sorted by weight (2 bytes each), weights and parents of all nodes (4 bytes each), keys to sort by, twice (4
 * bytes each), places of the sort (4 bytes each).
 */
const sorted: usize = tree;
const weights: usize = tree + 1024;
const parents: usize = tree + 1024 + 4096;
const keys: usize = tree + 1024 + 8192;
const otherKeys: usize = keys + 2048;
const places: usize = otherKeys + 2048;
/** The costs of a group by each table, 2 bytes each. */
const groupCosts: usize = places + 1024;

const digitBits: u32 = 7;

/** Sorts the symbols by weight, among equals the last first; the weights are below 2^23. */
function sortByWeight(highest: u32): void {
  let from = keys;
  let to = otherKeys;
  for (let shift: u32 = 9; highest >> (shift - 9) !== 0; shift += digitBits) {
    memory.fill(places, 0, 4 << digitBits);
    for (let k: u32 = 0; k < alphabet; k++) {
      const digit = (load<u32>(from + ((<usize>k) << 2)) >> shift) & ((1 << digitBits) - 1);
      const cell = places + ((<usize>digit) << 2);
      store<u32>(cell, load<u32>(cell) + 1);
    }
    let sum: u32 = 0;
    for (let digit: usize = 0; digit < (<usize>1) << digitBits; digit++) {
      const size = load<u32>(places + (digit << 2));
      store<u32>(places + (digit << 2), sum);
      sum += size;
    }
    for (let k: u32 = 0; k < alphabet; k++) {
      const key = load<u32>(from + ((<usize>k) << 2));
      const cell = places + ((<usize>((key >> shift) & ((1 << digitBits) - 1))) << 2);
      const place = load<u32>(cell);
      store<u32>(cell, place + 1);
      store<u32>(to + ((<usize>place) << 2), key);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  for (let k: u32 = 0; k < alphabet; k++) {
    const key = load<u32>(from + ((<usize>k) << 2));
    store<u16>(sorted + ((<usize>k) << 1), <u16>(alphabet - 1 - (key & 511)));
  }
}

/** Sets the code lengths of a table from its counts; a symbol that does not occur weighs 1, one that does `scale` a piece. */
function build(table: u32, scale: u32): void {
  for (let flat: u32 = 0; ; flat = flat * 2 + 1) {
    let highest: u32 = 0;
    for (let k: u32 = 0; k < alphabet; k++) {
      // Rare symbols come first, which is nearly the order wanted.
      const s = alphabet - 1 - k;
      const weight = max(load<u32>(countAt(table, s)) * scale, 1 + flat);
      store<u32>(weights + ((<usize>s) << 2), weight);
      store<u32>(keys + ((<usize>k) << 2), (weight << 9) | k);
      highest = max(highest, weight);
    }
    sortByWeight(highest);
    const nodes: u32 = alphabet * 2 - 1;
    let leaf: u32 = 0;
    let joined = alphabet;
    for (let node = alphabet; node < nodes; node++) {
      let sum: u32 = 0;
      for (let child = 0; child < 2; child++) {
        let take: u32 = joined;
        if (leaf < alphabet) {
          const s = <u32>load<u16>(sorted + ((<usize>leaf) << 1));
          if (joined >= node || load<u32>(weights + ((<usize>s) << 2)) <= load<u32>(weights + ((<usize>joined) << 2)))
            take = s;
        }
        if (take < alphabet) leaf++;
        else joined++;
        sum += load<u32>(weights + ((<usize>take) << 2));
        store<u32>(parents + ((<usize>take) << 2), node);
      }
      store<u32>(weights + ((<usize>node) << 2), sum);
    }
    // From here on the weights hold depths.
    store<u32>(weights + ((<usize>(nodes - 1)) << 2), 0);
    let deepest: u32 = 0;
    for (let node = <i32>nodes - 2; node >= 0; node--) {
      const depth = load<u32>(weights + ((<usize>load<u32>(parents + ((<usize>node) << 2))) << 2)) + 1;
      store<u32>(weights + ((<usize>node) << 2), depth);
      if (depth > deepest) deepest = depth;
    }
    if (deepest <= longestCode) {
      for (let s: u32 = 0; s < alphabet; s++) store<u8>(lengthAt(table, s), <u8>load<u32>(weights + ((<usize>s) << 2)));
      return;
    }
  }
}

/** Bits of a table's description and of what it codes. */
function tableCost(table: u32): u32 {
  let cost: u32 = 5 + alphabet;
  let current = <i32>load<u8>(lengthAt(table, 0));
  for (let s: u32 = 0; s < alphabet; s++) {
    const length = <i32>load<u8>(lengthAt(table, s));
    cost += ((<u32>abs(length - current)) << 1) + load<u32>(countAt(table, s)) * <u32>length;
    current = length;
  }
  return cost;
}

/** Fits so many tables in at most so many passes; returns the bits of all but the block's head. */
export function fit(tables: u32, passes: u32): u32 {
  startInBands(tables);
  let cost: u32 = u32.MAX_VALUE;
  for (let pass: u32 = 0; pass < passes; pass++) {
    pack(tables);
    let now = assign(tables);
    for (let t: u32 = 0; t < tables; t++) {
      build(t, 2);
      now += tableCost(t);
    }
    if (now >= cost && pass > 2) break;
    cost = now;
  }
  return cost;
}

/** Remembers the tables and selectors at hand as the best. */
function keep(): void {
  memory.copy(bestLengths, lengths, 6 * most);
  memory.copy(bestSelectors, selectors, groups);
}

/** Searches the best tables for the block, with `fewest` or more where more can pay; returns how many. */
export function fitBest(fewest: u32, passes: u32): u32 {
  let limit: u32 = min<u32>(6, max<u32>(2, groups));
  let tables: u32 = min<u32>(symbolCount > 24_000 ? 6 : fewest, limit);
  if (symbolCount > 2048 && alphabet === most) {
    // When two tables save next to nothing, six save no more.
    if (fit(2, 2) > symbolCount * 8 - (symbolCount >> 4)) {
      tables = 2;
      limit = 2;
    }
  }
  let best: u32 = 0;
  let bestCost: u32 = u32.MAX_VALUE;
  for (; tables <= limit; tables++) {
    const cost = fit(tables, passes);
    if (cost < bestCost) {
      bestCost = cost;
      best = tables;
      keep();
    }
  }
  return best;
}

/** Writes number of tables, selectors, code lengths and the coded symbols. */
export function writeSymbols(tables: u32): void {
  put(3, tables);
  put(15, groups);
  resetRecent(tables);
  for (let g: u32 = 0; g < groups; g++) {
    const rank = rankOf(load<u8>(bestSelectors + g));
    put(rank + 1, (1 << (rank + 1)) - 2);
  }
  for (let t: u32 = 0; t < tables; t++) {
    const row = bestLengths + <usize>t * most;
    let current = <u32>load<u8>(row);
    put(5, current);
    for (let s: u32 = 0; s < alphabet; s++) {
      const length = <u32>load<u8>(row + s);
      for (; current < length; current++) put(2, 2);
      for (; current > length; current--) put(2, 3);
      put(1, 0);
    }
    let code: u32 = 0;
    for (let length: u32 = 1; length <= longestCode; length++) {
      for (let s: u32 = 0; s < alphabet; s++) {
        if (<u32>load<u8>(row + s) === length) store<u32>(codes + ((<usize>t * most + s) << 2), code++);
      }
      code <<= 1;
    }
  }
  for (let g: u32 = 0; g < groups; g++) {
    const table = <usize>load<u8>(bestSelectors + g) * most;
    const stop = min((g + 1) * groupSize, symbolCount);
    for (let i = g * groupSize; i < stop; i++) {
      const s = <usize>load<u16>(symbols + ((<usize>i) << 1));
      put(load<u8>(bestLengths + table + s), load<u32>(codes + ((table + s) << 2)));
    }
  }
}
