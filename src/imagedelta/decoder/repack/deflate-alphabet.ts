/** Symbols of deflate: RFC 1951, section 3.2.5. */

/** A symbol with its extra bits. */
export interface Coded {
  readonly symbol: number;
  readonly extra: number;
  readonly extraBits: number;
}

/** The symbol of a length of 3 to 258. */
export function codedLength(length: number): Coded {
  if (length === 258) return { symbol: 285, extra: 0, extraBits: 0 };
  const value = length - 3;
  if (value < 8) return { symbol: 257 + value, extra: 0, extraBits: 0 };
  const extraBits = 29 - Math.clz32(value);
  return { symbol: 257 + 4 * extraBits + (value >> extraBits), extra: value & ((1 << extraBits) - 1), extraBits };
}

/** The symbol of a distance of 1 to 32,768. */
export function codedDistance(distance: number): Coded {
  const value = distance - 1;
  if (value < 4) return { symbol: value, extra: 0, extraBits: 0 };
  const extraBits = 30 - Math.clz32(value);
  return { symbol: 2 * extraBits + (value >> extraBits), extra: value & ((1 << extraBits) - 1), extraBits };
}

/** Lengths of the fixed codes. */
export const fixedLiterals: readonly number[] = Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);
export const fixedDistances: readonly number[] = new Array<number>(30).fill(5);

/** Bytes of a block that are no token. */
export const endOfBlock = 256;
