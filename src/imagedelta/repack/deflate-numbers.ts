/** The numbers of RFC 1951. */

/** Symbols 257 to 285: the shortest length of each, and its extra bits. */
export const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
] as const;
export const lengthExtra = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
] as const;
/** Symbols 0 to 29: the shortest distance of each, and its extra bits. */
export const distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
] as const;
export const distanceExtra = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
] as const;
export const endOfBlock = 256;
export const literalSymbols = 286;
export const distanceSymbols = 30;
/** The order in which the lengths of the code of lengths stand. */
export const orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

/** For each length of 3 to 258 its symbol. */
export const lengthSymbol = new Uint16Array(259);
/** For each distance of 1 to 32,768 its symbol. */
export const distanceSymbol = new Uint8Array(32_769);
for (const [symbol, base] of lengthBases.entries())
  lengthSymbol.fill(257 + symbol, base, symbol === 28 ? 259 : base + (1 << (lengthExtra[symbol] ?? 0)));
lengthSymbol[258] = 285;
for (const [symbol, base] of distanceBases.entries())
  distanceSymbol.fill(symbol, base, base + (1 << (distanceExtra[symbol] ?? 0)));
