import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import type { UbiVolume } from '../../../src/formats/ubi/image.js';
import { openImageTree } from '../../../src/input/images/image-tree.js';
import { InputError } from '../../../src/model/errors.js';
import { type InputTree, readWhole } from '../../../src/model/input-tree.js';
import { type Flash, logicalBlock, makeUbi, makeUbifs, withoutMtdUtils } from '../../support/flash-images.js';
import { type Known, knownTree, writeFlashTree } from '../../support/flash-tree.js';
import { assertTree, ubiOf } from '../../support/image-of.js';
import { seededRandom } from '../../support/random.js';
import { makeSquashfs } from '../../support/squashfs-tools.js';
import { without } from '../../support/tools.js';
import { watched } from '../../support/watched.js';
import { workFolder } from '../../support/work-folder.js';

const flash: Flash = { page: 2048, eraseBlock: 128 * 1024 };
const { eraseBlock } = flash;
const usable = logicalBlock(flash);

async function wholeOf(volume: UbiVolume | undefined): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const block of volume?.blocks() ?? []) parts.push(block);
  return Buffer.concat(parts);
}

describe('integration: UBI images', { skip: withoutMtdUtils }, () => {
  const work = workFolder('ubi');
  let known: ReadonlyMap<string, Known>;
  let ubifs: Buffer;
  let clean: Buffer;
  const thread = watched();
  after(() => thread.close());
  before(() => {
    const folder = writeFlashTree(join(work, 'tree'));
    known = knownTree(folder);
    ubifs = makeUbifs(work, folder, flash);
    clean = makeUbi(work, [{ name: 'rootfs', content: ubifs }], flash);
  });
  const opened: InputTree[] = [];
  afterEach(async () => {
    for (const tree of opened.splice(0)) await tree.close();
  });
  const open = async (image: Uint8Array, volume?: string): Promise<InputTree> => {
    const path = join(work, `edited-${opened.length}.ubi`);
    writeFileSync(path, image);
    const tree = await openImageTree(path, volume === undefined ? {} : { volume });
    opened.push(tree);
    return tree;
  };
  /** Whether the image is refused, or read with an error, or a file of it cannot be read. */
  const isWrong = async (image: Uint8Array): Promise<boolean> => {
    try {
      const tree = await open(image);
      if (tree.findings.some(({ severity }) => severity === 'error')) return true;
      await assertTree(tree, known);
      return false;
    } catch (error) {
      if (error instanceof InputError) return true;
      throw error;
    }
  };
  const edited = (edit: (image: Buffer) => void): Buffer => {
    const image = Buffer.from(clean);
    edit(image);
    return image;
  };
  /** Changes a volume header and gives it its CRC again. */
  const setHeader = (image: Buffer, block: number, edit: (header: Buffer) => void): void => {
    const at = block * eraseBlock + flash.page;
    edit(image.subarray(at, at + 64));
    image.writeUInt32BE(~crc32(image.subarray(at, at + 60)) >>> 0, at + 60);
  };
  /** A copy of an erase block at the end of the image. */
  const append = (image: Buffer, block: number): Buffer =>
    Buffer.concat([image, image.subarray(block * eraseBlock, (block + 1) * eraseBlock)]);
  const codes = (found: { readonly findings: readonly { severity: string; code: string }[] }): string[] =>
    found.findings.map(({ severity, code }) => `${severity} ${code}`);

  test('static and dynamic volumes come back whole', async () => {
    const random = seededRandom(3);
    const kernel = random.bytes(usable + 12_345);
    const raw = Buffer.concat([random.bytes(usable), Buffer.alloc(7, 1)]);
    const image = await ubiOf(
      makeUbi(
        work,
        [
          { name: 'kernel', content: kernel, kind: 'static' },
          { name: 'rootfs', content: ubifs },
          { name: 'raw', content: raw },
        ],
        flash,
      ),
    );
    assert.deepEqual(image.findings, []);
    assert.deepEqual(
      image.volumes.map(({ id, name, kind }) => [id, name, kind]),
      [
        [0, 'kernel', 'static'],
        [1, 'rootfs', 'dynamic'],
        [2, 'raw', 'dynamic'],
      ],
    );
    assert.deepEqual(image.geometry, { eraseBlock, vidOffset: 2048, dataOffset: 4096, logicalBlock: usable });
    assert.equal(image.volumes[0]?.size, kernel.length);
    assert.ok((await wholeOf(image.volumes[0])).equals(kernel));
    const got = await wholeOf(image.volumes[2]);
    assert.ok(got.subarray(0, raw.length).equals(raw));
    assert.ok(got.subarray(raw.length).every((byte) => byte === 0xff));
  });

  test('a static volume with a flipped bit is refused', async () => {
    const content = seededRandom(4).bytes(5000);
    const image = makeUbi(work, [{ name: 'kernel', content, kind: 'static' }], flash);
    const at = image.indexOf(content.subarray(0, 64));
    image.writeUInt8(image.readUInt8(at) ^ 1, at);
    await assert.rejects(
      wholeOf((await ubiOf(image)).volumes[0]),
      /block 0 of the static volume kernel does not have the CRC/,
    );
  });

  test('of several volumes the root file system is read, others on demand', async () => {
    const content = Buffer.from('kernel');
    const image = makeUbi(
      work,
      [
        { name: 'kernel', content, kind: 'static' },
        { name: 'usrfs', content: ubifs },
        { name: 'rootfs', content: ubifs },
      ],
      flash,
    );
    const tree = await open(image);
    assert.match(tree.description, /volume rootfs/);
    assert.deepEqual(codes(tree), ['information ubi-other-volumes']);
    await assertTree(tree, known);
    const kernel = await open(image, 'kernel');
    assert.deepEqual(
      kernel.entries.map(({ path, size }) => [path, size]),
      [['kernel.img', 6]],
    );
    await assert.rejects(
      open(image, 'nothing'),
      /no volume nothing[\s\S]*kernel \(unknown\), usrfs \(ubifs\), rootfs \(ubifs\)/,
    );
  });

  test('several file systems and none called by a known name: the user chooses', async () => {
    const image = makeUbi(
      work,
      [
        { name: 'a', content: ubifs },
        { name: 'b', content: ubifs },
      ],
      flash,
    );
    await assert.rejects(open(image), /several volumes hold a file system[\s\S]*--volume/);
    await assertTree(await open(image, 'b'), known);
  });

  test('a squashfs that is none is told with its volume', async () => {
    const content = Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(5000)]);
    await assert.rejects(
      open(makeUbi(work, [{ name: 'rootfs', content }], flash)),
      /:rootfs: the squashfs cannot be read[\s\S]*version 0\.0/,
    );
  });

  test('a volume with a squashfs is read', { skip: without('mksquashfs') }, async () => {
    const folder = join(work, 'squashed');
    mkdirSync(folder);
    for (const name of ['a', 'b']) writeFileSync(join(folder, name), name.repeat(100_000));
    const content = makeSquashfs(folder, join(work, 'squashed.sqsh'));
    const tree = await open(makeUbi(work, [{ name: 'data', content }], flash));
    assert.match(tree.description, /^UBI image, volume data, squashfs \(gzip/);
    assert.deepEqual(tree.findings, []);
    assert.deepEqual(
      tree.entries.map(({ path, size }) => [path, size]),
      [
        ['a', 100_000],
        ['b', 100_000],
      ],
    );
    assert.equal(Buffer.from(await readWhole(tree, 'b')).toString(), 'b'.repeat(100_000));
  });

  test('padding, blank blocks and blocks in another order do not matter', async () => {
    const blank = Buffer.alloc(3 * eraseBlock, 0xff);
    const blocks = Array.from({ length: clean.length / eraseBlock }, (_, block) =>
      clean.subarray(block * eraseBlock, (block + 1) * eraseBlock),
    );
    const shuffled = [...blocks.slice(2).reverse(), blank, ...blocks.slice(0, 2)];
    for (const image of [Buffer.concat([clean, blank]), Buffer.concat([blank, clean]), Buffer.concat(shuffled)]) {
      const tree = await open(image);
      assert.deepEqual(tree.findings, []);
      await assertTree(tree, known);
    }
    const ragged = await open(Buffer.concat([clean, Buffer.alloc(1000, 0xff)]));
    assert.deepEqual(codes(ragged), ['information ubi-padding']);
    await assertTree(ragged, known);
  });

  test('the newer of two blocks counts, unless it is a copy that was not finished', async () => {
    const block = 4;
    const spoil = (image: Buffer, copy: boolean): Buffer => {
      const both = append(image, block);
      const last = both.length / eraseBlock - 1;
      both.fill(0, last * eraseBlock + 4096, (last + 1) * eraseBlock);
      setHeader(both, last, (header) => {
        header.writeBigUInt64BE(1_000n, 40);
        header.writeUInt8(copy ? 1 : 0, 6);
        if (copy) {
          header.writeUInt32BE(usable, 20);
          header.writeUInt32BE(1234, 32);
        }
      });
      return both;
    };
    const unfinished = await open(spoil(clean, true));
    assert.deepEqual(codes(unfinished), ['warning ubi-copy-unfinished']);
    await assertTree(unfinished, known);
    const replaced = await open(spoil(clean, false)).catch((error: unknown) => error);
    const broken =
      replaced instanceof InputError || (typeof replaced === 'object' && replaced !== null && 'findings' in replaced);
    assert.ok(broken);
    const before = append(clean, block);
    setHeader(before, before.length / eraseBlock - 1, (header) => header.writeBigUInt64BE(7n, 40));
    await assertTree(await open(before), known);
  });

  test('a block with a damaged erase counter still serves', async () => {
    const tree = await open(edited((image) => image.writeUInt8(0xaa, 5 * eraseBlock + 10)));
    assert.deepEqual(codes(tree), ['warning ubi-damaged-blocks']);
    assert.match(tree.findings[0]?.message ?? '', /1 of \d+ erase blocks .*: 5$/);
    await assertTree(tree, known);
  });

  test('a block with a damaged volume header is missed where it is needed', async () => {
    // Block 2 of the image holds block 0 of the volume: the superblock.
    const image = edited((bytes) => bytes.writeUInt8(0xaa, 2 * eraseBlock + flash.page + 10));
    await assert.rejects(open(image), /no volume of the image holds an UBIFS|superblock/);
  });

  test('one copy of the volume table is enough; without any, volumes lose their names', async () => {
    const first = edited((image) => image.fill(0, 4096, 4096 + 172 * 128));
    const one = await open(first);
    assert.deepEqual(codes(one), ['warning ubi-volume-table']);
    await assertTree(one, known);
    const none = await open(edited((image) => image.fill(0xff, 0, 2 * eraseBlock)));
    assert.match(none.description, /volume-0/);
    await assertTree(none, known);
  });

  test('fastmap and other internal volumes are passed over', async () => {
    const image = append(clean, 3);
    setHeader(image, image.length / eraseBlock - 1, (header) => {
      header.writeUInt32BE(0x7fffefff + 1, 8);
      header.writeUInt8(1, 7);
    });
    const tree = await open(image);
    assert.deepEqual(tree.findings, []);
    await assertTree(tree, known);
  });

  test('blocks of another image are passed over', async () => {
    const image = append(clean, 3);
    const at = image.length - eraseBlock;
    image.writeUInt32BE(2, at + 24);
    image.writeUInt32BE(~crc32(image.subarray(at, at + 60)) >>> 0, at + 60);
    setHeader(image, at / eraseBlock, (header) => header.writeBigUInt64BE(9_999n, 40));
    const tree = await open(image);
    assert.deepEqual(codes(tree), ['warning ubi-foreign-blocks']);
    await assertTree(tree, known);
  });

  test('an image that is cut short tells it; what is there is read', async () => {
    const cut = clean.subarray(0, clean.length - 1000);
    const tree = await open(cut);
    assert.ok(codes(tree).includes('warning ubi-cut-short'));
    const half = clean.subarray(0, Math.floor(clean.length / 2 / eraseBlock) * eraseBlock);
    assert.ok(await isWrong(half));
  });

  test('what is no UBI image is refused with what it seems to be', async () => {
    await assert.rejects(open(Buffer.alloc(300_000, 'x')), /not an UBI image/);
    await assert.rejects(open(Buffer.alloc(0)), /not an UBI image/);
    await assert.rejects(open(clean.subarray(0, 1000)), /one erase-counter header only/);
    await assert.rejects(open(Buffer.from('PK\x03\x04 zip')), /cannot be read[\s\S]*zip/);
    await assert.rejects(openImageTree(join(work, 'missing.ubi')), InputError);
    await assert.rejects(openImageTree(work), InputError);
  });

  test('random damage gives an error or a tree, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 30 }),
            fc.integer({ min: 0, max: 4999 }),
            fc.integer({ min: 1, max: 255 }),
          ),
          {
            minLength: 1,
            maxLength: 20,
          },
        ),
        async (hits) => {
          const image = Buffer.from(clean);
          for (const [block, offset, bits] of hits) {
            const at = (block * eraseBlock + offset) % image.length;
            image.writeUInt8(image.readUInt8(at) ^ bits, at);
          }
          await thread.read('ubi', image);
          try {
            await (await open(image)).close();
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
