/** What an LZMA packer has decided, one token after the other, as many as there is room for. */
import { FormatError } from '../../../formats/format-error.js';

/** How a token says its bytes; from `rep0` on with one of the last four distances. */
export const tokenKinds = { literal: 0, match: 1, shortRep: 2, rep0: 3, rep1: 4, rep2: 5, rep3: 6 } as const;

/** Tokens while they come. */
export interface TokenList {
  /** Appends one. `distance` counts from 1, and is there for a match of its own only. Throws FormatError beyond the limit. */
  add(kind: number, length: number, distance: number): void;
  readonly count: () => number;
  readonly kind: (index: number) => number;
  readonly length: (index: number) => number;
  readonly distance: (index: number) => number;
}

/** No tokens yet; at most `limit` may come. */
export function tokenList(limit: number): TokenList {
  let shapes = new Uint16Array(1024);
  let distances = new Uint32Array(1024);
  let count = 0;
  const grow = (): void => {
    if (count >= limit) throw new FormatError(`it has more than ${limit} tokens`);
    const [oldShapes, oldDistances] = [shapes, distances];
    shapes = new Uint16Array(2 * count);
    shapes.set(oldShapes);
    distances = new Uint32Array(2 * count);
    distances.set(oldDistances);
  };
  return {
    add: (kind, length, distance) => {
      if (count === shapes.length || count >= limit) grow();
      shapes[count] = kind | (length << 3);
      distances[count++] = distance;
    },
    count: () => count,
    kind: (index) => (shapes[index] ?? 0) & 7,
    length: (index) => (shapes[index] ?? 0) >> 3,
    distance: (index) => distances[index] ?? 0,
  };
}
