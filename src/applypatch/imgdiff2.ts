import { inflateRawSync } from 'node:zlib';
import { newBytes, pieceFor } from '../model/large-bytes.js';
import { mostEmptyTriples, mostPatchChunks, mostTimesExpanded } from '../model/limits/formats.js';
import { applyBsdiff40, type Bsdiff40Options, type IdleBudget, readBsdiff40Header } from './bsdiff40.js';
import { deflateClassic } from './deflate/classic.js';
import { PatchFormatError } from './fault.js';
import { readInt32, readSize } from './numbers.js';

/** What zlib's deflateInit2 is given. */
export interface DeflateParameters {
  readonly level: number;
  readonly method: number;
  readonly windowBits: number;
  readonly memLevel: number;
  readonly strategy: number;
}

/** Makes the raw deflate stream of these bytes again; throws PatchFormatError where it would be longer than `maxSize`. */
export type DeflateAgain = (bytes: Uint8Array, parameters: DeflateParameters, maxSize: number) => Uint8Array;

/** A chunk of an IMGDIFF2, as its header says. Positions and lengths in bytes. */
export type ImgdiffChunk =
  | {
      readonly kind: 'normal';
      readonly sourceStart: number;
      readonly sourceLength: number;
      readonly patchOffset: number;
    }
  | {
      readonly kind: 'deflate';
      readonly sourceStart: number;
      readonly sourceLength: number;
      readonly patchOffset: number;
      readonly sourceExpanded: number;
      readonly targetExpanded: number;
      readonly parameters: DeflateParameters;
    }
  | { readonly kind: 'raw'; readonly start: number; readonly length: number };

/** Deflate cannot shrink anything to less than a 1032nd. */
const maxDeflateRatio = 1032;

const levels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const memLevels = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const strategies = [0, 1, 2, 3, 4] as const;

/** Reads all chunk headers. The first eight bytes are the caller's to check. */
export function readImgdiff2Chunks(patch: Uint8Array): readonly ImgdiffChunk[] {
  return [...imgdiff2Chunks(patch, readCount(patch), 'truncated')];
}

function readCount(patch: Uint8Array): number {
  const count = readInt32(patch, 8);
  if (count < 0) throw new PatchFormatError('negative-count', 'IMGDIFF2: a negative number of chunks');
  if (count > mostPatchChunks) throw new PatchFormatError('count-out-of-range', `IMGDIFF2: ${count} chunks`);
  return count;
}

/** The chunks one after the other, as updaters read them: what is wrong with one is seen when those before it are done. */
function* imgdiff2Chunks(
  patch: Uint8Array,
  count: number,
  behindTheEnd: 'truncated' | 'outside-memory',
): Generator<ImgdiffChunk> {
  let at = 12;
  for (let read = 0; read < count; read++) {
    const type = readInt32(patch, at);
    at += 4;
    if (type === 3) {
      const length = readInt32(patch, at);
      if (length < 0) throw new PatchFormatError('negative-count', 'IMGDIFF2: a raw chunk of negative length');
      at += 4;
      if (at + length > patch.length) throw new PatchFormatError('truncated', 'IMGDIFF2: ends inside of a raw chunk');
      yield { kind: 'raw', start: at, length };
      at += length;
      continue;
    }
    if (type !== 0 && type !== 2) throw new PatchFormatError('chunk-type', `IMGDIFF2: a chunk of type ${type}`);
    const common = {
      sourceStart: readSize(patch, at),
      sourceLength: readSize(patch, at + 8),
      patchOffset: readSize(patch, at + 16),
    };
    at += 24;
    if (common.patchOffset > patch.length) {
      throw new PatchFormatError(behindTheEnd, "IMGDIFF2: a chunk's patch lies behind the end");
    }
    if (type === 0) {
      yield { kind: 'normal', ...common };
      continue;
    }
    yield {
      kind: 'deflate',
      ...common,
      sourceExpanded: readSize(patch, at),
      targetExpanded: readSize(patch, at + 8),
      parameters: {
        level: readInt32(patch, at + 16),
        method: readInt32(patch, at + 20),
        windowBits: readInt32(patch, at + 24),
        memLevel: readInt32(patch, at + 28),
        strategy: readInt32(patch, at + 32),
      },
    };
    at += 36;
  }
}

/** How a patch is to be read where devices differ, and what it may cost. */
export interface Imgdiff2Options {
  /** A larger target is refused before any memory is taken for it. */
  readonly maxTargetSize: number;
  /** The same for the expanded bytes of one deflate chunk, of the source or of the target. */
  readonly maxExpandedSize: number;
  readonly outsideSource: 'zero' | 'reject';
  readonly unread: 'check' | 'ignore';
  readonly chunkRange: 'check' | 'memory';
  readonly deflate?: DeflateAgain | undefined;
}

/**
 * Applies an IMGDIFF2 patch. Deflate streams are made again as by the classic zlib that devices carry; node:zlib's bytes
 * are others, so it serves for inflating only. Memory: the target twice and, one at a time,
 * the expanded chunks. Throws PatchFormatError.
 */
