import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { type Flash, logicalBlock, makeUbifs, withoutMtdUtils } from '../../support/flash-images.js';
import { contentOf, ubifsOf } from '../../support/image-of.js';
import * as nodes from '../../support/ubifs-nodes.js';
import { workFolder } from '../../support/work-folder.js';

const flash: Flash = { page: 2048, eraseBlock: 128 * 1024 };
const blockSize = logicalBlock(flash);
const regular = 0o100644;

describe('integration: journals', { skip: withoutMtdUtils }, () => {
  const work = workFolder('journal');
  let clean: Buffer;
  /** Inode numbers as mkfs.ubifs gave them. */
  let inums: ReadonlyMap<string, number>;
  before(async () => {
    const folder = join(work, 'tree');
    mkdirSync(join(folder, 'etc'), { recursive: true });
    writeFileSync(join(folder, 'etc/config'), 'old\n');
    writeFileSync(join(folder, 'etc/long'), Buffer.alloc(10_000, 'L'));
    writeFileSync(join(folder, 'gone'), 'to be deleted');
    clean = makeUbifs(work, folder, flash);
    inums = new Map((await ubifsOf(clean, blockSize)).entries.map(({ path, fileId }) => [path, fileId ?? 0]));
  });
  const inum = (path: string): number => inums.get(path) ?? assert.fail(`no ${path}`);
  const paths = (tree: Awaited<ReturnType<typeof ubifsOf>>): string[] => tree.entries.map(({ path }) => path);
  const open = (list: readonly nodes.NodeSpec[], options?: nodes.JournalOptions) =>
    ubifsOf(nodes.withJournal(clean, blockSize, list, options), blockSize);

  test('new files, changed content, new owners', async () => {
    const packed = deflateRawSync(Buffer.alloc(4096, 'z'));
    const tree = await open([
      nodes.inode({ inum: 5000, mode: regular, size: 5000, uid: 7, gid: 8, mtime: 1_650_000_000 }),
      nodes.entry(1, 'new', 5000),
      nodes.data(5000, 0, packed, 2, 4096),
      nodes.data(5000, 1, Buffer.alloc(904, 'e')),
      nodes.data(inum('etc/config'), 0, Buffer.from('newer\n')),
      nodes.inode({ inum: inum('etc/config'), mode: 0o100600, size: 6, uid: 3 }),
    ]);
    assert.deepEqual(tree.findings, []);
    assert.equal(await contentOf(tree, 'new'), 'z'.repeat(4096) + 'e'.repeat(904));
    assert.equal(await contentOf(tree, 'etc/config'), 'newer\n');
    const made = tree.entries.find(({ path }) => path === 'new');
    assert.deepEqual([made?.uid, made?.gid, made?.mtime], [7, 8, 1_650_000_000]);
    assert.equal(tree.entries.find(({ path }) => path === 'etc/config')?.mode, 0o600);
  });

  test('deletions: the name goes, and the inode with no links left', async () => {
    const tree = await open(
      nodes.group([nodes.entry(1, 'gone', 0), nodes.inode({ inum: inum('gone'), mode: regular, links: 0 })]),
    );
    assert.deepEqual(paths(tree), ['etc', 'etc/config', 'etc/long']);
  });

  test('a rename, and a name given twice', async () => {
    const tree = await open([
      nodes.entry(inum('etc'), 'config', 0),
      nodes.entry(1, 'renamed', inum('etc/config')),
      nodes.entry(1, 'again', inum('gone')),
      nodes.inode({ inum: inum('gone'), mode: regular, size: 13, links: 2 }),
    ]);
    assert.deepEqual(paths(tree), ['again', 'etc', 'etc/long', 'gone', 'renamed']);
    assert.equal(await contentOf(tree, 'renamed'), 'old\n');
    assert.equal(await contentOf(tree, 'again'), 'to be deleted');
    assert.equal(tree.entries.find(({ path }) => path === 'gone')?.links, 2);
  });

  test('a truncation forgets the blocks behind it, also when the file grows again', async () => {
    const tree = await open([
      nodes.truncation(inum('etc/long'), 10_000, 4096),
      nodes.inode({ inum: inum('etc/long'), mode: regular, size: 4096 }),
      nodes.data(inum('etc/long'), 2, Buffer.from('end')),
      nodes.inode({ inum: inum('etc/long'), mode: regular, size: 8195 }),
    ]);
    assert.equal(await contentOf(tree, 'etc/long'), `${'L'.repeat(4096)}${'\0'.repeat(4096)}end`);
  });

  test('attributes: set, and taken away again', async () => {
    const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');
    const tree = await open([
      nodes.inode({ inum: 6000, mode: regular, flags: 0x20, inline: capability }),
      nodes.attribute(inum('gone'), 'security.capability', 6000),
      nodes.inode({ inum: 6001, mode: regular, flags: 0x20, inline: Buffer.from('label\0') }),
      nodes.attribute(inum('gone'), 'security.selinux', 6001),
      nodes.inode({ inum: 6002, mode: regular, flags: 0x20, inline: Buffer.from('x') }),
      nodes.attribute(inum('gone'), 'user.x', 6002),
      nodes.attribute(inum('gone'), 'user.x', 0),
    ]);
    const { attributes } = tree.entries.find(({ path }) => path === 'gone') ?? assert.fail();
    assert.deepEqual(
      [...attributes].map(([name, value]) => [name, Buffer.from(value).toString('hex')]),
      [
        ['security.capability', capability.toString('hex')],
        ['security.selinux', Buffer.from('label\0').toString('hex')],
      ],
    );
  });

  test('links, devices and sockets from the journal', async () => {
    const device = Buffer.alloc(8);
    device.writeUInt32LE((259 << 8) | (300 & 0xff) | ((300 & ~0xff) << 12));
    const tree = await open([
      nodes.inode({ inum: 7000, mode: 0o120777, inline: Buffer.from('etc/config') }),
      nodes.entry(1, 'link', 7000),
      nodes.inode({ inum: 7001, mode: 0o060600, inline: device, size: 0 }),
      nodes.entry(1, 'block', 7001),
      nodes.inode({ inum: 7002, mode: 0o140755 }),
      nodes.entry(1, 'socket', 7002),
    ]);
    const at = (path: string) => tree.entries.find((entry) => entry.path === path);
    assert.equal(at('link')?.destination, 'etc/config');
    assert.deepEqual(at('block')?.device, { major: 259, minor: 300 });
    assert.equal(at('socket')?.kind, 'socket');
  });

  test('a group that is not whole is dropped, what came before it stays', async () => {
    const tree = await open(
      [
        ...nodes.group([nodes.entry(1, 'kept', inum('gone'))]),
        ...nodes.group([nodes.entry(1, 'torn', inum('gone')), nodes.entry(1, 'never', 0)]).slice(0, 1),
      ],
      { dirty: true },
    );
    assert.ok(paths(tree).includes('kept'));
    assert.ok(!paths(tree).includes('torn'));
    assert.deepEqual(
      tree.findings.map(({ code, severity }) => `${severity} ${code}`),
      ['warning ubifs-journal', 'information ubifs-not-unmounted'],
    );
  });

  test('a node with a wrong CRC ends the journal: what came before it stays', async () => {
    const bud = nodes.erasedBlock(clean, blockSize);
    const image = nodes.withJournal(clean, blockSize, [
      nodes.entry(1, 'first', inum('gone')),
      nodes.entry(1, 'second', inum('gone')),
    ]);
    const second = bud * blockSize + nodes.seal(nodes.entry(1, 'first', 1), 0).length;
    image.writeUInt8(image.readUInt8(second + 60) ^ 1, second + 60);
    const tree = await ubifsOf(image, blockSize);
    assert.ok(paths(tree).includes('first'));
    assert.ok(!paths(tree).includes('second'));
    assert.equal(tree.findings[0]?.code, 'ubifs-journal');
  });

  test('after a power cut a file reaches to its last data node', async () => {
    const tree = await open([nodes.data(inum('gone'), 1, Buffer.from('tail'))], { dirty: true, head: 2 });
    assert.equal(tree.entries.find(({ path }) => path === 'gone')?.size, 4100);
    assert.equal((await contentOf(tree, 'gone')).slice(4096), 'tail');
  });

  test('what was written later counts, wherever it lies', async () => {
    const early = nodes.withJournal(clean, blockSize, [nodes.entry(1, 'x', 0)], { sequence: 3_000_000 });
    // An empty block for the second bud: the image has one only.
    const roomy = Buffer.concat([early, Buffer.alloc(blockSize, 0xff)]);
    roomy.writeUInt32LE(roomy.readUInt32LE(40) + 1, 40);
    nodes.reseal(roomy, 0);
    const both = nodes.withJournal(roomy, blockSize, [nodes.entry(1, 'x', inum('gone'))], { sequence: 2_000_000 });
    assert.ok(!paths(await ubifsOf(both, blockSize)).includes('x'));
    const other = nodes.withJournal(roomy, blockSize, [nodes.entry(1, 'x', inum('gone'))], { sequence: 4_000_000 });
    assert.ok(paths(await ubifsOf(other, blockSize)).includes('x'));
  });
});
