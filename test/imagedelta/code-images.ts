/** Images of made-up code: functions that call each other and a table of pointers, linked at an address. */

/** Instruction sets that there are images of. */
export type CodeKind = 'aarch64' | 'thumb' | 'arm' | 'data';

/** A function before it is linked: words, some of which call others by number. */
interface Piece {
  readonly words: readonly number[];
  readonly calls: ReadonlyMap<number, number>;
}

/** What an image is made of. */
export interface Program {
  readonly kind: CodeKind;
  readonly base: number;
  readonly pieces: readonly Piece[];
}

/** Numbers that look random, and are the same each time. */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

/** A program of so many functions. */
export function makeProgram(kind: CodeKind, seed: number, count: number): Program {
  const next = sequence(seed);
  const pieces = Array.from({ length: count }, (): Piece => {
    const length = 8 + (next() % 40);
    const calls = new Map<number, number>();
    const words = Array.from({ length }, (_, at) => {
      if (next() % 4 === 0) calls.set(at, next() % count);
      return ((next() % 16) * 0x01010101 + (next() % 8) * 0x10000) >>> 0;
    });
    return { words, calls };
  });
  return { kind, base: 0x08020000, pieces };
}

/** The program with functions inserted, removed and changed. */
export function changeProgram(program: Program, seed: number): Program {
  const next = sequence(seed);
  const extra = makeProgram(program.kind, seed + 1, program.pieces.length).pieces;
  const pieces = program.pieces.flatMap((piece, k): readonly Piece[] => {
    const choice = next() % 16;
    if (choice === 0) return [extra[k] ?? piece, piece];
    if (choice === 1) return [{ ...piece, words: piece.words.map((word, at) => (at === 3 ? word ^ 0x40 : word)) }];
    if (choice === 2) return [{ words: piece.words.slice(0, 6), calls: new Map() }];
    return [piece];
  });
  return { ...program, pieces };
}

function callWord(kind: CodeKind, from: number, to: number, word: number): number {
  const distance = to - from;
  if (kind === 'aarch64') return 0x94000000 | ((distance >> 2) & 0x3ffffff);
  if (kind === 'arm') return 0xeb000000 | (((distance - 8) >> 2) & 0xffffff);
  if (kind === 'data') return word;
  const offset = distance - 4;
  const sign = offset < 0 ? 1 : 0;
  const j = (bit: number): number => ((offset >> bit) & 1) ^ sign ^ 1;
  const high = 0xf000 | (sign << 10) | ((offset >> 12) & 0x3ff);
  const low = 0xd000 | (j(23) << 13) | (j(22) << 11) | ((offset >> 1) & 0x7ff);
  return high | (low << 16);
}

/** The image: all functions, then a table of pointers to them. AArch64 functions begin with an ADRP and an ADD of the table. */
export function linkProgram({ kind, base, pieces }: Program): Uint8Array {
  const starts: number[] = [];
  let size = 0;
  for (const { words } of pieces) {
    starts.push(size);
    size += 4 * words.length;
  }
  const table = size;
  const image = Buffer.alloc(size + 4 * pieces.length);
  pieces.forEach(({ words, calls }, k) => {
    const start = starts[k] ?? 0;
    words.forEach((word, i) => {
      const at = start + 4 * i;
      const callee = calls.get(i);
      const value = callee === undefined ? word : callWord(kind, at, starts[callee] ?? 0, word);
      image.writeUInt32LE(value >>> 0, at);
    });
    if (kind !== 'aarch64') return;
    const page = ((table + base) >> 12) - ((start + base) >> 12);
    const register = k % 29;
    image.writeUInt32LE((0x90000000 | ((page & 3) << 29) | (((page >> 2) & 0x7ffff) << 5) | register) >>> 0, start);
    image.writeUInt32LE((0x91000000 | (((table + base) & 4095) << 10) | (register << 5) | register) >>> 0, start + 4);
  });
  pieces.forEach((_, k) => {
    image.writeUInt32LE(base + (starts[k] ?? 0) + (kind === 'thumb' ? 1 : 0), table + 4 * k);
  });
  return image;
}
