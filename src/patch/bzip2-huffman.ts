import type { BitWriter } from './bits.js';

const groupSize = 50;
const longestCode = 17;

/** Writes the part of a bzip2 block after its origin: used bytes, selectors, code lengths, and the coded `last` column. */
export function encodeSymbols(out: BitWriter, last: Uint8Array): void {
  const used = usedBytes(last);
  const symbols = moveToFront(last, used);
  const alphabet = used.length + 2;
  writeUsed(out, used);

  const groups = Math.ceil(symbols.length / groupSize);
  const n = symbols.length;
  const tableCount = n < 200 ? 2 : n < 600 ? 3 : n < 1200 ? 4 : n < 2400 ? 5 : 6;
  const { lengths, selectors } = chooseTables(symbols, alphabet, tableCount, groups);

  out.bits(3, tableCount);
  out.bits(15, groups);
  const recent = Array.from({ length: tableCount }, (_, i) => i);
  for (const table of selectors) {
    const rank = recent.indexOf(table);
    recent.splice(rank, 1);
    recent.unshift(table);
    for (let i = 0; i < rank; i++) out.bits(1, 1);
    out.bits(1, 0);
  }
  for (const table of lengths) writeLengths(out, table);
  const codes = lengths.map(codesOf);
  for (let g = 0; g < groups; g++) {
    const table = selectors[g] ?? 0;
    const code = codes[table] ?? [];
    const length = lengths[table] ?? [];
    for (let i = g * groupSize; i < Math.min(n, (g + 1) * groupSize); i++) {
      const s = symbols[i] ?? 0;
      out.bits(length[s] ?? 0, code[s] ?? 0);
    }
  }
}

function usedBytes(last: Uint8Array): number[] {
  const seen = new Uint8Array(256);
  for (const c of last) seen[c] = 1;
  return Array.from(seen.keys()).filter((c) => seen[c] === 1);
}

function writeUsed(out: BitWriter, used: readonly number[]): void {
  const rows = Array.from({ length: 16 }, () => 0);
  for (const c of used) rows[c >> 4] = (rows[c >> 4] ?? 0) | (0x8000 >> (c & 15));
  out.bits(
    16,
    rows.reduce((bits, row, i) => bits | (row === 0 ? 0 : 0x8000 >> i), 0),
  );
  for (const row of rows) if (row !== 0) out.bits(16, row);
}

/** Ranks in the order of last use; runs of rank 0 in bijective base 2 (symbols 0 and 1); the end mark last. */
function moveToFront(last: Uint8Array, used: readonly number[]): Uint16Array {
  const symbols = new Uint16Array(last.length + 1);
  const recent = Uint8Array.from(used);
  let count = 0;
  let zeros = 0;
  const flush = () => {
    for (let left = zeros; left > 0; left = (left - 1) >> 1) symbols[count++] = (left - 1) & 1;
    zeros = 0;
  };
  for (const c of last) {
    if (recent[0] === c) {
      zeros++;
      continue;
    }
    flush();
    const rank = recent.indexOf(c);
    recent.copyWithin(1, 0, rank);
    recent[0] = c;
    symbols[count++] = rank + 1;
  }
  flush();
  symbols[count++] = used.length + 1;
  return symbols.subarray(0, count);
}

function chooseTables(symbols: Uint16Array, alphabet: number, tableCount: number, groups: number) {
  const n = symbols.length;
  const total = new Array<number>(alphabet).fill(0);
  for (const s of symbols) total[s] = (total[s] ?? 0) + 1;
  // To begin with, each table is cheap for one band of symbols, the bands being about equally frequent.
  const lengths: number[][] = [];
  for (let t = 0, from = 0, left = n; t < tableCount; t++) {
    const aim = left / (tableCount - t);
    let sum = 0;
    let to = from;
    while (to < alphabet && (sum < aim || to === from)) sum += total[to++] ?? 0;
    const start = from;
    lengths.push(total.map((_, s) => (s >= start && s < to ? 0 : 15)));
    left -= sum;
    from = to;
  }
  const selectors = new Uint8Array(groups);
  for (let pass = 0; pass < 4; pass++) {
    const counts = lengths.map(() => new Array<number>(alphabet).fill(0));
    for (let g = 0; g < groups; g++) {
      const end = Math.min(n, (g + 1) * groupSize);
      let best = 0;
      let bestCost = Number.POSITIVE_INFINITY;
      lengths.forEach((length, t) => {
        let cost = 0;
        for (let i = g * groupSize; i < end; i++) cost += length[symbols[i] ?? 0] ?? 0;
        if (cost < bestCost) {
          bestCost = cost;
          best = t;
        }
      });
      selectors[g] = best;
      const count = counts[best] ?? [];
      for (let i = g * groupSize; i < end; i++) count[symbols[i] ?? 0] = (count[symbols[i] ?? 0] ?? 0) + 1;
    }
    counts.forEach((count, t) => {
      lengths[t] = codeLengths(count);
    });
  }
  return { lengths, selectors };
}

/** Huffman code lengths of at least 1 and at most 17 bits; symbols that do not occur get a code too, as the format asks. */
function codeLengths(counts: readonly number[]): number[] {
  for (let floor = 1; ; floor *= 2) {
    const lengths = huffman(counts.map((count) => Math.max(count, floor)));
    if (lengths.every((length) => length <= longestCode)) return lengths;
  }
}

function huffman(weights: readonly number[]): number[] {
  const n = weights.length;
  const leaves = weights.map((_, i) => i).sort((a, b) => (weights[a] ?? 0) - (weights[b] ?? 0) || a - b);
  const weight = weights.slice();
  const parent = new Array<number>(2 * n - 1).fill(0);
  let leaf = 0;
  let joined = n;
  const least = () => {
    const a = leaves[leaf];
    if (a !== undefined && (joined >= weight.length || (weight[a] ?? 0) <= (weight[joined] ?? 0))) {
      leaf++;
      return a;
    }
    return joined++;
  };
  for (let node = n; node < 2 * n - 1; node++) {
    const a = least();
    const b = least();
    parent[a] = node;
    parent[b] = node;
    weight.push((weight[a] ?? 0) + (weight[b] ?? 0));
  }
  const depth = new Array<number>(2 * n - 1).fill(0);
  for (let node = 2 * n - 3; node >= 0; node--) depth[node] = (depth[parent[node] ?? 0] ?? 0) + 1;
  return depth.slice(0, n);
}

function writeLengths(out: BitWriter, lengths: readonly number[]): void {
  let current = lengths[0] ?? 0;
  out.bits(5, current);
  for (const length of lengths) {
    for (; current < length; current++) out.bits(2, 2);
    for (; current > length; current--) out.bits(2, 3);
    out.bits(1, 0);
  }
}

function codesOf(lengths: readonly number[]): number[] {
  const codes = new Array<number>(lengths.length).fill(0);
  let code = 0;
  for (let length = 1; length <= longestCode; length++) {
    lengths.forEach((l, s) => {
      if (l === length) codes[s] = code++;
    });
    code *= 2;
  }
  return codes;
}
