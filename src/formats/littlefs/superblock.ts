/** The superblock of a LittleFS image: the pair of the blocks 0 and 1. */

import { largestLittlefsBlockBytes, smallestLittlefsBlockBytes } from '../../model/limits/littlefs.js';
import { startsWith, type View } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { type MetadataBlock, type PairAt, readMetadata, readPair } from './pair.js';

/** What the superblock says. */
export interface Superblock {
  readonly blockSize: number;
  readonly blockCount: number;
  /** `1.1`. */
  readonly version: string;
  readonly root: PairAt;
  readonly tail: PairAt;
  /** One of its two blocks is damaged: the block's number. */
  readonly damaged: number | undefined;
}

const magic = 'littlefs';
/** Where the name stands in block 0: behind the header, the head of the entry and its data. */
const magicAt = 40;
/** Where version 2 has it. */
const magicOfVersion2At = 8;

/** So many bytes tell whether a file is an image. */
export const littlefsHeadBytes = magicAt + magic.length;

/** Whether the first block says that a LittleFS of version 1 begins here. */
export function isLittlefs(head: Uint8Array): boolean {
  return startsWith(head, magic, magicAt);
}

/** Where block 1 would begin, for each size of a block: it is looked at where block 0 is lost. */
export function secondBlocks(): readonly number[] {
  const blocks: number[] = [];
  for (let size = smallestLittlefsBlockBytes; size <= largestLittlefsBlockBytes; size *= 2) blocks.push(size);
  return blocks;
}

/** Reads the superblock. Throws FormatError for what is no LittleFS of version 1. */
export function readSuperblock(image: View): Superblock {
  if (image.size >= 16 && startsWith(image.slice(0, 16), magic, magicOfVersion2At)) {
    throw new FormatError('it is a LittleFS of version 2, which QuecPython does not mount as VfsLfs1');
  }
  const blockSize = blockSizeOf(image);
  const chosen = blockSize === undefined ? undefined : readPair(image, [0, 1], blockSize);
  const entry = chosen && readEntry(image, chosen);
  if (blockSize === undefined || chosen === undefined || entry === undefined) {
    throw new FormatError('neither block 0 nor block 1 is a superblock with a right check sum');
  }
  if (entry.blockSize !== blockSize) {
    throw new FormatError(`the superblock's two blocks differ: blocks of ${blockSize} and of ${entry.blockSize} bytes`);
  }
  const [major, minor] = [entry.version >>> 16, entry.version & 0xffff];
  if (major !== 1 || minor > 1) {
    throw new FormatError(`its disk version is ${major}.${minor}; 1.1 and 1.0 can be read`);
  }
  const damaged = [0, 1].find((block) => {
    const one = readMetadata(image, block, blockSize);
    return one === undefined || readEntry(image, one) === undefined;
  });
  const { blockCount, root } = entry;
  return { blockSize, blockCount, version: `${major}.${minor}`, root, tail: chosen.tail, damaged };
}

/** The size of a block that the first whole one of the two states; block 1 is looked for at every size that flash has. */
function blockSizeOf(image: View): number | undefined {
  for (const at of [0, ...secondBlocks()]) {
    if (at + littlefsHeadBytes > image.size || !isLittlefs(image.slice(at, littlefsHeadBytes))) continue;
    const stated = image.u32(at + 28);
    if (stated < smallestLittlefsBlockBytes || stated > largestLittlefsBlockBytes) continue;
    if (at !== 0 && stated !== at) continue;
    if (readMetadata(image, at / stated, stated) !== undefined) return stated;
  }
  return undefined;
}

function readEntry(image: View, { from, to }: MetadataBlock) {
  if (to - from < 32) return undefined;
  const [type, elen, nlen] = [image.u8(from), image.u8(from + 1), image.u8(from + 3)];
  if (type !== 0x2e || elen !== 20 || nlen !== magic.length) return undefined;
  if (!startsWith(image.slice(from + 24, 8), magic)) return undefined;
  return {
    root: [image.u32(from + 4), image.u32(from + 8)] as const,
    blockSize: image.u32(from + 12),
    blockCount: image.u32(from + 16),
    version: image.u32(from + 20),
  };
}
