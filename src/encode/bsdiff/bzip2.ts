import { newBytes } from '../../model/large-bytes.js';
import {
  type Bzip2Engine,
  openBzip2Engine,
  openWindows,
  type PackedWindow,
  packFilled,
  packWindow,
  takeFilled,
  type WindowPacker,
} from './bzip2-window.js';

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

/** Bytes that come in pieces, each valid until the next, and how many there are in all. */
export interface ByteStream {
  readonly length: number;
  /** Pieces of at most `size` bytes. */
  readonly pieces: (size: number) => Iterable<Uint8Array>;
}

/** Bytes to be compressed, and how. */
export interface Bzip2Input extends Bzip2Options {
  /** Where they come from: opened when the streams before are read. */
  readonly open: () => ByteStream;
}

/** One bzip2 stream of `bytes`. The same bytes and options always give the same stream. */
export function compressBzip2(bytes: Uint8Array, options: Bzip2Options): Uint8Array {
  return assemble(options.level, packAll({ ...options, open: () => whole(bytes) }, undefined));
}

/** The bytes as a stream. */
export function whole(bytes: Uint8Array): ByteStream {
  return { length: bytes.length, pieces: (size) => cut(bytes, size) };
}

function* cut(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The same for several, which come one after the other. What `packer` is free for, it does; the bytes do not depend on it. */
export function compressBzip2Streams(
  inputs: readonly Bzip2Input[],
  packer: WindowPacker | undefined,
): readonly Uint8Array[] {
  const packed = inputs.map((input) => ({ level: input.level, windows: packAll(input, packer) }));
  return packed.map(({ level, windows }) => assemble(level, windows));
}

type Packing = () => PackedWindow;

/** Fills window after window, and has each packed. */
function packAll({ open, level, differences, effort }: Bzip2Input, packer: WindowPacker | undefined): Packing[] {
  const stream = open();
  const chosen = settings[effort ?? 'normal'];
  const isCoarse = effort === 'normal' && differences === true && stream.length >= coarseFrom;
  const grain = isCoarse ? 2 * chosen.grain : chosen.grain;
  // The reference decoder refuses a block that is entirely full.
  const block = level * 100_000 - 20;
  const how = { ...chosen, block };
  const at = openBzip2Engine();
  const { engine, input, inputSize } = at;
  openWindows(at, grain > block ? Math.min(chosen.window, block) : chosen.window, grain, how);
  const packed: Packing[] = [];
  const pack = (): void => {
    if (packer?.isFree() !== true) {
      const here = packFilled(at);
      packed.push(() => here);
      return;
    }
    const window = takeFilled(at, how);
    const elsewhere = packer.packWindow(window);
    packed.push(() => elsewhere() ?? packWindow(window));
  };
  for (const piece of stream.pieces(inputSize)) {
    engine.bytes().set(piece, input);
    for (let fed = 0; fed < piece.length; ) {
      fed = engine.call('feed', fed, piece.length);
      if (fed < piece.length) pack();
    }
  }
  engine.call('endFeed');
  pack();
  return packed;
}

/** The stream that the windows make. */
function assemble(level: number, packed: readonly Packing[]): Uint8Array {
  const windows = packed.map((packing) => packing());
  const at = openBzip2Engine();
  at.engine.call('openStream', level);
  const parts: Uint8Array[] = [];
  let sum = 0;
  for (const { bytes, bits, blocks, sum: windowSum } of windows) {
    sum = ((sum << (blocks & 31)) | (sum >>> ((32 - blocks) & 31))) ^ windowSum;
    append(at, bytes, bits, parts);
  }
  at.engine.call('closeStream', sum);
  parts.push(taken(at));
  return join(parts);
}

/** Appends bits to the output, and takes what is done of it. */
function append(at: Bzip2Engine, bytes: Uint8Array, bits: number, parts: Uint8Array[]): void {
  for (let done = 0; done < bytes.length; done += at.inputSize) {
    const piece = bytes.subarray(done, done + at.inputSize);
    at.engine.bytes().set(piece, at.input);
    at.engine.call('append', Math.min(bits - 8 * done, 8 * piece.length));
    parts.push(taken(at));
  }
}

function taken({ engine, output }: Bzip2Engine): Uint8Array {
  const size = engine.call('takeBytes');
  return engine.bytes().slice(output, output + size);
}

/** The parts, one after the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = newBytes(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
