import { startsWith } from '../bytes/view.js';

/** The ways of compression that are told by their first bytes. */
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
