/** The tokens of a part that was taken apart, until its text is whole. */
import type { Token } from './model.js';

/** Tokens in their order. */
export interface PackedTokens {
  add(kind: number, length: number, distance: number): void;
  readonly count: () => number;
  readonly get: (index: number) => Token;
}

/** No tokens yet. */
export function openPackedTokens(): PackedTokens {
  let shapes = new Uint16Array(1024);
  let distances = new Uint32Array(1024);
  let count = 0;
  return {
    add: (kind, length, distance) => {
      if (count === shapes.length) {
        const [short, long] = [new Uint16Array(2 * count), new Uint32Array(2 * count)];
        short.set(shapes);
        long.set(distances);
        [shapes, distances] = [short, long];
      }
      shapes[count] = kind + 8 * length;
      distances[count++] = distance;
    },
    count: () => count,
    get: (index) => {
      const shape = shapes[index] ?? 0;
      return { kind: shape & 7, length: shape >> 3, distance: distances[index] ?? 0 };
    },
  };
}
