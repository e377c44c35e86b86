/** Makes LittleFS images of version 1: the same tree, the same bytes. */

import { entryOf, noBlock, type Pair, pairsOf, superblockEntry, writePair } from './pairs.js';
import { blocksOf, writeContent } from './skip-list.js';
import { type Directory, type File, type LittlefsNode, treeOf } from './tree.js';

export { type LittlefsNode, unfitPath } from './tree.js';

/** How large the partition is. `size` is a multiple of `blockSize`. Bytes. */
export interface LittlefsGeometry {
  readonly size: number;
  readonly blockSize: number;
}

/** An image, or how many bytes a partition needs for the tree. */
export type LittlefsImage =
  | { readonly kind: 'made'; readonly bytes: Uint8Array<ArrayBuffer>; readonly usedBlocks: number }
  | { readonly kind: 'too-small'; readonly needed: number };

/**
 * The image of a tree, as the device's own library (littlefs 1.7, disk version 1.1) reads it: superblock, then the directories, then the
 * files, all in byte order of their names. What is not used is 0xFF, as in erased flash. Paths must stand the test of unfitPath; throws
 * RangeError for a path that is there twice or lies below a file.
 */
export function makeLittlefs(nodes: readonly LittlefsNode[], { size, blockSize }: LittlefsGeometry): LittlefsImage {
  const root = treeOf(nodes);
  const pairs = pairsOf(root, blockSize);
  const files = filesOf(pairs);
  const metadata = 2 + 2 * pairs.length;
  const usedBlocks = files.reduce((sum, { bytes }) => sum + blocksOf(bytes.length, blockSize), metadata);
  if (usedBlocks * blockSize > size) return { kind: 'too-small', needed: usedBlocks * blockSize };

  const bytes = new Uint8Array(size).fill(0xff);
  const image = new DataView(bytes.buffer);
  const lastBlocks = new Map<File, number>();
  let next = metadata;
  for (const file of files) {
    if (file.bytes.length === 0) continue;
    const last = writeContent(image, file.bytes, next, blockSize);
    lastBlocks.set(file, last);
    next = last + 1;
  }
  writeDirectories(image, pairs, lastBlocks, blockSize);
  const entries = [superblockEntry([2, 3], blockSize, size / blockSize)];
  writePair(image, 0, blockSize, { entries, goesOn: false, tail: [2, 3] });
  return { kind: 'made', bytes, usedBlocks };
}

function filesOf(pairs: readonly Pair[]): readonly File[] {
  return pairs.flatMap(({ directory, from, to }) =>
    directory.entries.slice(from, to).flatMap(([, child]) => (child.kind === 'file' ? [child] : [])),
  );
}

/** Pairs lie behind the superblock's, one after the other. */
function writeDirectories(
  image: DataView,
  pairs: readonly Pair[],
  lastBlocks: ReadonlyMap<File, number>,
  blockSize: number,
): void {
  const blockOf = (index: number): number => 2 + 2 * index;
  const heads = new Map<Directory, number>();
  for (const [index, { directory, from }] of pairs.entries()) if (from === 0) heads.set(directory, blockOf(index));
  for (const [index, { directory, from, to }] of pairs.entries()) {
    const entries = directory.entries.slice(from, to).map(([name, child]) => {
      if (child.kind === 'file') return entryOf('file', lastBlocks.get(child) ?? noBlock, child.bytes.length, name);
      const head = heads.get(child) ?? noBlock;
      return entryOf('directory', head, head + 1, name);
    });
    const isLast = index === pairs.length - 1;
    const following = blockOf(index + 1);
    writePair(image, blockOf(index), blockSize, {
      entries,
      goesOn: to < directory.entries.length,
      tail: isLast ? [noBlock, noBlock] : [following, following + 1],
    });
  }
}
