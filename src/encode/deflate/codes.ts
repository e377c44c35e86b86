/** The numbers of RFC 1951, and Huffman code lengths for them. */

/** Symbols 257 to 285: the shortest length of each. */
const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
] as const;
/** Symbols 0 to 29: the shortest distance of each. */
const distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
] as const;

export const literalSymbols = 286;
export const distanceSymbols = 30;
export const endOfBlock = 256;
export const maxMatch = 258;

/** For each length of 3 to 258 its symbol, and how many extra bits that symbol has. */
export const lengthSymbol = new Uint16Array(maxMatch + 1);
export const lengthExtraBits = new Uint8Array(maxMatch + 1);
export const lengthBase = new Uint16Array(maxMatch + 1);
/** The same for each distance of 1 to 32,768. */
export const distanceSymbol = new Uint8Array(32_769);
export const distanceExtraBits = new Uint8Array(distanceSymbols);
export const distanceBase = Uint16Array.from(distanceBases);

lengthBases.forEach((base, index) => {
  const extra = index < 8 || index === 28 ? 0 : (index - 4) >> 2;
  for (let length = base; length < base + (1 << extra) && length <= maxMatch; length++) {
    lengthSymbol[length] = 257 + index;
    lengthExtraBits[length] = extra;
    lengthBase[length] = base;
  }
});
distanceBases.forEach((base, index) => {
  const extra = index < 4 ? 0 : (index - 2) >> 1;
  distanceExtraBits[index] = extra;
  distanceSymbol.fill(index, base, base + (1 << extra));
});

/**
 * log2 by multiplications alone, to 16 bits behind the point: the same on every machine and in every release of Node,
 * which Math.log2 does not promise.
 */
export function log2(value: number): number {
  let rest = value;
  let result = 0;
  while (rest >= 2) {
    rest /= 2;
    result++;
  }
  for (let bit = 0.5; bit > 1e-5; bit /= 2) {
    rest *= rest;
    if (rest < 2) continue;
    rest /= 2;
    result += bit;
  }
  return result;
}

/**
 * Lengths of Huffman codes, none longer than `limit`. Symbols that do not occur get 0. At least two symbols get a code,
 * for some decoders take no other.
 */
export function codeLengths(counts: Uint32Array, limit: number): Uint8Array {
  const lengths = new Uint8Array(counts.length);
  const used = [...counts.keys()].filter((symbol) => (counts[symbol] ?? 0) > 0);
  for (let symbol = 0; used.length < 2; symbol++) if (!used.includes(symbol)) used.push(symbol);
  used.sort((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0) || a - b);

  // Two queues: the leaves by weight, and the inner nodes, which come up by weight.
  const leaves = used.length;
  const nodes = 2 * leaves - 1;
  const weight = new Float64Array(nodes);
  const parent = new Int32Array(nodes);
  used.forEach((symbol, i) => {
    weight[i] = counts[symbol] ?? 0;
  });
  let leaf = 0;
  let inner = leaves;
  for (let made = leaves; made < nodes; made++) {
    for (let side = 0; side < 2; side++) {
      const takeLeaf = leaf < leaves && (inner >= made || (weight[leaf] ?? 0) <= (weight[inner] ?? 0));
      const node = takeLeaf ? leaf++ : inner++;
      parent[node] = made;
      weight[made] = (weight[made] ?? 0) + (weight[node] ?? 0);
    }
  }
  const depth = new Uint16Array(nodes);
  const perLength = new Uint32Array(limit + 1);
  let excess = 0;
  for (let node = nodes - 2; node >= 0; node--) {
    depth[node] = (depth[parent[node] ?? 0] ?? 0) + 1;
    if (node >= leaves) continue;
    const length = Math.min(limit, depth[node] ?? 0);
    perLength[length] = (perLength[length] ?? 0) + 1;
    excess += 2 ** (limit - length);
  }
  // Codes that were cut short take more than there is: longer codes for others make up for it.
  for (excess -= 2 ** limit; excess > 0; excess--) {
    let length = limit - 1;
    while ((perLength[length] ?? 0) === 0) length--;
    perLength[length] = (perLength[length] ?? 0) - 1;
    perLength[length + 1] = (perLength[length + 1] ?? 0) + 2;
    perLength[limit] = (perLength[limit] ?? 0) - 1;
  }
  let next = 0;
  for (let length = limit; length > 0; length--) {
    for (let left = perLength[length] ?? 0; left > 0; left--) lengths[used[next++] ?? 0] = length;
  }
  return lengths;
}

/** The codes for some lengths, bits reversed, as deflate writes them. */
export function codesFor(lengths: Uint8Array): Uint16Array {
  const codes = new Uint16Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      let reversed = 0;
      for (let bit = 0; bit < length; bit++) if ((code & (1 << bit)) !== 0) reversed |= 1 << (length - 1 - bit);
      codes[symbol] = reversed;
      code++;
    }
    code <<= 1;
  }
  return codes;
}
