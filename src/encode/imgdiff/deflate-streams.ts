import { crc32, inflateRawSync } from 'node:zlib';
import { discard } from '../../model/discard.js';
import { pieceFor } from '../../model/large-bytes.js';
import { largestFileBytes } from '../../model/limits.js';

/** A deflate stream inside of a file. Positions and lengths in bytes. */
export interface DeflateStream {
  readonly container: 'gzip' | 'zlib' | 'zip';
  /** Where the raw deflate data start: behind the container's header. */
  readonly start: number;
  readonly length: number;
  readonly expandedLength: number;
  /** What `use` makes of the expanded bytes, which are valid as long as it runs: long ones are inflated anew each time. */
  readonly expanded: <Made>(use: (bytes: Uint8Array) => Made) => Made;
  /** Gives back what is kept of long ones; they are inflated anew from then on. */
  readonly release: () => void;
  /** The compression level that the container claims, where it does. */
  readonly levelHint: number | undefined;
}

/** Shorter streams are not worth the header of a chunk. */
const minLength = 256;

/** Longer expansions are left alone: no file of a module needs more, and a bomb would. */
const maxExpanded = largestFileBytes;

/** More streams than this make more headers than they save. */
const maxStreams = 4096;

/** Longer names in a gzip header are none. */
const longestName = 4096;

/** Expanded bytes that are kept, up to so many in a stream. */
const keptUpTo = 1 << 20;

/** Bytes that the first try at a stream may take, and how many times more the next. */
const firstTry = 1024;
const nextTry = 8;
/** What was tried in vain is collected late, so from here on it is all at once: no try between 4 MB and 64. */
const longTry = firstTry * nextTry ** 4;
const lastTry = 2 ** 26;

/** What was found in a file, and how much work it was. */
export interface DeflateSearch {
  /** In order, without overlaps. */
  readonly streams: readonly DeflateStream[];
  /** Bytes that were inflated at most, also of what turned out to be no stream. */
  readonly inflated: number;
  /** The budget was used up before the end of the file: there may be more streams. */
  readonly stopped: boolean;
}

/**
 * Bytes that may be inflated in the search through a file: a real one needs a few times its size, a crafted one, whose streams lie
 * inside of each other, the square of it.
 */
export function inflateBudget(size: number): number {
  return 64 * 2 ** 20 + 16 * size;
}

/** Counts down what may still be inflated, and what of long streams may be kept. */
interface Budget {
  left: number;
  keep: number;
}

/**
 * The deflate streams of gzip, zip and zlib containers. Only streams whose checksum is right, or which a zip entry names, are taken:
 * random bytes that look like a header are not. The search ends when `budget` bytes have been inflated. `keep` bytes of long streams
 * stay expanded until they are released, for whoever reads them at once.
 */
export function searchDeflateStreams(
  bytes: Uint8Array,
  budget: number = inflateBudget(bytes.length),
  keep = 0,
): DeflateSearch {
  const streams: DeflateStream[] = [];
  const work: Budget = { left: budget, keep };
  for (let at = 0; at + minLength < bytes.length && streams.length < maxStreams; ) {
    const stream = streamAt(bytes, at, work);
    if (work.left <= 0) return { streams, inflated: budget, stopped: true };
    if (stream === undefined || stream.length < minLength) {
      at++;
      continue;
    }
    streams.push(stream);
    at = stream.start + stream.length;
  }
  return { streams, inflated: budget - work.left, stopped: false };
}

function streamAt(bytes: Uint8Array, at: number, work: Budget): DeflateStream | undefined {
  const first = bytes[at];
  if (first === 0x1f) return bytes[at + 1] === 0x8b && bytes[at + 2] === 8 ? gzipAt(bytes, at, work) : undefined;
  if (first === 0x78) return zlibAt(bytes, at, work);
  if (first === 0x50) return zipAt(bytes, at, work);
  return undefined;
}

/** RFC 1952. */
function gzipAt(bytes: Uint8Array, at: number, work: Budget): DeflateStream | undefined {
  const flags = bytes[at + 3] ?? 0;
  if ((flags & 0xe0) !== 0) return undefined;
  let start = at + 10;
  if ((flags & 4) !== 0) start += 2 + (bytes[start] ?? 0) + ((bytes[start + 1] ?? 0) << 8);
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.subarray(start, start + longestName).indexOf(0);
    if (end < 0) return undefined;
    start += end + 1;
  }
  if ((flags & 2) !== 0) start += 2;
  const inflated = inflateAt(bytes, start, work);
  if (inflated === undefined || low32(bytes, start + inflated.length) !== crc32(inflated.expanded)) return undefined;
  const hint = bytes[at + 8];
  return streamOf('gzip', bytes, start, inflated, work, hint === 2 ? 9 : hint === 4 ? 1 : 6);
}

