/** Contents of files: whole blocks one after the other, and an end that may lie in a fragment, which several files share. */

import type { ByteSource } from '../../model/byte-source.js';
import { largestSquashfsFileBytes } from '../../model/limits/squashfs.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import type { FileInode } from './inodes.js';
import type { Metadata } from './metadata.js';
import type { InodeAt, Superblock } from './superblock.js';
import { readFragment } from './tables.js';
import { unpackBlock } from './unpack.js';

const notPacked = 0x1000000;
const fragmentsKept = 4;

/** Reads the content of a file in order. Throws FormatError where it is damaged. */
export type ReadContent = (inode: FileInode, at: InodeAt) => AsyncGenerator<Uint8Array>;

/** Fragments that were read last are kept: files that lie in one come one after the other. */
export function contentsOf(source: ByteSource, metadata: Metadata, superblock: Superblock): ReadContent {
  const { blockSize, compressor, inodeTable } = superblock;
  const fragments = new Map<number, Uint8Array>();

  const stored = async (position: number, word: number, limit: number): Promise<Uint8Array> => {
    const length = word & (notPacked - 1);
    if (length > blockSize || word >= 2 * notPacked) {
      throw new FormatError(`a block of ${length} bytes is larger than a block can be`);
    }
    const bytes = await source.read(position, length);
    if (bytes.length < length) throw new FormatError(`the block at ${position} goes beyond the end of the image`);
    return (word & notPacked) === 0 ? unpackBlock(compressor, bytes, limit) : bytes;
  };

  const fragmentOf = async (index: number): Promise<Uint8Array> => {
    const known = fragments.get(index);
    if (known !== undefined) return known;
    const { start, word } = await readFragment(source, metadata, superblock, index);
    const bytes = await stored(start, word, blockSize);
    fragments.set(index, bytes);
    const [oldest] = fragments.keys();
    if (fragments.size > fragmentsKept && oldest !== undefined) fragments.delete(oldest);
    return bytes;
  };

  return async function* (inode, at) {
    const { size, fragment } = inode;
    if (size > largestSquashfsFileBytes) throw new FormatError(`the file is said to have ${size} bytes`);
    const blocks = fragment === undefined ? Math.ceil(size / blockSize) : Math.floor(size / blockSize);
    const list = viewOf(await metadata.read(inodeTable + at.block, at.offset, inode.listOffset + 4 * blocks), true);
    let position = inode.start;
    for (let index = 0; index < blocks; index += 1) {
      const listed = list.u32(inode.listOffset + 4 * index);
      const expected = Math.min(blockSize, size - index * blockSize);
      if (listed === 0) yield new Uint8Array(expected);
      else {
        const bytes = await stored(position, listed, expected);
        if (bytes.length !== expected) {
          throw new FormatError(`block ${index} has ${bytes.length} bytes instead of ${expected}`);
        }
        yield bytes;
      }
      position += listed & (notPacked - 1);
    }
    const rest = size - blocks * blockSize;
    if (rest <= 0 || fragment === undefined) return;
    const bytes = await fragmentOf(fragment);
    const end = inode.fragmentOffset + rest;
    if (end > bytes.length) throw new FormatError(`the file ends at ${end} of a fragment of ${bytes.length} bytes`);
    yield bytes.slice(inode.fragmentOffset, end);
  };
}
