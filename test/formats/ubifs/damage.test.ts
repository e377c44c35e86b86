import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../../src/model/errors.js';
import { type Flash, logicalBlock, makeUbifs, withoutMtdUtils } from '../../support/flash-images.js';
import { type Known, knownTree, writeFlashTree } from '../../support/flash-tree.js';
import { assertTree, contentOf, ubifsOf } from '../../support/image-of.js';
import * as nodes from '../../support/ubifs-nodes.js';
import { watched } from '../../support/watched.js';
import { workFolder } from '../../support/work-folder.js';

const flash: Flash = { page: 2048, eraseBlock: 128 * 1024 };
const blockSize = logicalBlock(flash);

describe('integration: damaged UBIFS images', { skip: withoutMtdUtils }, () => {
  const work = workFolder('ubifs-damage');
  const thread = watched();
  after(() => thread.close());
  let clean: Buffer;
  let known: ReadonlyMap<string, Known>;
  before(() => {
    const folder = writeFlashTree(join(work, 'tree'));
    known = knownTree(folder);
    clean = makeUbifs(work, folder, flash);
  });
  const changed = (edit: (image: Buffer) => void): Buffer => {
    const image = Buffer.from(clean);
    edit(image);
    return image;
  };
  const flip = (image: Buffer, offset: number): void => {
    image.writeUInt8(image.readUInt8(offset) ^ 0x55, offset);
  };
  const codes = (tree: Awaited<ReturnType<typeof ubifsOf>>): string[] =>
    tree.findings.map(({ severity, code }) => `${severity} ${code}`);

  test('no superblock: nothing can be read', async () => {
    await assert.rejects(
      ubifsOf(
        changed((image) => flip(image, 100)),
        blockSize,
      ),
      /superblock cannot be read[\s\S]*wrong CRC/,
    );
    await assert.rejects(ubifsOf(Buffer.alloc(blockSize, 0xff), blockSize), /superblock cannot be read/);
  });

  test('a format from the future, an unknown hash, another block size', async () => {
    const edited = (offset: number, value: number) =>
      changed((image) => {
        image.writeUInt8(value, offset);
        nodes.reseal(image, 0);
      });
    await assert.rejects(ubifsOf(edited(26, 9), blockSize), /not known[\s\S]*name hash 9/);
    await assert.rejects(ubifsOf(edited(27, 1), blockSize), /not known[\s\S]*key format 1/);
    await assert.rejects(ubifsOf(clean, blockSize / 2), /made for other erase blocks/);
  });

  test('one master node lost: the other serves', async () => {
    const tree = await ubifsOf(
      changed((image) => flip(image, blockSize + 50)),
      blockSize,
    );
    assert.deepEqual(codes(tree), ['warning ubifs-master']);
    await assertTree(tree, known);
  });

  test('both master nodes, the root, or the log lost: the nodes that are left are put together', async () => {
    const masters = changed((image) => {
      flip(image, blockSize + 50);
      flip(image, 2 * blockSize + 50);
    });
    const root = changed((image) => {
      flip(image, image.readUInt32LE(blockSize + 48) * blockSize + image.readUInt32LE(blockSize + 52) + 30);
    });
    const log = changed((image) => flip(image, 3 * blockSize + 28));
    for (const image of [masters, root, log]) {
      const tree = await ubifsOf(image, blockSize);
      assert.equal(tree.method, 'rescue');
      assert.deepEqual(codes(tree), ['error ubifs-rescued']);
      await assertTree(tree, known);
    }
  });

  test('a data node lost: its file says where, the others are read', async () => {
    const tree = await ubifsOf(clean, blockSize);
    const entry = tree.entries.find(({ path }) => path === 'repetitive') ?? assert.fail();
    const inum = entry.fileId ?? 0;
    // Found by its key, which no other node of this kind has.
    const image = changed((bytes) => {
      for (let at = nodes.mainFirst(bytes) * blockSize; at < bytes.length; at += 8) {
        const data = bytes.readUInt32LE(at) === 0x06101831 && bytes.readUInt8(at + 20) === 1;
        if (data && bytes.readUInt32LE(at + 24) === inum && bytes.readUInt32LE(at + 28) === (1 << 29) + 5)
          flip(bytes, at + 50);
      }
    });
    const damaged = await ubifsOf(image, blockSize);
    await assert.rejects(contentOf(damaged, 'repetitive'), (error) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.faults[0]?.code, 'ubifs-data');
      assert.match(error.message, /repetitive\): a part of the content cannot be read[\s\S]*wrong CRC/);
      return true;
    });
    assert.equal(await contentOf(damaged, 'one-block'), 'x'.repeat(4096));
  });

  test('an unknown compression is named', async () => {
    const image = nodes.withJournal(clean, blockSize, [
      nodes.inode({ inum: 9000, mode: 0o100644, size: 3 }),
      nodes.entry(1, 'future', 9000),
      nodes.data(9000, 0, Buffer.from('???'), 9, 3),
    ]);
    const tree = await ubifsOf(image, blockSize);
    await assert.rejects(contentOf(tree, 'future'), /packed in an unknown way \(number 9\)/);
  });

  test('content that unpacks to another size, or not at all, is refused for every compression', async () => {
    for (const [number, name] of ['none', 'lzo', 'zlib', 'zstd'].entries()) {
      const image = nodes.withJournal(clean, blockSize, [
        nodes.inode({ inum: 9000, mode: 0o100644, size: 100 }),
        nodes.entry(1, 'bad', 9000),
        nodes.data(9000, 0, Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x60, 0xff, 0xff, 1, 2, 3, 4]), number, 100),
      ]);
      await assert.rejects(contentOf(await ubifsOf(image, blockSize), 'bad'), new RegExp(`\\(${name}\\)`));
    }
  });

  test('names that lead out of the tree, and loops, are left out and told', async () => {
    const image = nodes.withJournal(clean, blockSize, [
      nodes.inode({ inum: 9000, mode: 0o040755, links: 2 }),
      nodes.entry(1, 'loop', 9000),
      nodes.entry(9000, 'again', 9000),
      nodes.entry(9000, '..', 1),
      nodes.entry(9000, 'a/b', 1),
      nodes.entry(9000, 'lost', 9999),
    ]);
    const tree = await ubifsOf(image, blockSize);
    assert.deepEqual(
      codes(tree),
      Array.from({ length: 4 }, () => 'error ubifs-tree'),
    );
    assert.deepEqual(
      tree.entries.filter(({ path }) => path.startsWith('loop')).map(({ path }) => path),
      ['loop'],
    );
  });

  test('a file that claims to be huge is not read', async () => {
    const image = nodes.withJournal(clean, blockSize, [
      nodes.inode({ inum: 9000, mode: 0o100644, size: 2 ** 50 }),
      nodes.entry(1, 'huge', 9000),
    ]);
    await assert.rejects(contentOf(await ubifsOf(image, blockSize), 'huge'), /larger than any firmware/);
  });

  test('an index that leads back to itself ends', async () => {
    const image = changed((bytes) => {
      const lnum = bytes.readUInt32LE(blockSize + 48);
      const offset = bytes.readUInt32LE(blockSize + 52);
      const at = lnum * blockSize + offset;
      bytes.writeUInt32LE(lnum, at + 28);
      bytes.writeUInt32LE(offset, at + 32);
      bytes.writeUInt32LE(bytes.readUInt32LE(at + 16), at + 36);
      nodes.reseal(bytes, at);
    });
    const tree = await ubifsOf(image, blockSize);
    assert.equal(tree.method, 'rescue');
  });

  test('random damage gives an error or a tree, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.double({ min: 0, max: 0.999999, noNaN: true }), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.boolean(),
        async (hits, cut) => {
          let image = Buffer.from(clean);
          for (const [where, bits] of hits) {
            const at = Math.floor(where * image.length);
            image.writeUInt8(image.readUInt8(at) ^ bits, at);
          }
          if (cut) image = image.subarray(0, Math.floor((hits[0]?.[0] ?? 0) * image.length));
          // First where it can be ended, then for what it gives.
          await thread.read('ubifs-126976', image);
          try {
            const tree = await ubifsOf(image, blockSize);
            for (const { path, kind } of tree.entries) {
              if (kind !== 'file') continue;
              const wanted = known.get(path)?.content;
              // What is read without an error is right: every node carries its CRC.
              if (tree.findings.length === 0) assert.equal(await contentOf(tree, path), wanted);
            }
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test('wrong values under a right CRC give an error, a finding or other content, never anything else', async () => {
    const starts: number[] = [];
    for (let at = 0; at < clean.length; at += 8) if (clean.readUInt32LE(at) === 0x06101831) starts.push(at);
    const hit = fc.tuple(fc.nat({ max: starts.length - 1 }), fc.nat(4096), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(hit, { minLength: 1, maxLength: 5 }), async (hits) => {
        const image = Buffer.from(clean);
        for (const [index, offset, bits] of hits) {
          const start = starts[index] ?? 0;
          const before = image.readUInt32LE(start + 16);
          const at = start + 16 + (offset % (before - 16));
          image.writeUInt8(image.readUInt8(at) ^ bits, at);
          const length = image.readUInt32LE(start + 16);
          if (length >= 24 && start + length <= image.length) nodes.reseal(image, start);
          else image.writeUInt8(image.readUInt8(at) ^ bits, at);
        }
        await thread.read('ubifs-126976', image);
      }),
      { numRuns: 20 },
    );
  });
});
