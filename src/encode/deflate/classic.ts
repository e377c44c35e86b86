import { readFileSync } from 'node:fs';
import { newBytes } from '../../model/large-bytes.js';

/** How classic zlib is asked to compress, beyond its usual window of 32 KiB. */
export interface ClassicSettings {
  readonly level: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  /** 8 unless told. */
  readonly memLevel?: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | undefined;
  /** 9 to 15; 15 unless told. */
  readonly windowBits?: number | undefined;
  readonly strategy?: 'default' | 'filtered' | undefined;
}

interface Loops {
  readonly memory: WebAssembly.Memory;
  readonly call: (name: string, ...numbers: readonly number[]) => number;
  readonly output: number;
  readonly pieceSize: number;
}

const page = 65_536;

let kept: Loops | undefined;

/** One per thread, of 3 MB, however long the input: whoever has the same module already shares its code. */
function loops(): Loops {
  if (kept !== undefined) return kept;
  const module = new WebAssembly.Module(readFileSync(new URL('./classic.wasm', import.meta.url)));
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65_536 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const call = (name: string, ...numbers: readonly number[]): number => {
    const callee = exports[name];
    if (typeof callee !== 'function') throw new TypeError(`classic.wasm has no function ${name}`);
    const result: unknown = Reflect.apply(callee, undefined, numbers);
    return typeof result === 'number' ? result >>> 0 : 0;
  };
  const missing = Math.ceil(call('deflateMemory') / page) - memory.buffer.byteLength / page;
  if (missing > 0) memory.grow(missing);
  kept = { memory, call, output: call('deflateOutput'), pieceSize: call('deflatePieceSize') };
  return kept;
}

const firstPiece = 32_768;

/** What is read ahead of the place at hand, at most. */
const ahead = 1024;

/**
 * Deflates as classic zlib 1.2 does, byte for byte, and hands the raw stream over in pieces, each valid until the next. Stops
 * where `take` returns false; returns whether it came to the end.
 */
export function deflateClassicInPieces(
  bytes: Uint8Array,
  { level, memLevel = 8, windowBits = 15, strategy = 'default' }: ClassicSettings,
  take: (piece: Uint8Array) => boolean,
): boolean {
  const { memory, call, output, pieceSize } = loops();
  call('open', level, memLevel, windowBits, strategy === 'filtered' ? 1 : 0, bytes.length);
  let at = 0;
  // Whoever stops early stops in the first block mostly.
  let most = firstPiece;
  do {
    const piece = bytes.subarray(at, at + most);
    most = Math.min(pieceSize, most * 2);
    const address = call('place', piece.length);
    new Uint8Array(memory.buffer).set(piece, address);
    at += piece.length;
    const size = call('parse', at === bytes.length ? at : at - ahead);
    if (size > 0 && !take(new Uint8Array(memory.buffer, output, size))) return false;
  } while (at < bytes.length);
  return true;
}

/** How many bytes {@link deflateClassic} would give. */
export function deflatedLength(bytes: Uint8Array, settings: ClassicSettings): number {
  let size = 0;
  deflateClassicInPieces(bytes, settings, (piece) => {
    size += piece.length;
    return true;
  });
  return size;
}

/** The raw deflate stream that classic zlib 1.2 makes of these bytes. */
export function deflateClassic(bytes: Uint8Array, settings: ClassicSettings): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  deflateClassicInPieces(bytes, settings, (piece) => {
    pieces.push(piece.slice());
    size += piece.length;
    return true;
  });
  const whole = newBytes(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
