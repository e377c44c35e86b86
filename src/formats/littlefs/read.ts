/** Reads LittleFS images of version 1: what is in them, and what is wrong with them. */

import type { LittlefsProblem } from '../../model/littlefs.js';
import { compareBytes } from '../../model/path.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { noProblems } from './problems.js';
import { contentOf, followFile } from './skip-list.js';
import { readSuperblock } from './superblock.js';
import { checkThread } from './thread.js';
import { walk } from './walk.js';

/** A file or a directory. */
export interface LittlefsEntry {
  /** One unit a byte. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly size: number;
}

/** What an image holds. */
export interface Littlefs {
  readonly blockSize: number;
  readonly blockCount: number;
  readonly diskVersion: string;
  /** In byte order of the path. */
  readonly entries: readonly LittlefsEntry[];
  readonly usedBlocks: number;
  readonly problems: readonly LittlefsProblem[];
  readonly moreProblems: number;
  /** A file's content. Throws FormatError where it cannot be read, RangeError for no file. */
  content(path: string): Uint8Array;
}

/** Reads an image. What cannot be read is among the problems. Throws FormatError for what is no LittleFS of version 1. */
export function readLittlefs(bytes: Uint8Array): Littlefs {
  const image = viewOf(bytes, true);
  const superblock = readSuperblock(image);
  const { blockSize, blockCount } = superblock;
  const whole = Math.floor(bytes.length / blockSize);
  const readable = Math.min(blockCount, whole);
  const problems = noProblems();
  if (superblock.damaged !== undefined) {
    problems.add({
      severity: 'warning',
      code: 'littlefs-superblock',
      block: superblock.damaged,
      message: 'one of the two superblocks is damaged; the other one is taken',
    });
  }
  if (blockCount > whole) {
    const message = `the image has ${bytes.length} bytes, its file system ${blockCount * blockSize}`;
    problems.add({ severity: 'error', code: 'littlefs-cut', message });
  }
  const taken = new Uint8Array(Math.max(readable, 2));
  taken.fill(1, 0, 2);
  const take = (block: number): boolean => {
    if (taken[block] !== 0) return false;
    taken[block] = 1;
    return true;
  };
  const blocks = { image, blockSize, readable, take };
  const { entries, pairs } = walk(blocks, superblock.root, problems);
  const contents = new Map<string, { readonly blocks: readonly number[]; readonly size: number } | string>();
  for (const { path, kind, head, size } of entries) {
    if (kind !== 'file') continue;
    const followed = followFile(blocks, head, size);
    if (followed.fault !== undefined) {
      const { message, block, shared } = followed.fault;
      const code = shared ? 'littlefs-shared' : 'littlefs-file';
      problems.add({ severity: 'error', code, path, block, message });
    }
    contents.set(path, followed.kind === 'broken' ? followed.fault.message : { blocks: followed.blocks, size });
  }
  checkThread(image, blockSize, readable, superblock.tail, pairs, problems);
  return {
    blockSize,
    blockCount,
    diskVersion: superblock.version,
    entries: entries.map(({ path, kind, size }) => ({ path, kind, size })).sort((a, b) => compareBytes(a.path, b.path)),
    usedBlocks: taken.reduce((sum, one) => sum + one, 0),
    problems: problems.list,
    moreProblems: problems.more(),
    content: (path) => {
      const content = contents.get(path);
      if (content === undefined) throw new RangeError(`no file ${path}`);
      if (typeof content === 'string') throw new FormatError(content);
      return contentOf(image, blockSize, content.blocks, content.size);
    },
  };
}
