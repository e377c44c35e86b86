/** Tells compressed data by its magic and unpacks what Node and our libraries can, within a limit. */
import { Decompress } from 'fzstd';
import { startsWith, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { readGzip } from './gzip.js';
import { unpackLzma, unpackXz } from './xz.js';

/** `zstd --ultra -22` and the kernel's makefile ask for 128 MiB. */
const largestWindow = 128 * 1024 * 1024;

export type Compression = 'gzip' | 'xz' | 'lzma' | 'lz4' | 'lz4-legacy' | 'zstd' | 'bzip2' | 'lzo';

const magics: readonly (readonly [string, Compression])[] = [
  ['\x1f\x8b\x08', 'gzip'],
  ['\xfd7zXZ\0', 'xz'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\x02\x21\x4c\x18', 'lz4-legacy'],
  ['\x04\x22\x4d\x18', 'lz4'],
  ['BZh', 'bzip2'],
  ['\x89LZO\0\r\n\x1a\n', 'lzo'],
  ['\x5d\0\0', 'lzma'],
];

/** The compression whose magic stands there. */
export function compressionAt(bytes: Uint8Array, at = 0): Compression | undefined {
  return magics.find(([magic]) => startsWith(bytes, magic, at))?.[1];
}

/**
 * The plain bytes of a gzip, xz, LZMA, zstd or lz4 (kernel) stream; data behind the stream is ignored.
 * Throws FormatError on broken data, on more than `limit` bytes, and for a compression that is not read here.
 */
export function unpack(bytes: Uint8Array, limit: number): Uint8Array {
  const kind = compressionAt(bytes);
  switch (kind) {
    case 'gzip':
      return readGzip(bytes, limit).bytes;
    case 'zstd':
      return unpackZstd(bytes, limit);
    case 'lz4-legacy':
      return unpackLz4Legacy(bytes, limit);
    case 'xz':
      return unpackXz(bytes, limit);
    case 'lzma':
      return unpackLzma(bytes, limit);
    case undefined:
      throw new FormatError('it is not compressed in a way that is known');
    default:
      throw new FormatError(`${kind} is not unpacked here`);
  }
}

/** The window that the first frame asks for; a decoder takes that much memory before anything is checked. */
function zstdWindow(bytes: Uint8Array): number {
  const view = viewOf(bytes, true);
  const descriptor = view.u8(4);
  const single = (descriptor & 0x20) !== 0;
  if (!single) return 2 ** (10 + (view.u8(5) >> 3)) * (1 + (view.u8(5) & 7) / 8);
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + dictionary;
  const width = descriptor >> 6;
  return width === 0 ? view.u8(at) : width === 1 ? view.u16(at) + 256 : width === 2 ? view.u32(at) : view.u64(at);
}

function unpackZstd(bytes: Uint8Array, limit: number): Uint8Array {
  const window = zstdWindow(bytes);
  if (window > largestWindow) throw new FormatError(`its zstd window of ${window} bytes is too large`);
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((part) => {
    size += part.length;
    if (size > limit) throw new FormatError(`it unpacks to more than ${limit} bytes`);
    parts.push(part);
  });
  try {
    stream.push(bytes, true);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`the compressed data is broken (${error instanceof Error ? error.message : 'zstd'})`);
  }
  return joined(parts, size);
}

/** The kernel's own lz4 container: magic, then blocks of at most 8 MiB plain, each behind its packed size. */
function unpackLz4Legacy(bytes: Uint8Array, limit: number): Uint8Array {
  const view = viewOf(bytes, true);
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let at = 4; at + 4 <= bytes.length; ) {
    const length = view.u32(at);
    at += 4;
    // what stands behind the last block is no block: padding or a size that the kernel's makefile appends
    if (length === 0 || at + length > bytes.length) break;
    const part = unpackLz4Block(view.slice(at, length), Math.min(8 * 1024 * 1024, limit - size));
    size += part.length;
    parts.push(part);
    at += length;
  }
  if (size === 0) throw new FormatError('the lz4 data has no block');
  return joined(parts, size);
}

function unpackLz4Block(block: Uint8Array, limit: number): Uint8Array {
  const view = viewOf(block, true);
  const out = new Uint8Array(limit);
  let at = 0;
  let size = 0;
  const longer = (start: number): number => {
    let length = start;
    if (start === 15) {
      for (let more = 255; more === 255; ) {
        more = view.u8(at++);
        length += more;
      }
    }
    return length;
  };
  const room = (length: number): void => {
    if (size + length > limit) throw new FormatError(`it unpacks to more than ${limit} bytes`);
  };
  while (at < block.length) {
    const token = view.u8(at++);
    const literals = longer(token >> 4);
    room(literals);
    out.set(view.slice(at, literals), size);
    at += literals;
    size += literals;
    if (at >= block.length) break;
    const distance = view.u16(at);
    at += 2;
    if (distance === 0 || distance > size)
      throw new FormatError(`an lz4 match reaches ${distance} bytes back, ${size} are there`);
    const length = longer(token & 15) + 4;
    room(length);
    for (let i = 0; i < length; i++, size++) out[size] = out[size - distance] ?? 0;
  }
  return out.subarray(0, size);
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
