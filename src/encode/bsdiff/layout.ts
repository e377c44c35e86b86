import { modelLength } from '../stretches/costs.js';
import { engineMemoryLimit } from '../stretches/engine.js';
import type { SourceIndex } from './source-index.js';

/** Neither file may be longer than this, in bytes: positions have 31 bits. */
export const bsdiffLimit = 2 ** 31 - 2 ** 16;

/** Where things lie in the engine's memory. */
export interface Layout extends SourceIndex {
  readonly target: number;
  /** Room for a piece of a stream. */
  readonly piece: number;
  readonly triples: number;
}

export const countsAt = 1024;
export const countsLength = 4 * 256 + 65_536;
export const modelAt = countsAt + 4 * countsLength;
export const roomAt = modelAt + 4 * modelLength;
const pieceAt = roomAt + 4096;
export const pieceSize: number = 2 ** 18;
const sourceAt = pieceAt + pieceSize;

/** Of sources from this size on, suffixes at even positions alone are sorted. Shorter ones are sorted in no time, and there the tables of the sparse sort take longer than it saves. */
const sparseFrom = 2 ** 18;

/** Lays out the memory for files of these sizes. */
export function layOut(source: number, target: number): Layout {
  const after = (at: number, size: number) => Math.ceil((at + size) / 16) * 16;
  const bits = 31 - Math.clz32(Math.max(1, source));
  // More of both would be memory for little: a search is one step of twenty longer with half of the starts.
  const startBits = Math.min(22, Math.max(8, bits - 1));
  const gramBits = Math.min(26, Math.max(10, bits + 3));
  const suffixes = after(sourceAt, source + 16);
  const stride = source < sparseFrom ? 1 : 2;
  const starts = after(suffixes, 4 * Math.ceil(source / stride));
  const grams = after(starts, 4 * (2 ** startBits + 1));
  const targetAt = after(grams, 2 ** gramBits / 8);
  return {
    source: sourceAt,
    suffixes,
    stride,
    starts,
    startBits,
    grams,
    gramBits,
    target: targetAt,
    piece: pieceAt,
    triples: after(targetAt, target + 16),
  };
}

/**
 * The bytes of memory that one encode needs at least, the two files themselves not counted. A little more is taken for the
 * triples of very different files.
 */
export function bsdiffMemory(sourceBytes: number, targetBytes: number): number {
  return layOut(sourceBytes, targetBytes).triples + 65_536;
}

/** The same at most: sorting the suffixes of a text that is nothing but small patterns takes a number for each byte beside them. */
export function bsdiffMemoryAtMost(sourceBytes: number, targetBytes: number): number {
  return Math.max(
    bsdiffMemory(sourceBytes, targetBytes),
    layOut(sourceBytes, targetBytes).starts + 4 * sourceBytes + 2 ** 20,
  );
}

/** Throws a RangeError where the files are too long. */
export function checkSizes(source: number, target: number): void {
  for (const [name, size] of [
    ['source', source],
    ['target', target],
  ] as const) {
    if (size > bsdiffLimit)
      throw new RangeError(`the ${name} has ${size} bytes; a patch is made for at most ${bsdiffLimit}`);
  }
  const needed = bsdiffMemoryAtMost(source, target);
  if (needed > engineMemoryLimit) {
    throw new RangeError(
      `a patch from ${source} to ${target} bytes needs ${needed} bytes of memory; the limit is ${engineMemoryLimit}`,
    );
  }
}
