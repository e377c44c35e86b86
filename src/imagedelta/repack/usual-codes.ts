/** The codes that zlib and gzip make of counts: docs/formats/image-repack.md, section 5. */
import { orderOfLengths } from './deflate-numbers.js';

/** Lengths by symbol, and the highest symbol that has one. */
export interface UsualCode {
  readonly lengths: Uint8Array;
  readonly highest: number;
}

/** The usual code of these counts, with lengths of at most `most`. */
export function usualCode(given: Uint32Array, most: number): UsualCode {
  const symbols = given.length;
  const counts = new Uint32Array(2 * symbols + 1);
  counts.set(given);
  const depths = new Uint8Array(2 * symbols + 1);
  const parents = new Uint16Array(2 * symbols + 1);
  const heap = new Uint16Array(2 * symbols + 2);
  let size = 0;
  let highest = -1;
  for (const [symbol, count] of given.entries()) {
    if (count === 0) continue;
    heap[++size] = symbol;
    highest = symbol;
  }
  while (size < 2) {
    const symbol = highest < 2 ? ++highest : 0;
    counts[symbol] = 1;
    heap[++size] = symbol;
  }
  const goesFirst = (a: number, b: number): boolean => {
    const [ofA = 0, ofB = 0] = [counts[a], counts[b]];
    return ofA < ofB || (ofA === ofB && (depths[a] ?? 0) <= (depths[b] ?? 0));
  };
  const down = (from: number): void => {
    const node = heap[from] ?? 0;
    let hole = from;
    for (let child = 2 * hole; child <= size; child = 2 * hole) {
      if (child < size && goesFirst(heap[child + 1] ?? 0, heap[child] ?? 0)) child++;
      if (goesFirst(node, heap[child] ?? 0)) break;
      heap[hole] = heap[child] ?? 0;
      hole = child;
    }
    heap[hole] = node;
  };
  for (let at = size >> 1; at > 0; at--) down(at);
  const taken: number[] = [];
  let node = symbols;
  while (size >= 2) {
    const a = heap[1] ?? 0;
    heap[1] = heap[size--] ?? 0;
    down(1);
    const b = heap[1] ?? 0;
    taken.push(a, b);
    counts[node] = (counts[a] ?? 0) + (counts[b] ?? 0);
    depths[node] = Math.max(depths[a] ?? 0, depths[b] ?? 0) + 1;
    parents[a] = node;
    parents[b] = node;
    heap[1] = node++;
    down(1);
  }
  return { lengths: lengthsOf(taken, parents, { symbols, root: node - 1, most }), highest };
}

interface Shape {
  readonly symbols: number;
  readonly root: number;
  readonly most: number;
}

function lengthsOf(taken: readonly number[], parents: Uint16Array, { symbols, root, most }: Shape): Uint8Array {
  const deep = new Uint8Array(root + 1);
  const perLength = new Int32Array(most + 2);
  let overflow = 0;
  for (const node of taken.toReversed()) {
    let length = (deep[parents[node] ?? 0] ?? 0) + 1;
    if (length > most) {
      length = most;
      overflow++;
    }
    deep[node] = length;
    if (node < symbols) perLength[length] = (perLength[length] ?? 0) + 1;
  }
  const lengths = deep.slice(0, symbols);
  if (root < symbols) return lengths;
  if (overflow === 0) return lengths;
  const add = (length: number, by: number): void => {
    perLength[length] = (perLength[length] ?? 0) + by;
  };
  for (; overflow > 0; overflow -= 2) {
    let length = most - 1;
    while (perLength[length] === 0) length--;
    add(length, -1);
    add(length + 1, 2);
    add(most, -1);
  }
  let length = most;
  for (const node of taken) {
    if (node >= symbols) continue;
    while (perLength[length] === 0) length--;
    lengths[node] = length;
    add(length, -1);
  }
  return lengths;
}

/** How lengths are usually written, as the decisions say runs. */
export function usualRuns(lengths: Uint8Array): readonly number[] {
  const runs: number[] = [];
  let before = -1;
  for (let at = 0; at < lengths.length; ) {
    const length = lengths[at] ?? 0;
    const [limit, least] = length === 0 ? [138, 3] : length === before ? [6, 3] : [7, 4];
    let same = 1;
    while (same < limit && lengths[at + same] === length) same++;
    at += same;
    if (same < least) {
      for (let i = 0; i < same; i++) runs.push(0);
    } else if (length === 0) {
      runs.push(same + 2);
    } else {
      if (length !== before) runs.push(0);
      runs.push(length === before ? same - 2 : same - 3);
    }
    before = length;
  }
  return runs;
}

/** How often each symbol of the code of lengths is written. */
export function countRuns(lengths: Uint8Array, runs: Iterable<number>): Uint32Array {
  const counts = new Uint32Array(19);
  let at = 0;
  for (const run of runs) {
    const symbol = run === 0 ? (lengths[at] ?? 0) : run < 5 ? 16 : run < 13 ? 17 : 18;
    counts[symbol] = (counts[symbol] ?? 0) + 1;
    at += run === 0 ? 1 : run < 5 ? run + 2 : run - 2;
  }
  return counts;
}

/** How many lengths of the code of lengths are written. */
export function usualCount(lengths: Uint8Array): number {
  let count = 19;
  while (count > 4 && lengths[orderOfLengths[count - 1] ?? 0] === 0) count--;
  return count;
}
