/** What was seen to move: docs/formats/image-delta.md, section 9. */

export interface SeenMoves {
  readonly learn: (target: number, by: number) => void;
  readonly pass: (page: number, by: number) => void;
  readonly find: (target: number, otherwise: number) => number;
}

/** Two empty tables. */
export function noMoves(exactBits: number, coarseBits: number): SeenMoves {
  const exact = { tag: new Uint16Array(2 ** exactBits), by: new Int32Array(2 ** exactBits) };
  const coarse = { tag: new Uint8Array(2 ** coarseBits), by: new Int32Array(2 ** coarseBits) };
  const hash = (value: number): number => Math.imul(value, 0x9e3779b1) >>> 0;

  const pass = (page: number, by: number): void => {
    const h = hash(page);
    coarse.tag[h >>> (32 - coarseBits)] = (h & 0xff) | 1;
    coarse.by[h >>> (32 - coarseBits)] = by;
  };
  return {
    pass,
    learn: (target, by) => {
      const h = hash(target);
      exact.tag[h >>> (32 - exactBits)] = (h & 0xffff) | 1;
      exact.by[h >>> (32 - exactBits)] = by;
      pass(target >>> 9, by);
    },
    find: (target, otherwise) => {
      const h = hash(target);
      if (exact.tag[h >>> (32 - exactBits)] === ((h & 0xffff) | 1)) return exact.by[h >>> (32 - exactBits)] ?? 0;
      const p = hash(target >>> 9);
      if (coarse.tag[p >>> (32 - coarseBits)] === ((p & 0xff) | 1)) return coarse.by[p >>> (32 - coarseBits)] ?? 0;
      return otherwise;
    },
  };
}
