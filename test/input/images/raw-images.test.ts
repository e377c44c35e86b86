import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { permittedCapabilities } from '../../../src/input/images/capability.js';
import { isRawImageFile, isRawImageFolder } from '../../../src/input/images/find-images.js';
import { openBuild } from '../../../src/input/open-build.js';
import type { OpenBuild } from '../../../src/model/build.js';
import { toBuildPath } from '../../../src/model/path.js';
import { type Flash, logicalBlock, makeUbi, makeUbifs, withoutMtdUtils } from '../../support/flash-images.js';
import { knownTree, writeFlashTree } from '../../support/flash-tree.js';
import { directory, file, writeTargetFiles } from '../../support/targetfiles.js';
import * as nodes from '../../support/ubifs-nodes.js';
import { workFolder } from '../../support/work-folder.js';

const flash: Flash = { page: 4096, eraseBlock: 256 * 1024 };
const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');

test('unit: capabilities of all revisions', () => {
  assert.equal(permittedCapabilities(Buffer.from('010000010004000000000000', 'hex')), 0x400n);
  assert.equal(permittedCapabilities(Buffer.from('0000000200040000000000000200000000000000', 'hex')), 0x2_0000_0400n);
  assert.equal(permittedCapabilities(Buffer.from('000000030004000000000000000000000000000005000000', 'hex')), 0x400n);
  assert.equal(permittedCapabilities(Buffer.from('00000009000400000000000000000000', 'hex')), undefined);
  assert.equal(permittedCapabilities(Buffer.alloc(3)), undefined);
});

