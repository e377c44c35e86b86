/** Unpacks compressed data by its magic, within a limit. */
import { mostJoinedStreams } from '../../model/limits/formats.js';
import { FormatError } from '../format-error.js';
import { unpackBzip2 } from './bzip2.js';
import { readGzip } from './gzip.js';
import { type Compression, compressionAt } from './kind.js';
import { unpackLz4Frame, unpackLz4Legacy } from './lz4.js';
import { unpackLzop } from './lzop.js';
import { boundedOutput } from './output.js';
import type { Unpacked } from './unpacked.js';
import { unpackLzma, unpackXz } from './xz.js';
import { unpackZstd } from './zstd.js';

/**
 * The plain bytes of a compressed file: of all streams of its kind that follow each other; other data behind them is ignored.
 * Throws FormatError on broken data, on more than `limit` bytes, and for a compression that is not known.
 */
export function unpack(bytes: Uint8Array, limit: number): Uint8Array {
  const kind = compressionAt(bytes);
  if (kind === undefined) throw new FormatError('it is not compressed in a way that is known');
  const first = unpackStream(kind, bytes, limit);
  // A second LZMA stream cannot be told from other data: its magic is three bytes of settings.
  if (kind === 'lzma' || compressionAt(bytes, first.end) !== kind) return first.bytes;
  const out = boundedOutput(limit);
  out.add(first.bytes);
  let at = first.end;
  for (let count = 1; compressionAt(bytes, at) === kind; count++) {
    if (count >= mostJoinedStreams) throw new FormatError(`more than ${mostJoinedStreams} streams follow each other`);
    const next = unpackStream(kind, bytes.subarray(at), limit - out.size());
    out.add(next.bytes);
    at += next.end;
  }
  return out.result();
}

/** One stream of a kind that is known, and where it ends. Throws FormatError as unpack does. */
export function unpackStream(kind: Compression, bytes: Uint8Array, limit: number): Unpacked {
  switch (kind) {
    case 'gzip': {
      const stream = readGzip(bytes, limit);
      return { bytes: stream.bytes, end: stream.length };
    }
    case 'zstd':
      return unpackZstd(bytes, limit);
    case 'lz4-legacy':
      return unpackLz4Legacy(bytes, limit);
    case 'lz4':
      return unpackLz4Frame(bytes, limit);
    case 'xz':
      return unpackXz(bytes, limit);
    case 'lzma':
      return unpackLzma(bytes, limit);
    case 'bzip2':
      return unpackBzip2(bytes, limit);
    case 'lzo':
      return unpackLzop(bytes, limit);
    default:
      return kind satisfies never;
  }
}
