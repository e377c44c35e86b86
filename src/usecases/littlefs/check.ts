/** Checks a LittleFS image: `dfota littlefs check`. */
import { readLittlefsFile } from '../../input/images/littlefs-tree.js';
import type { LittlefsCheck } from '../../model/littlefs.js';

/** Which image. */
export interface LittlefsCheckRequest {
  readonly image: string;
}

/** What the image holds, with every problem. Throws InputError for a file that is no LittleFS image of version 1. */
export async function littlefsCheck({ image: file }: LittlefsCheckRequest): Promise<LittlefsCheck> {
  const { size, image } = await readLittlefsFile(file);
  const files = image.entries.filter(({ kind }) => kind === 'file');
  const { blockSize, blockCount, diskVersion, usedBlocks, problems, moreProblems } = image;
  return {
    file,
    size,
    blockSize,
    blockCount,
    diskVersion,
    files: files.length,
    directories: image.entries.length - files.length,
    bytes: files.reduce((sum, entry) => sum + entry.size, 0),
    usedBlocks,
    freeBlocks: Math.max(blockCount - usedBlocks, 0),
    problems,
    moreProblems,
  };
}
