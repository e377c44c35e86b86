/** Huffman codes as zlib and gzip make and write them: docs/formats/image-repack.md, section 5. */

/** The order in which the lengths of the code of lengths stand in a block. */
export const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

interface Node {
  readonly count: number;
  readonly depth: number;
  /** The symbol of a leaf; -1 of an inner node. */
  readonly symbol: number;
  readonly children: readonly Node[];
}

function precedes(a: Node, b: Node): boolean {
  return a.count < b.count || (a.count === b.count && a.depth <= b.depth);
}

/** Puts the node at `from` where it belongs in heap[1 .. size]. */
function sink(heap: Node[], size: number, from: number): void {
  const node = heap[from];
  if (node === undefined) return;
  let place = from;
  for (;;) {
    let child = 2 * place;
    const [left, right] = [heap[child], heap[child + 1]];
    if (child > size || left === undefined) break;
    if (child < size && right !== undefined && precedes(right, left)) child++;
    const least = heap[child];
    if (least === undefined || precedes(node, least)) break;
    heap[place] = least;
    place = child;
  }
  heap[place] = node;
}

/** The usual code: lengths by symbol, 0 for none; as long as its highest symbol. */
export function usualLengths(counts: readonly number[], most: number): readonly number[] {
  const leaf = (symbol: number, count: number): Node => ({ count, depth: 0, symbol, children: [] });
  const leaves = counts.flatMap((count, symbol) => (count > 0 ? [leaf(symbol, count)] : []));
  let highest = leaves.at(-1)?.symbol ?? -1;
  while (leaves.length < 2) leaves.push(leaf(highest < 2 ? ++highest : 0, 1));
  const heap: Node[] = [leaf(-1, 0), ...leaves];
  let size = leaves.length;
  for (let from = size >> 1; from >= 1; from--) sink(heap, size, from);
  const taken: Node[] = [];
  while (size > 1) {
    const [, a, last = a] = [undefined, heap[1], heap[size]];
    if (a === undefined || last === undefined) break;
    heap[1] = last;
    size--;
    sink(heap, size, 1);
    const b = heap[1];
    taken.push(a, b);
    heap[1] = { count: a.count + b.count, depth: Math.max(a.depth, b.depth) + 1, symbol: -1, children: [a, b] };
    sink(heap, size, 1);
  }
  return limited(taken, heap[1], { most, symbols: highest + 1 });
}

function limited(
  taken: readonly Node[],
  root: Node | undefined,
  { most, symbols }: { readonly most: number; readonly symbols: number },
): readonly number[] {
  const depth = new Map<Node, number>();
  for (const child of root?.children ?? []) depth.set(child, 1);
  const perLength = new Array<number>(most + 1).fill(0);
  let overflow = 0;
  for (const node of taken.toReversed()) {
    const wanted = depth.get(node) ?? 0;
    const length = Math.min(most, wanted);
    if (wanted > most) overflow++;
    for (const child of node.children) depth.set(child, length + 1);
    if (node.symbol >= 0) perLength[length] = (perLength[length] ?? 0) + 1;
    depth.set(node, length);
  }
  const leaves = taken.filter(({ symbol }) => symbol >= 0);
  const lengths = new Array<number>(symbols).fill(0);
  if (overflow === 0) {
    for (const node of leaves) lengths[node.symbol] = depth.get(node) ?? 0;
    return lengths;
  }
  const add = (length: number, by: number): void => {
    perLength[length] = (perLength[length] ?? 0) + by;
  };
  for (; overflow > 0; overflow -= 2) {
    let length = most - 1;
    while (length > 0 && perLength[length] === 0) length--;
    add(length, -1);
    add(length + 1, 2);
    add(most, -1);
  }
  const order = perLength.flatMap((count, length) => new Array<number>(count).fill(length)).toReversed();
  for (const [index, node] of leaves.entries()) lengths[node.symbol] = order[index] ?? 0;
  return lengths;
}

/** The usual runs of one list of lengths, by the numbers that decisions have for them. */
export function usualRunsOf(lengths: readonly number[]): readonly number[] {
  const runs: number[] = [];
  let before: number | undefined;
  let at = 0;
  while (at < lengths.length) {
    const length = lengths[at] ?? 0;
    const again = length === before;
    const limit = length === 0 ? 138 : again ? 6 : 7;
    let end = at + 1;
    while (end < lengths.length && end - at < limit && lengths[end] === length) end++;
    const same = end - at;
    if (same < (length !== 0 && !again ? 4 : 3)) runs.push(...new Array<number>(same).fill(0));
    else if (length === 0) runs.push(same + 2);
    else if (again) runs.push(same - 2);
    else runs.push(0, same - 3);
    before = length;
    at = end;
  }
  return runs;
}

/** What a run writes: the symbol, how many lengths it stands for, and its extra bits. */
export interface Run {
  readonly symbol: number;
  readonly times: number;
  readonly extra: number;
  readonly extraBits: number;
}

/** The run of a number of the decisions, where this length stands. */
export function runOf(number: number, length: number): Run {
  if (number === 0) return { symbol: length, times: 1, extra: 0, extraBits: 0 };
  if (number <= 4) return { symbol: 16, times: number + 2, extra: number - 1, extraBits: 2 };
  if (number <= 12) return { symbol: 17, times: number - 2, extra: number - 5, extraBits: 3 };
  return { symbol: 18, times: number - 2, extra: number - 13, extraBits: 7 };
}

/** The bits of each symbol, the last one lowest, as RFC 1951 gives codes; `undefined` where the lengths have no room. */
export function codesOf(lengths: readonly number[]): readonly number[] | undefined {
  const perLength = new Array<number>(16).fill(0);
  for (const length of lengths) if (length > 0) perLength[length] = (perLength[length] ?? 0) + 1;
  const next = new Array<number>(16).fill(0);
  for (let length = 1, code = 0; length < 16; length++) {
    code = 2 * (code + (perLength[length - 1] ?? 0));
    if (code + (perLength[length] ?? 0) > 2 ** length) return undefined;
    next[length] = code;
  }
  return lengths.map((length) => {
    if (length === 0) return 0;
    let [code, turned] = [next[length] ?? 0, 0];
    next[length] = code + 1;
    for (let bit = 0; bit < length; bit++) {
      turned = (turned << 1) | (code & 1);
      code >>= 1;
    }
    return turned;
  });
}
