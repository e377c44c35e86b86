/** Images that the writer makes, read by the reader, which shares nothing with it; whole, damaged and cut short. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FormatError } from '../../../src/formats/format-error.js';
import { readLittlefs } from '../../../src/formats/littlefs/read.js';
import { lastIndex } from '../../../src/formats/littlefs/skip-list.js';
import { type LittlefsNode, makeLittlefs } from '../../../src/images/littlefs/make.js';
import { blocksOf } from '../../../src/images/littlefs/skip-list.js';
import { workOf } from '../../support/work-count.js';

const name = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 47 ? 120 : byte))).toString('latin1'))
  .filter((text) => text !== '.' && text !== '..' && !/^(\\|[A-Za-z]:)/.test(text));

/** Trees without a path twice: every part of a path is a directory. */
const trees = fc
  .array(
    fc.record({
      parts: fc.array(name, { minLength: 1, maxLength: 4 }),
      bytes: fc.option(fc.uint8Array({ maxLength: 3000, size: 'max' })),
    }),
    { maxLength: 25 },
  )
  .map((items) => {
    const nodes = new Map<string, LittlefsNode>();
    for (const { parts, bytes } of items) {
      const parents = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
      const path = parts.join('/');
      if (nodes.has(path) || parents.some((parent) => nodes.get(parent)?.kind === 'file')) continue;
      for (const parent of parents) nodes.set(parent, { kind: 'directory', path: parent });
      nodes.set(path, bytes === null ? { kind: 'directory', path } : { kind: 'file', path, bytes });
    }
    return [...nodes.values()];
  });

const blockSizes = fc.constantFrom(128, 256, 512, 4096);

function made(nodes: readonly LittlefsNode[], blockSize: number): Uint8Array {
  const least = makeLittlefs(nodes, { size: 0, blockSize });
  const size = least.kind === 'too-small' ? least.needed : 0;
  const image = makeLittlefs(nodes, { size, blockSize });
  assert.equal(makeLittlefs(nodes, { size: size - blockSize, blockSize }).kind, 'too-small');
  return image.kind === 'made' ? image.bytes : assert.fail();
}

test('property: every file and directory is read back, nothing is wrong, and the order of the nodes does not matter', () => {
  fc.assert(
    fc.property(trees, blockSizes, fc.nat(), (nodes, blockSize, turn) => {
      const image = made(nodes, blockSize);
      const turned = [...nodes.slice(turn % (nodes.length + 1)), ...nodes.slice(0, turn % (nodes.length + 1))];
      assert.ok(Buffer.compare(made(turned, blockSize), image) === 0);
      const read = readLittlefs(image);
      assert.deepEqual(read.problems, []);
      assert.equal(read.usedBlocks, read.blockCount);
      assert.deepEqual(
        read.entries.map(({ path, kind }) => `${kind} ${path}`),
        [...nodes].sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, kind }) => `${kind} ${path}`),
      );
      for (const node of nodes)
        if (node.kind === 'file') assert.ok(Buffer.compare(read.content(node.path), node.bytes) === 0, node.path);
    }),
    { numRuns: 150 },
  );
});

test('property: any one block of directories can be lost, and all is still there', () => {
  fc.assert(
    fc.property(trees, blockSizes, fc.nat(), (nodes, blockSize, which) => {
      const image = made(nodes, blockSize);
      const read = readLittlefs(image);
      const directories = 2 * (1 + nodes.filter(({ kind }) => kind === 'directory').length + 1);
      const block = which % directories;
      image.fill(0x5a, block * blockSize, (block + 1) * blockSize);
      const again = readLittlefs(image);
      assert.deepEqual(again.entries, read.entries);
      assert.deepEqual(
        again.problems.map(({ code }) => code),
        block < 2 ? ['littlefs-superblock'] : [],
      );
    }),
    { numRuns: 100 },
  );
});

test('property: whatever is changed or cut away, reading ends, and what it says it has can be read or not', () => {
  const damage = fc.array(fc.record({ at: fc.nat(), value: fc.nat(255) }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(trees, blockSizes, damage, fc.nat(), (nodes, blockSize, changes, cut) => {
      const image = made(nodes, blockSize);
      for (const { at, value } of changes) image[at % image.length] = value;
      const part = cut % 3 === 0 ? image.subarray(0, cut % image.length) : image;
      try {
        const read = readLittlefs(part);
        for (const { path, kind, size } of read.entries) {
          if (kind === 'file') {
            const content = attempt(() => read.content(path));
            assert.ok(content === undefined || content.length === size);
          }
        }
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

test('unit: the last block of a file is found without counting, at every edge of a block', () => {
  for (const blockSize of [128, 512, 4096]) {
    for (let size = 1; size < 300 * blockSize; size += size % blockSize < 16 || size % blockSize > 100 ? 1 : 90)
      assert.equal(lastIndex(size, blockSize), blocksOf(size, blockSize) - 1, `${size} bytes of ${blockSize}`);
  }
});

test('unit: twice as many files cost twice as much to make and to read', () => {
  const nodes = (count: number): readonly LittlefsNode[] =>
    Array.from({ length: count }, (_, at) => ({
      kind: 'file',
      path: `folder${at % 50}/file${at}`,
      bytes: new Uint8Array(at % 900),
    }));
  const [one, two] = [nodes(2000), nodes(4000)];
  const ratio = workOf(() => made(two, 512)) / workOf(() => made(one, 512));
  assert.ok(ratio < 2.3, `making: ${ratio}`);
  const [small, large] = [made(one, 512), made(two, 512)];
  const read = workOf(() => readLittlefs(large)) / workOf(() => readLittlefs(small));
  assert.ok(read < 2.3, `reading: ${read}`);
});