export function applyImgdiff2(
  patch: Uint8Array,
  source: Uint8Array,
  options: Imgdiff2Options,
): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let expanded = 0;
  const count = readCount(patch);
  const idle: IdleBudget = { left: mostEmptyTriples + count };
  try {
    // updaters do not look where a chunk's patch lies
    const behindTheEnd = options.unread === 'ignore' ? 'outside-memory' : 'truncated';
    for (const chunk of imgdiff2Chunks(patch, count, behindTheEnd)) {
      if (chunk.kind === 'deflate') expanded += chunk.sourceExpanded + chunk.targetExpanded;
      if (expanded > mostTimesExpanded * options.maxExpandedSize) throw tooLarge();
      const maxTargetSize = options.maxTargetSize - size;
      const piece = applyChunk(patch, source, chunk, { ...options, maxTargetSize, idle });
      pieces.push(piece);
      size += piece.length;
    }
  } catch (cause) {
    if (!(cause instanceof PatchFormatError)) throw cause;
    throw new PatchFormatError(cause.code, cause.message, { cause, written: joined(pieces, size) });
  }
  return joined(pieces, size);
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const target = newBytes(size);
  let at = 0;
  for (const piece of pieces) {
    target.set(piece, at);
    at += piece.length;
  }
  return target;
}

function applyChunk(
  patch: Uint8Array,
  source: Uint8Array,
  chunk: ImgdiffChunk,
  options: Imgdiff2Options & { readonly idle: IdleBudget },
): Uint8Array {
  if (chunk.kind === 'raw') {
    if (chunk.length > options.maxTargetSize) throw tooLarge();
    return patch.subarray(chunk.start, chunk.start + chunk.length);
  }
  const beyond = chunk.sourceStart > source.length || chunk.sourceLength > source.length - chunk.sourceStart;
  // expanding a range reads all of it
  if (beyond && (options.chunkRange === 'check' || chunk.kind === 'deflate')) {
    const code = options.chunkRange === 'check' ? 'chunk-range' : 'outside-memory';
    throw new PatchFormatError(code, 'IMGDIFF2: a chunk reaches beyond the source');
  }
  const from = source.subarray(chunk.sourceStart, chunk.sourceStart + chunk.sourceLength);
  const inner = patch.subarray(chunk.patchOffset);
  const innerOptions: Bsdiff40Options = { ...options, mayContinue: true };
  switch (chunk.kind) {
    case 'normal':
      return applyBsdiff40(inner, from, beyond ? { ...innerOptions, claimedSource: chunk.sourceLength } : innerOptions);
    case 'deflate': {
      if (chunk.targetExpanded > options.maxExpandedSize || chunk.sourceExpanded > options.maxExpandedSize) {
        throw tooLarge();
      }
      if (readBsdiff40Header(inner).targetSize !== chunk.targetExpanded) {
        throw new PatchFormatError('size-mismatch', 'IMGDIFF2: a chunk and its patch differ in their sizes');
      }
      const expanded = inflateExactly(from, chunk.sourceExpanded);
      const target = applyBsdiff40(inner, expanded, { ...innerOptions, maxTargetSize: chunk.targetExpanded });
      return (options.deflate ?? deflateAgain)(target, chunk.parameters, options.maxTargetSize);
    }
    default:
      return chunk satisfies never;
  }
}

function inflateExactly(from: Uint8Array, expanded: number): Uint8Array {
  if (expanded > maxDeflateRatio * from.length) {
    throw new PatchFormatError('inflate', 'IMGDIFF2: a source range cannot expand so far');
  }
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(from, { maxOutputLength: Math.max(1, expanded), chunkSize: pieceFor(expanded) });
  } catch (cause) {
    throw new PatchFormatError('inflate', 'IMGDIFF2: a source range is no deflate stream of the stated size', {
      cause,
    });
  }
  if (bytes.length !== expanded) {
    throw new PatchFormatError('inflate', 'IMGDIFF2: a source range expands to fewer bytes than stated');
  }
  return bytes;
}

/** As the device does it: the stream that classic zlib makes. Throws PatchFormatError for parameters that it does not take, and for more than `maxSize` bytes. */
export function deflateAgain(bytes: Uint8Array, parameters: DeflateParameters, maxSize: number): Uint8Array {
  const level = levels.find((known) => known === parameters.level);
  const memLevel = memLevels.find((known) => known === parameters.memLevel);
  const strategy = strategies.find((known) => known === parameters.strategy);
  const windowBits = -parameters.windowBits;
  if (
    level === undefined ||
    memLevel === undefined ||
    strategy === undefined ||
    parameters.method !== 8 ||
    windowBits < 9 ||
    windowBits > 15
  ) {
    throw new PatchFormatError('deflate-parameters', 'IMGDIFF2: deflate parameters that zlib does not take');
  }
  const deflated = deflateClassic(bytes, { level, memLevel, strategy, windowBits }, maxSize);
  if (deflated === undefined) throw tooLarge();
  return deflated;
}

function tooLarge(): PatchFormatError {
  return new PatchFormatError('too-large', 'IMGDIFF2: the target is larger than allowed');
}
