/** How blocks of a squashfs are packed. */

import { inflateZlib } from '../compression/inflate.js';
import { unpackLz4Block } from '../compression/lz4.js';
import { unpackLzoWithin } from '../compression/lzo.js';
import { unpackLzma, unpackXz } from '../compression/xz.js';
import { unpackZstd } from '../compression/zstd.js';
import { FormatError } from '../format-error.js';

const compressors = ['gzip', 'lzma', 'lzo', 'xz', 'lz4', 'zstd'] as const;

/** The compressor of an image. */
export type Compressor = (typeof compressors)[number];

/** The compressor with this number. Throws FormatError for one that is not known. */
export function compressorOf(number: number): Compressor {
  const compressor = compressors[number - 1];
  if (compressor === undefined) throw new FormatError(`its compressor has the number ${number}, which is not known`);
  return compressor;
}

/** Unpacks a block to at most `limit` bytes. Throws FormatError. */
export function unpackBlock(compressor: Compressor, packed: Uint8Array, limit: number): Uint8Array {
  switch (compressor) {
    case 'gzip':
      return inflateZlib(packed, limit);
    case 'lzma':
      return unpackLzma(packed, limit).bytes;
    case 'lzo': {
      const bytes = unpackLzoWithin(packed, limit);
      if (typeof bytes === 'string') throw new FormatError(`an LZO block is broken (${bytes})`);
      return bytes;
    }
    case 'xz':
      return unpackXz(packed, limit).bytes;
    case 'lz4':
      return unpackLz4Block(packed, limit);
    case 'zstd':
      return unpackZstd(packed, limit).bytes;
    default:
      return compressor satisfies never;
  }
}
