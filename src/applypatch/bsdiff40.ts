import { type Bzip2Reader, openBzip2 } from '../formats/compression/bzip2.js';
import { newBytes } from '../model/large-bytes.js';
import { mostEmptyTriples } from '../model/limits/formats.js';
import { PatchFormatError, readingBzip2 } from './fault.js';
import { readSigned } from './numbers.js';

/** The header of a BSDIFF40 patch. All lengths in bytes. */
export interface Bsdiff40Header {
  readonly controlBytes: number;
  readonly diffBytes: number;
  readonly targetSize: number;
}

/** How a patch is to be read where devices differ. */
export interface Bsdiff40Options {
  /** A larger target is refused before any memory is taken for it. */
  readonly maxTargetSize: number;
  /** `zero`: bytes outside of the source count as zero, as in the classic program. `reject`: they are a fault. */
  readonly outsideSource: 'zero' | 'reject';
  /** Whether the streams are read to their ends when the target is whole. */
  readonly unread: 'check' | 'ignore';
  /** Bytes that the updater takes the source to have; reading those that it does not have is a fault. */
  readonly claimedSource?: number | undefined;
  /** Whether anything may follow the third block: in an IMGDIFF2, the patch of the next chunk does. */
  readonly mayContinue: boolean;
  /** Instructions that make nothing, still allowed; shared by the chunks of an IMGDIFF2. */
  readonly idle?: IdleBudget | undefined;
}

/** What is left to spend on instructions that make nothing. */
export interface IdleBudget {
  left: number;
}

const headerSize = 32;

/** Reads and checks the header, which must be a BSDIFF40's. */
export function readBsdiff40Header(patch: Uint8Array): Bsdiff40Header {
  for (let i = 0; i < 8; i++) {
    if (patch[i] !== 'BSDIFF40'.charCodeAt(i)) {
      throw new PatchFormatError(
        i >= patch.length && i > 0 ? 'truncated' : 'not-a-patch',
        'not a BSDIFF40 patch where one is expected',
      );
    }
  }
  const controlBytes = readSigned(patch, 8);
  const diffBytes = readSigned(patch, 16);
  const targetSize = readSigned(patch, 24);
  if (controlBytes < 0 || diffBytes < 0 || targetSize < 0) {
    throw new PatchFormatError('negative-count', 'BSDIFF40: a length in the header is negative');
  }
  if (headerSize + controlBytes + diffBytes > patch.length) {
    throw new PatchFormatError('truncated', 'BSDIFF40: the patch is shorter than the blocks that it announces');
  }
  return { controlBytes, diffBytes, targetSize };
}

/**
 * Applies a BSDIFF40 patch. Memory: the target and less than 11 MB. Throws PatchFormatError; time and memory are
 * bounded by the allowed target size and the size of the patch, whatever the patch says.
 *
 * The checksums of all three blocks are verified to their end, also where no byte of a block is used.
 */
export function applyBsdiff40(
  patch: Uint8Array,
  source: Uint8Array,
  options: Bsdiff40Options,
): Uint8Array<ArrayBuffer> {
  return readingBzip2(() => apply(patch, source, options));
}

function apply(patch: Uint8Array, source: Uint8Array, options: Bsdiff40Options): Uint8Array<ArrayBuffer> {
  const { controlBytes, diffBytes, targetSize } = readBsdiff40Header(patch);
  if (targetSize > options.maxTargetSize) {
    throw new PatchFormatError('too-large', `BSDIFF40: the target would have ${targetSize} bytes`);
  }
  const diffStart = headerSize + controlBytes;
  const extraStart = diffStart + diffBytes;
  const control = openBzip2(patch.subarray(headerSize, diffStart));
  const diff = openBzip2(patch.subarray(diffStart, extraStart));
  const extra = openBzip2(patch.subarray(extraStart));
  const strict = options.outsideSource === 'reject';

  const target = newBytes(targetSize);
  const triple = new Uint8Array(24);
  const idle = options.idle ?? { left: mostEmptyTriples };
  let made = 0;
  let oldPosition = 0;
  while (made < targetSize) {
    control.read(triple, 0, 24);
    const add = readSigned(triple, 0);
    const copy = readSigned(triple, 8);
    if (add < 0 || copy < 0) throw new PatchFormatError('negative-count', 'BSDIFF40: a negative count of bytes');
    if (add > targetSize - made || copy > targetSize - made - add) {
      throw new PatchFormatError('size-mismatch', 'BSDIFF40: more bytes are made than the target has');
    }
    if (add + copy === 0 && --idle.left < 0) {
      throw new PatchFormatError('no-progress', 'BSDIFF40: too many instructions that make nothing');
    }
    if (add > 0) {
      if (strict && (oldPosition < 0 || oldPosition + add > source.length)) throw outside();
      if (touchesBeyond(oldPosition, add, source.length, options.claimedSource)) {
        throw new PatchFormatError('outside-memory', 'a chunk reads memory behind the source');
      }
      diff.read(target, made, made + add);
      addSource(target, made, add, source, oldPosition);
      made += add;
      oldPosition += add;
    }
    if (copy > 0) extra.read(target, made, made + copy);
    made += copy;
    oldPosition += readSigned(triple, 16);
    if (!Number.isSafeInteger(oldPosition)) {
      throw new PatchFormatError('count-out-of-range', 'BSDIFF40: a seek beyond any file');
    }
    if (strict && (oldPosition < 0 || oldPosition > source.length)) throw outside();
  }
  if (options.unread === 'ignore') return target;
  finish(control, controlBytes);
  finish(diff, diffBytes);
  finish(extra, options.mayContinue ? undefined : patch.length - extraStart);
  return target;
}

function touchesBeyond(at: number, count: number, size: number, claimed: number | undefined): boolean {
  return claimed !== undefined && Math.min(at + count, claimed) > Math.max(at, size);
}

function outside(): PatchFormatError {
  return new PatchFormatError('outside-source', 'BSDIFF40: bytes outside of the source are used');
}

function addSource(target: Uint8Array, from: number, count: number, source: Uint8Array, oldPosition: number): void {
  const first = Math.max(0, -oldPosition);
  const end = Math.min(count, source.length - oldPosition);
  const shift = oldPosition - from;
  for (let i = from + first; i < from + end; i++) target[i] = (target[i] ?? 0) + (source[i + shift] ?? 0);
}

function finish(reader: Bzip2Reader, size: number | undefined): void {
  const used = reader.finish();
  if (size !== undefined && used !== size) {
    throw new PatchFormatError('leftover-bytes', 'BSDIFF40: bytes follow a bzip2 stream');
  }
}
