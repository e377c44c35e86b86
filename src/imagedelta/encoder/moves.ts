/** Where what lay in the old image lies in the new one, as far as it has been seen. */

export interface MovesSize {
  /** Entries for single targets, as a power of 2. */
  readonly exactBits: number;
  /** Entries for 512 bytes of the old image each, as a power of 2. */
  readonly coarseBits: number;
}

export interface Moves {
  readonly reset: () => void;
  /** How far `target` has moved, or `otherwise` where nothing is known. */
  readonly find: (target: number, otherwise: number) => number;
  /** A target that moved. */
  readonly learn: (target: number, by: number) => void;
  /** 512 bytes that moved. */
  readonly pass: (page: number, by: number) => void;
}

export function openMoves({ exactBits, coarseBits }: MovesSize): Moves {
  const exactTags = new Uint16Array(1 << exactBits);
  const exactBy = new Int32Array(1 << exactBits);
  const coarseTags = new Uint8Array(1 << coarseBits);
  const coarseBy = new Int32Array(1 << coarseBits);
  const exactShift = 32 - exactBits;
  const coarseShift = 32 - coarseBits;

  function pass(page: number, by: number): void {
    const hash = Math.imul(page, 0x9e3779b1);
    const at = hash >>> coarseShift;
    coarseTags[at] = (hash & 255) | 1;
    coarseBy[at] = by;
  }
  return {
    reset: () => {
      exactTags.fill(0);
      coarseTags.fill(0);
    },
    find: (target, otherwise) => {
      const hash = Math.imul(target, 0x9e3779b1);
      const at = hash >>> exactShift;
      if (exactTags[at] === ((hash & 0xffff) | 1)) return exactBy[at] ?? 0;
      const coarse = Math.imul(target >>> 9, 0x9e3779b1);
      const page = coarse >>> coarseShift;
      if (coarseTags[page] === ((coarse & 255) | 1)) return coarseBy[page] ?? 0;
      return otherwise;
    },
    learn: (target, by) => {
      const hash = Math.imul(target, 0x9e3779b1);
      const at = hash >>> exactShift;
      exactTags[at] = (hash & 0xffff) | 1;
      exactBy[at] = by;
      pass(target >>> 9, by);
    },
    pass,
  };
}
