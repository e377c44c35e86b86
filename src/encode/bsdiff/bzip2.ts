import { newBytes } from '../../model/large-bytes.js';
import { type Engine, openEngine } from '../stretches/engine.js';

/** Options of {@link compressBzip2}. */
export interface Bzip2Options {
  /** The level in the stream's header: no block holds more than `level` x 100,000 bytes, which bounds the decoder's memory. */
  readonly level: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  /** Whether the bytes are differences: nearly all zeros, so that a long stream of them is cut at places farther apart. */
  readonly differences?: boolean | undefined;
  /** How hard to look for good block boundaries and tables; `plain` fills one block after the other. Default: `normal`. */
  readonly effort?: 'plain' | 'fast' | 'normal' | 'best' | undefined;
}

interface Settings {
  /** How much is looked at together when boundaries are chosen, at most 899,980 bytes. */
  readonly window: number;
  /** Boundaries are chosen among places so many bytes apart. */
  readonly grain: number;
  readonly fewestTables: number;
  readonly passes: number;
  readonly estimatePasses: number;
}

const settings: Readonly<Record<NonNullable<Bzip2Options['effort']>, Settings>> = {
  plain: { window: 200_000, grain: 2 ** 31, fewestTables: 6, passes: 3, estimatePasses: 1 },
  fast: { window: 200_000, grain: 16_384, fewestTables: 4, passes: 5, estimatePasses: 1 },
  normal: { window: 899_980, grain: 8192, fewestTables: 2, passes: 8, estimatePasses: 1 },
  best: { window: 899_980, grain: 4096, fewestTables: 2, passes: 16, estimatePasses: 2 },
};

/** From so many bytes of differences on, boundaries are chosen among half as many places. */
const coarseFrom = 16_000_000;

let kept:
  | { readonly engine: Engine; readonly input: number; readonly inputSize: number; readonly output: number }
  | undefined;

/** One small engine per thread serves all streams. */
function open() {
  if (kept === undefined) {
    const engine = openEngine(openEngine(0).call('bzip2Memory'));
    kept = {
      engine,
      input: engine.call('bzip2Input'),
      inputSize: engine.call('bzip2InputSize'),
      output: engine.call('bzip2Output'),
    };
  }
  return kept;
}

/** Bytes that come in pieces, each valid until the next, and how many there are in all. */
export interface ByteStream {
  readonly length: number;
  /** Pieces of at most `size` bytes. */
  readonly pieces: (size: number) => Iterable<Uint8Array>;
}

/** One bzip2 stream of `bytes`. The same bytes and options always give the same stream. */
export function compressBzip2(bytes: Uint8Array, options: Bzip2Options): Uint8Array {
  return compressBzip2Stream({ length: bytes.length, pieces: (size) => cut(bytes, size) }, options);
}

function* cut(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The same of bytes that come in pieces. */
export function compressBzip2Stream(bytes: ByteStream, options: Bzip2Options): Uint8Array {
  const { engine, input, inputSize, output } = open();
  const chosen = settings[options.effort ?? 'normal'];
  const { window, fewestTables, passes, estimatePasses } = chosen;
  const isCoarse = options.effort === 'normal' && options.differences === true && bytes.length >= coarseFrom;
  const grain = isCoarse ? 2 * chosen.grain : chosen.grain;
  // The reference decoder refuses a block that is entirely full.
  const block = options.level * 100_000 - 20;
  engine.call(
    'openStream',
    options.level,
    grain > block ? Math.min(window, block) : window,
    block,
    grain,
    fewestTables,
    passes,
    estimatePasses,
  );
  const parts: Uint8Array[] = [];
  const take = () => {
    const size = engine.call('takeBytes');
    parts.push(engine.bytes().slice(output, output + size));
  };
  for (const piece of bytes.pieces(inputSize)) {
    engine.bytes().set(piece, input);
    for (let fed = 0; fed < piece.length; ) {
      fed = engine.call('feed', fed, piece.length);
      if (fed < piece.length) {
        engine.call('drain');
        take();
      }
    }
  }
  engine.call('closeStream');
  take();
  return join(parts);
}

/** The parts, one after the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = newBytes(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
