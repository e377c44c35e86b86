import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { deflateClassic } from '../../../src/encode/deflate/classic.js';
import { encodeFile } from '../../../src/encode/encode-file.js';
import { readBootImage } from '../../../src/formats/boot/header.js';
import { sha1Of } from '../../../src/model/digest.js';
import { InputError } from '../../../src/model/errors.js';
import { extract } from '../../../src/usecases/extract.js';
import { prepare } from '../../../src/usecases/prepare/prepare.js';
import { recompressBoot } from '../../../src/usecases/prepare/recompress-boot.js';
import { noise, prose } from '../../applypatch/make-patch.js';
import { file, writeTargetFiles } from '../../support/targetfiles.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('recompress-boot');
const path = (name: string): string => join(work, name);
const tools = { skip: without('mkbootimg', 'gzip', 'python3') };

/** A kernel of text and noise, so that it shrinks, with a device tree behind it. */
const kernelOf = (seed: number): Buffer => Buffer.concat([prose(120_000, 1), noise(3000, seed), prose(90_000, 2)]);
const tree = noise(777, 99);
const gzip = (bytes: Uint8Array): Buffer => execFileSync('gzip', ['-9n'], { input: bytes });
const ramDisk = Buffer.concat([Buffer.from('070701'), prose(60_000, 5), noise(2000, 6), prose(60_000, 7)]);

function mkbootimg(name: string, version: number, kernel: Uint8Array, disk: Uint8Array): Buffer {
  writeFileSync(path('kernel'), kernel);
  writeFileSync(path('disk'), disk);
  writeFileSync(path('dtb'), noise(500, 3));
  const words = [
    ...[
      '--kernel',
      path('kernel'),
      '--ramdisk',
      path('disk'),
      '--cmdline',
      'console=ttyMSM0 quiet',
      '--base',
      '0x80000000',
    ],
    ...['--pagesize', '2048', '--board', 'sdx65', '--os_version', '11.0.0', '--os_patch_level', '2026-05'],
    ...['--header_version', String(version), ...(version === 2 ? ['--dtb', path('dtb')] : [])],
    ...['-o', path(name)],
  ];
  execFileSync('mkbootimg', words);
  return readFileSync(path(name));
}

for (const version of [0, 1, 2, 3]) {
  test(
    `integration: header version ${version}: the image is what mkbootimg makes of the parts packed again`,
    tools,
    () => {
      const kernel = kernelOf(version);
      const before = mkbootimg('before.img', version, Buffer.concat([gzip(kernel), tree]), gzip(ramDisk));
      const { image, parts, lostSignature } = recompressBoot(before);
      assert.deepEqual(
        parts.map(({ name }) => name),
        ['kernel', 'RAM disk'],
      );
      assert.equal(lostSignature, false);
      const [newKernel, newDisk] = readBootImage(image).parts;
      assert.ok(newKernel !== undefined && newDisk !== undefined);
      assert.ok(Buffer.from(mkbootimg('wanted.img', version, newKernel.bytes, newDisk.bytes)).equals(image));
      mkdirSync(path(`out${version}`), { recursive: true });
      execFileSync('unpack_bootimg', ['--boot_img', path('wanted.img'), '--out', path(`out${version}`)]);
      const unpacked = readFileSync(path(`out${version}/kernel`));
      assert.ok(unpacked.subarray(-tree.length).equals(tree));
      assert.ok(gunzipSync(unpacked.subarray(0, -tree.length)).equals(kernel));
      assert.ok(gunzipSync(readFileSync(path(`out${version}/ramdisk`))).equals(ramDisk));
      assert.equal(recompressBoot(image).image, image, 'what zlib has made stays');
      assert.deepEqual(recompressBoot(before).image, image, 'the same input gives the same bytes');
    },
  );
}

test('integration: padding stays, a signature behind the parts goes, and is told', tools, () => {
  const before = mkbootimg('plain.img', 0, gzip(kernelOf(1)), gzip(ramDisk));
  const padded = Buffer.concat([before, Buffer.alloc(300_000)]);
  const { image } = recompressBoot(padded);
  assert.equal(image.length, padded.length);
  const signed = recompressBoot(Buffer.concat([before, noise(1500, 4)]));
  assert.equal(signed.lostSignature, true);
  assert.deepEqual(signed.image, recompressBoot(before).image);
});

