import { Buffer } from 'node:buffer';
import { deflateRaw } from 'pako';
import { newBytes } from '../../model/large-bytes.js';
import { compiled } from './compiled.js';

/** What zlib's deflateInit2 is given for a raw stream. */
export interface ClassicSettings {
  readonly level: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  readonly memLevel: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  /** 9 to 15. */
  readonly windowBits: number;
  /** Default, filtered, Huffman only, runs, fixed. */
  readonly strategy: 0 | 1 | 2 | 3 | 4;
}

interface Loops {
  readonly memory: WebAssembly.Memory;
  readonly call: (name: string, ...numbers: readonly number[]) => number;
  readonly output: number;
  readonly pieceSize: number;
}

const page = 65_536;

let kept: Loops | 'refused' | undefined;

/**
 * One per thread, of 3 MB, however long the input; `undefined` where WebAssembly gets no memory: Node 20 and 22 reserve 10 GB of
 * addresses for each, which a limit (`ulimit -v`) may forbid, and `--jitless` has none.
 */
function loops(): Loops | undefined {
  try {
    kept ??= typeof WebAssembly === 'undefined' ? 'refused' : openLoops();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    kept = 'refused';
  }
  return kept === 'refused' ? undefined : kept;
}

function openLoops(): Loops {
  const module = new WebAssembly.Module(Buffer.from(compiled, 'base64'));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const call = (name: string, ...numbers: readonly number[]): number => {
    const callee = exports[name];
    if (typeof callee !== 'function') throw new TypeError(`the decoder's module has no function ${name}`);
    const result: unknown = Reflect.apply(callee, undefined, numbers);
    return typeof result === 'number' ? result >>> 0 : 0;
  };
  memory.grow(Math.ceil(call('deflateMemory') / page) - 1);
  return { memory, call, output: call('deflateOutput'), pieceSize: call('deflatePieceSize') };
}

/** What is read ahead of the place at hand, at most. */
const ahead = 1024;

/**
 * The raw stream that classic zlib 1.2, which devices carry, makes of these bytes; undefined where it is longer than `maxSize`.
 * node:zlib gives other bytes. The levels 1 to 9 of the strategies default and filtered are made by a module of its own, whose
 * bytes are those of pako 2; the rest, which is seldom met, by pako, and everything where there is no WebAssembly.
 */
export function deflateClassic(
  bytes: Uint8Array,
  settings: ClassicSettings,
  maxSize: number,
): Uint8Array<ArrayBuffer> | undefined {
  const { level, memLevel, windowBits, strategy } = settings;
  const opened = level === 0 || strategy > 1 ? undefined : loops();
  if (opened === undefined) {
    const whole = deflateRaw(bytes, settings);
    return whole.length > maxSize ? undefined : new Uint8Array(whole);
  }
  const { memory, call, output, pieceSize } = opened;
  call('open', level, memLevel, windowBits, strategy, bytes.length);
  const pieces: Uint8Array[] = [];
  let size = 0;
  let at = 0;
  // In pieces, for V8 replaces quick code by good code between two calls.
  do {
    const piece = bytes.subarray(at, at + pieceSize);
    const address = call('place', piece.length);
    new Uint8Array(memory.buffer).set(piece, address);
    at += piece.length;
    const made = call('parse', at === bytes.length ? at : at - ahead);
    size += made;
    if (size > maxSize) return undefined;
    pieces.push(new Uint8Array(memory.buffer, output, made).slice());
  } while (at < bytes.length);
  const whole = newBytes(size);
  let to = 0;
  for (const piece of pieces) {
    whole.set(piece, to);
    to += piece.length;
  }
  return whole;
}
