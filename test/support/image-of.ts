import assert from 'node:assert/strict';
import { readUbi, type UbiImage } from '../../src/formats/ubi/image.js';
import { fileBlocks } from '../../src/formats/ubifs/erase-blocks.js';
import { openUbifs, type Ubifs } from '../../src/formats/ubifs/file-system.js';
import { memorySource } from '../../src/model/byte-source.js';
import { type InputTree, readWhole } from '../../src/model/input-tree.js';
import type { Known } from './flash-tree.js';

/** An UBIFS in memory. */
export function ubifsOf(bytes: Uint8Array, blockSize: number): Promise<Ubifs> {
  return openUbifs(fileBlocks(memorySource('image', bytes), blockSize));
}

/** An UBI image in memory. */
export function ubiOf(bytes: Uint8Array): Promise<UbiImage> {
  return readUbi(memorySource('image', bytes));
}

type Readable = Pick<InputTree, 'entries' | 'content'>;

/** A file's content as a byte-string. */
export async function contentOf(tree: Readable, path: string): Promise<string> {
  const bytes = await readWhole(tree, path);
  return Buffer.from(bytes).toString('latin1');
}

/** Asserts that the tree holds exactly what is known: names, kinds, modes, contents, links' texts. */
export async function assertTree(tree: Readable, known: ReadonlyMap<string, Known>): Promise<void> {
  assert.deepEqual(
    tree.entries.map(({ path }) => path),
    [...known.keys()].sort((a, b) => (a < b ? -1 : 1)),
  );
  for (const entry of tree.entries) {
    const what = known.get(entry.path);
    assert.equal(entry.kind, what?.kind, entry.path);
    assert.equal(entry.mode?.toString(8), what?.mode.toString(8), entry.path);
    if (entry.kind === 'link') assert.equal(entry.destination, what?.content);
    if (entry.kind !== 'file') continue;
    assert.equal(entry.size, what?.content.length, entry.path);
    assert.ok((await contentOf(tree, entry.path)) === what?.content, `content of ${entry.path}`);
  }
}