/** RFC 1950, with a window of 32 KiB and no dictionary, as nearly everything is. */
function zlibAt(bytes: Uint8Array, at: number, work: Budget): DeflateStream | undefined {
  const flags = bytes[at + 1] ?? 0;
  if ((flags & 0x20) !== 0 || (0x7800 + flags) % 31 !== 0) return undefined;
  const start = at + 2;
  const inflated = inflateAt(bytes, start, work);
  if (inflated === undefined) return undefined;
  const end = start + inflated.length;
  const stated = low32(bytes.subarray(end, end + 4).toReversed(), 0);
  if (end + 4 > bytes.length || stated !== adler32(inflated.expanded)) return undefined;
  return streamOf('zlib', bytes, start, inflated, work, [1, 3, 6, 9][flags >>> 6]);
}

/** A deflated entry behind its local header; its sizes may follow the data, so they are not asked for. */
function zipAt(bytes: Uint8Array, at: number, work: Budget): DeflateStream | undefined {
  if (low32(bytes, at) !== 0x04034b50 || bytes[at + 8] !== 8 || bytes[at + 9] !== 0) return undefined;
  const nameLength = (bytes[at + 26] ?? 0) | ((bytes[at + 27] ?? 0) << 8);
  const extraLength = (bytes[at + 28] ?? 0) | ((bytes[at + 29] ?? 0) << 8);
  const start = at + 30 + nameLength + extraLength;
  const inflated = inflateAt(bytes, start, work);
  return inflated === undefined ? undefined : streamOf('zip', bytes, start, inflated, work, undefined);
}

function streamOf(
  container: DeflateStream['container'],
  file: Uint8Array,
  start: number,
  { length, expanded }: Inflated,
  work: Budget,
  levelHint: number | undefined,
): DeflateStream {
  const expandedLength = expanded.length;
  const common = { container, start, length, expandedLength, levelHint };
  if (expandedLength <= keptUpTo) return { ...common, expanded: (use) => use(expanded), release: () => {} };
  let kept = expandedLength <= work.keep ? expanded : undefined;
  if (kept === undefined) discard(expanded);
  else work.keep -= expandedLength;
  const options = { chunkSize: pieceFor(expandedLength), maxOutputLength: expandedLength };
  return {
    ...common,
    expanded: (use) => {
      if (kept !== undefined) return use(kept);
      const bytes = inflateRawSync(file.subarray(start, start + length), options);
      const made = use(bytes);
      discard(bytes);
      return made;
    },
    release: () => {
      if (kept !== undefined) discard(kept);
      kept = undefined;
    },
  };
}

interface Inflated {
  readonly length: number;
  readonly expanded: Uint8Array;
}

/**
 * Inflates what begins at `start`, in tries that are allowed more and more bytes, in and out, so that each costs the budget no more than
 * it does: what is no stream mostly shows in the first.
 */
function inflateAt(bytes: Uint8Array, start: number, work: Budget): Inflated | undefined {
  if (start >= bytes.length) return undefined;
  for (let limit = firstTry; work.left > 0; limit = limit === longTry ? lastTry : limit * nextTry) {
    const most = Math.min(limit, maxExpanded, work.left);
    // Deflated bytes can be more than their content: blocks may even be empty.
    const input = bytes.subarray(start, start + 2 * limit);
    const result = inflateUpTo(input, most);
    if (typeof result === 'object') {
      work.left -= Math.max(result.expanded.length, firstTry);
      return result;
    }
    work.left -= most;
    const isAll = start + input.length >= bytes.length;
    if (result === 'bad' || (result === 'short' && isAll) || (result === 'long' && most === maxExpanded))
      return undefined;
  }
  return undefined;
}

/** `short`: it does not end within the input. `long`: it makes more than `most` bytes. `bad`: it is no deflate stream. */
function inflateUpTo(input: Uint8Array, most: number): Inflated | 'short' | 'long' | 'bad' {
  try {
    const result: unknown = inflateRawSync(input, { info: true, maxOutputLength: most, chunkSize: pieceFor(most) });
    if (typeof result !== 'object' || result === null || !('buffer' in result) || !('engine' in result)) {
      throw new TypeError('inflateRawSync() without its info');
    }
    const { buffer, engine } = result;
    if (!(buffer instanceof Uint8Array) || typeof engine !== 'object' || engine === null) return 'bad';
    const length = 'bytesWritten' in engine ? engine.bytesWritten : undefined;
    return typeof length === 'number' ? { length, expanded: buffer } : 'bad';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (error instanceof TypeError && code === undefined) throw error;
    return code === 'Z_BUF_ERROR' ? 'short' : code === 'ERR_BUFFER_TOO_LARGE' ? 'long' : 'bad';
  }
}

function low32(bytes: Uint8Array, at: number): number {
  const byte = (i: number): number => bytes[at + i] ?? 0;
  return (byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)) >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let at = 0; at < bytes.length; ) {
    // 5552 is the most that stays within 32 bits.
    for (const end = Math.min(bytes.length, at + 5552); at < end; at++) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}