describe('integration: builds out of raw images', { skip: withoutMtdUtils }, () => {
  const work = workFolder('raw-images');
  const raw = join(work, 'v1');
  const root = join(work, 'root');
  const boot = Buffer.concat([Buffer.from('ANDROID!'), Buffer.alloc(9000, 7)]);
  const deviceTable = [
    '/bin/su f 4755 0 2000 - - - - -',
    '/dev d 755 0 0 - - - - -',
    '/dev/null c 666 0 0 1 3 0 0 -',
    '',
  ];
  before(() => {
    mkdirSync(raw);
    writeFlashTree(root);
    mkdirSync(join(root, 'etc'));
    mkdirSync(join(root, 'firmware'));
    writeFileSync(join(root, 'firmware/left-behind'), 'x');
    writeFileSync(join(root, 'etc/quectel-project-version'), 'Project Name: RG520\nProject Rev : A01\n');
    const modem = join(work, 'modem');
    mkdirSync(join(modem, 'image'), { recursive: true });
    writeFileSync(join(modem, 'image/modem.b00'), 'modem');
    const plain = makeUbifs(work, root, flash, { deviceTable: deviceTable.join('\n') });
    const system = nodes.withJournal(plain, logicalBlock(flash), [
      nodes.inode({ inum: 60_000, mode: 0o100644, flags: 0x20, inline: capability }),
      nodes.attribute(inumOf(plain, 'zero'), 'security.capability', 60_000),
      nodes.inode({ inum: 60_001, mode: 0o100644, flags: 0x20, inline: Buffer.from('u:object_r:zero:s0\0') }),
      nodes.attribute(inumOf(plain, 'zero'), 'security.selinux', 60_001),
    ]);
    writeFileSync(join(raw, 'sdxlemur-sysfs.ubi'), makeUbi(work, [{ name: 'rootfs', content: system }], flash));
    writeFileSync(
      join(raw, 'NON-HLOS.ubi'),
      makeUbi(work, [{ name: 'modem', content: makeUbifs(work, modem, flash) }], flash),
    );
    writeFileSync(join(raw, 'sdxlemur-boot.img'), boot);
  });

  /** The inode number of a name in the root directory, found by its entry node. */
  function inumOf(image: Buffer, name: string): number {
    for (let at = 0; at < image.length; at += 8) {
      const isEntry = image.readUInt32LE(at) === 0x06101831 && image.readUInt8(at + 20) === 2;
      if (isEntry && image.subarray(at + 56, at + 56 + image.readUInt16LE(at + 50)).toString() === name) {
        return image.readUInt32LE(at + 40);
      }
    }
    throw new Error(`no ${name}`);
  }
  const codes = ({ build }: OpenBuild): string[] => build.findings.map(({ severity, code }) => `${severity} ${code}`);
  const at = ({ build }: OpenBuild, path: string) => build.entries.get(toBuildPath(path));

  test('a folder of images becomes a build, with the owners of the images', async () => {
    const opened = await openBuild(raw, { modes: 'build', role: 'source' });
    const { build, content } = opened;
    const bytes = await content.read(toBuildPath('BOOTABLE_IMAGES/boot.img'));
    assert.ok(Buffer.from(bytes).equals(boot));
    const modem = await content.read(toBuildPath('SYSTEM/firmware/image/modem.b00'));
    assert.equal(Buffer.from(modem).toString(), 'modem');
    assert.equal(build.projectVersion?.revision, 'A01');
    assert.equal(build.misc.blockSize, 262_144);
    assert.deepEqual(build.partitions.find(({ mountPoint }) => mountPoint === '/boot')?.type, 'MTD');
    const su = at(opened, 'SYSTEM/bin/su');
    assert.deepEqual(su?.kind === 'file' && su.ownership, { uid: 0, gid: 2000, mode: 0o4755, origin: 'image' });
    const zero = at(opened, 'SYSTEM/zero');
    assert.equal(zero?.kind === 'file' && zero.ownership.capabilities, 0x400n);
    assert.equal(zero?.kind === 'file' && zero.ownership.selabel, 'u:object_r:zero:s0');
    for (const [path, what] of knownTree(root)) {
      if (path === 'firmware/left-behind') continue;
      const entry = at(opened, `SYSTEM/${path}`);
      assert.equal(entry?.kind, what.kind, path);
      if (entry?.kind === 'link') assert.equal(entry.destination, what.content);
      if (entry?.kind === 'file')
        assert.equal(Buffer.from(await content.read(entry.path)).toString('latin1'), what.content);
    }
    assert.equal(at(opened, 'SYSTEM/firmware/left-behind'), undefined);
    assert.equal(at(opened, 'SYSTEM/dev')?.kind, 'directory');
    assert.equal(at(opened, 'SYSTEM/dev/null'), undefined);
    assert.deepEqual(codes(opened), [
      'information image-left-out',
      'information image-left-out',
      'warning raw-images-defaults',
    ]);
    await content.close();
    const again = await openBuild(raw, { modes: 'build', role: 'source' });
    assert.equal(again.build.digest, build.digest);
    await again.content.close();
  });

  test('a target needs the updater: from a companion, or beside the images', async () => {
    await assert.rejects(openBuild(raw, { modes: 'build', role: 'target' }), /no image holds it[\s\S]*companion/);
    const companion = writeTargetFiles(join(work, 'companion'), {
      nodes: { 'MULTIFOTA/abl.elf': file('abl'), 'SYSTEM/old': file('old'), 'SYSTEM/firmware/old': directory() },
      misc: { boot_size: '0x1000' },
    });
    const opened = await openBuild(raw, { modes: 'build', role: 'target', companion });
    assert.equal(at(opened, 'OTA/bin/updater')?.kind, 'file');
    assert.equal(at(opened, 'MULTIFOTA/abl.elf')?.kind, 'file');
    assert.equal(opened.build.misc.bootSize, 0x1000);
    assert.equal(at(opened, 'SYSTEM/old'), undefined);
    assert.equal(at(opened, 'SYSTEM/firmware/old'), undefined);
    const su = at(opened, 'SYSTEM/bin/su');
    assert.equal(su?.kind === 'file' && su.ownership.origin, 'image');
    assert.ok(!codes(opened).includes('warning raw-images-defaults'));
    await opened.content.close();

    mkdirSync(join(raw, 'OTA/bin'), { recursive: true });
    writeFileSync(join(raw, 'OTA/bin/updater'), 'program');
    const beside = await openBuild(raw, { modes: 'build', role: 'target' });
    assert.equal(Buffer.from(await beside.content.read(toBuildPath('OTA/bin/updater'))).toString(), 'program');
    await beside.content.close();
    rmSync(join(raw, 'OTA'), { recursive: true });
  });

  test('any subset, and what is missing from the companion', async () => {
    const kernel = join(work, 'kernel');
    mkdirSync(kernel);
    writeFileSync(join(kernel, 'boot.img'), boot);
    const alone = await openBuild(kernel, { modes: 'build', role: 'source' });
    assert.deepEqual(
      codes(alone).filter((code) => code.includes('raw')),
      ['warning raw-images-defaults', 'information raw-images-partial'],
    );
    await alone.content.close();
    const companion = writeTargetFiles(join(work, 'companion-2'), { nodes: { 'SYSTEM/kept': file('kept') } });
    const filled = await openBuild(kernel, { modes: 'build', role: 'target', companion });
    assert.equal(at(filled, 'SYSTEM/kept')?.kind, 'file');
    await filled.content.close();
  });

  test('a single image is a build too', async () => {
    const system = await openBuild(join(raw, 'sdxlemur-sysfs.ubi'), { modes: 'build', role: 'source' });
    assert.equal(at(system, 'SYSTEM/bin/su')?.kind, 'file');
    await system.content.close();
    const modem = await openBuild(join(raw, 'NON-HLOS.ubi'), { modes: 'build', role: 'source' });
    assert.equal(at(modem, 'SYSTEM/firmware/image/modem.b00')?.kind, 'file');
    await modem.content.close();
  });

  test('what is an image and what is not', async () => {
    assert.equal(await isRawImageFolder(raw), true);
    assert.equal(await isRawImageFolder(root), false);
    assert.equal(await isRawImageFolder(join(raw, 'NON-HLOS.ubi')), false);
    assert.equal(await isRawImageFolder(join(work, 'missing')), false);
    assert.equal(await isRawImageFile(join(raw, 'NON-HLOS.ubi')), true);
    assert.equal(await isRawImageFile(join(raw, 'sdxlemur-boot.img')), false);
    assert.equal(await isRawImageFile(raw), false);
    assert.equal(await isRawImageFile(join(work, 'missing')), false);
  });

  test('two files for one image are refused, and so is a damaged image', async () => {
    const bad = join(work, 'bad');
    mkdirSync(bad);
    writeFileSync(join(bad, 'a-sysfs.ubi'), 'x');
    writeFileSync(join(bad, 'b-sysfs.ubi'), 'x');
    await assert.rejects(
      openBuild(bad, { modes: 'build' }),
      /several files could be the system image[\s\S]*a-sysfs.ubi, b-sysfs.ubi/,
    );
    rmSync(join(bad, 'a-sysfs.ubi'));
    await assert.rejects(openBuild(bad, { modes: 'build' }), /not an UBI image/);
    rmSync(join(bad, 'b-sysfs.ubi'));
    const image = makeUbifs(work, root, flash);
    for (const master of [1, 2]) image.fill(0, master * logicalBlock(flash), master * logicalBlock(flash) + 512);
    writeFileSync(join(bad, 'sysfs.ubi'), makeUbi(work, [{ name: 'rootfs', content: image }], flash));
    await assert.rejects(openBuild(bad, { modes: 'build' }), /files may be missing[\s\S]*dfota extract/);
  });
});