test('integration: what follows from it: the patch between two such images is far smaller', tools, () => {
  const images = [1, 2].map((seed) => mkbootimg(`k${seed}.img`, 0, gzip(kernelOf(seed)), gzip(ramDisk)));
  const cost = (source: Uint8Array, target: Uint8Array): number => {
    const bytes = new Uint8Array(target);
    const request = { target: bytes, targetSha1: sha1Of(bytes), bases: [new Uint8Array(source)], costs: [] };
    return encodeFile(request, { effort: 'fast', worthwhile: 0.95 }).chosen.packed.bytes.length;
  };
  const [before, after] = images;
  assert.ok(before !== undefined && after !== undefined);
  const plain = cost(before, after);
  const packed = cost(recompressBoot(before).image, recompressBoot(after).image);
  assert.ok(packed * 2 < plain, `${packed} and ${plain}`);
});

test('integration: a recovery dtbo is told by its new place, and counts in the id', tools, () => {
  // Debian's mkbootimg cannot write one: its parts are put behind an image of version 1 by hand.
  const plain = mkbootimg('one.img', 1, gzip(kernelOf(3)), gzip(ramDisk));
  const overlay = noise(900, 8);
  const before = Buffer.concat([plain, overlay, Buffer.alloc(2048 - overlay.length)]);
  before.writeUInt32LE(overlay.length, 1632);
  before.writeBigUInt64LE(BigInt(plain.length), 1636);
  const image = Buffer.from(recompressBoot(before).image);
  const at = Number(image.readBigUInt64LE(1636));
  assert.ok(image.subarray(at, at + overlay.length).equals(overlay));
  const { parts, id } = readBootImage(image);
  const sha = createHash('sha1');
  for (const name of ['kernel', 'RAM disk', 'second stage', 'recovery dtbo']) {
    const bytes = parts.find((part) => part.name === name)?.bytes ?? new Uint8Array();
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    sha.update(bytes).update(size);
  }
  assert.equal(id, sha.digest('hex').padEnd(64, '0'));
});

test('unit: a kernel that is no gzip file, or that zlib has packed, stays as it is', () => {
  const image = Buffer.alloc(8192);
  image.write('ANDROID!');
  image.writeUInt32LE(2000, 8);
  image.writeUInt32LE(2048, 36);
  noise(2000, 1).copy(image, 2048);
  assert.deepEqual(recompressBoot(image), { image, parts: [], lostSignature: false });
  const content = prose(1500, 1);
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(content.length, 4);
  const member = Buffer.concat([head, deflateClassic(new Uint8Array(content), { level: 6 }), tail]);
  member.copy(image, 2048);
  image.writeUInt32LE(member.length, 8);
  assert.equal(recompressBoot(image).image, image);
});

test(
  'end-to-end: prepare packs the boot image of the source again, and refuses what does not fit or is none',
  tools,
  async () => {
    const boot = mkbootimg('own.img', 0, gzip(kernelOf(7)), gzip(ramDisk));
    const build = (name: string, image: Buffer, misc = '0x4000000'): string =>
      writeTargetFiles(path(name), {
        nodes: { 'BOOTABLE_IMAGES/boot.img': file(image), 'SYSTEM/bin/app': file('app') },
        misc: { boot_size: misc },
      });
    const source = build('v1', boot);
    const output = path('v2.zip');
    const made = await prepare({ source, output, recompress: 'boot' });
    assert.ok(made.findings.some(({ code }) => code === 'prepare-boot-repacked'));
    assert.deepEqual(
      made.changes.map(({ path: each }) => each),
      ['BOOTABLE_IMAGES/boot.img'],
    );
    await extract({ input: output, output: path('v2'), only: ['BOOTABLE_IMAGES'] });
    const image = readFileSync(path('v2/BOOTABLE_IMAGES/boot.img'));
    assert.deepEqual(new Uint8Array(image), new Uint8Array(recompressBoot(boot).image));
    const again = await prepare({ source: output, output: path('v3.zip'), recompress: 'boot' });
    assert.ok(again.findings.some(({ code }) => code === 'prepare-boot-as-it-is'));
    await assert.rejects(
      prepare({ source: build('tight', boot, '4096'), output: path('x.zip'), recompress: 'boot' }),
      refused('prepare-boot-too-large'),
    );
    await assert.rejects(
      prepare({ source: build('none', Buffer.from('no image')), output: path('x.zip'), recompress: 'boot' }),
      refused('prepare-boot-unreadable'),
    );
  },
);

function refused(code: string): (error: unknown) => boolean {
  return (error) => error instanceof InputError && error.faults[0]?.code === code;
}
