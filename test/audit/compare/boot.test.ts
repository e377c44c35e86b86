import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import pako from 'pako';
import { kernelRelease } from '../../../src/audit/compare/boot.js';
import { compareFile } from '../../../src/audit/compare/compare-file.js';
import { readBootImage } from '../../../src/formats/boot/header.js';
import { without } from '../../support/tools.js';
import { factOf, inFolder, run, words } from '../support.js';

/** Why the images cannot be made here, or `false`. mkbootimg of Debian runs in Python. */
const unmade = without('mkbootimg', 'cpio', 'find', 'gzip', 'python3');

/** Bytes that look like a plain kernel: a banner, and a configuration when one is given. */
function kernel(release: string, config: string): Buffer {
  return Buffer.concat([
    Buffer.alloc(3000, 'code'),
    Buffer.from(`Linux version %s\0Linux version ${release} (builder@host) #1 SMP\n\0`),
    Buffer.from('IKCFG_ST'),
    gzipSync(config),
    Buffer.from('IKCFG_ED'),
    Buffer.alloc(2000, 'data'),
  ]);
}

interface Recipe {
  readonly version: number;
  readonly release: string;
  readonly config?: string;
  readonly init: string;
  readonly commandLine: string;
  readonly pack?: (bytes: Buffer) => Uint8Array;
}

function make(recipe: Recipe): { readonly image: Uint8Array; readonly unpacked: string } {
  return inFolder((folder) => {
    const root = join(folder, 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'init'), recipe.init);
    writeFileSync(join(root, 'same'), 'same');
    run('sh', ['-c', 'cd root && find . | LC_ALL=C sort | cpio -o -H newc --quiet > ../disk.cpio'], { cwd: folder });
    writeFileSync(join(folder, 'disk.gz'), pako.gzip(readFileSync(join(folder, 'disk.cpio')), { level: 9 }));
    const pack = recipe.pack ?? ((bytes) => pako.gzip(bytes, { level: 9 }));
    writeFileSync(
      join(folder, 'kernel'),
      pack(kernel(recipe.release, recipe.config ?? 'CONFIG_A=y\n# CONFIG_B is not set\n')),
    );
    const tree = Buffer.alloc(64);
    tree.writeUInt32BE(0xd00dfeed, 0);
    writeFileSync(join(folder, 'dtb'), tree);
    const version = ['--header_version', String(recipe.version)];
    const dtb = recipe.version === 2 ? ['--dtb', 'dtb'] : [];
    const sizes = recipe.version < 3 ? ['--pagesize', '2048', '--base', '0x80000000'] : [];
    run(
      'mkbootimg',
      [
        '--kernel',
        'kernel',
        '--ramdisk',
        'disk.gz',
        '--cmdline',
        recipe.commandLine,
        '--output',
        'out.img',
        ...version,
        ...dtb,
        ...sizes,
      ],
      { cwd: folder },
    );
    return {
      image: new Uint8Array(readFileSync(join(folder, 'out.img'))),
      unpacked: run('unpack_bootimg', ['--boot_img', 'out.img', '--out', 'x'], { cwd: folder }),
    };
  });
}

for (const version of [0, 1, 2, 3]) {
  test(`integration: header version ${version} reads as unpack_bootimg reads it`, { skip: unmade }, () => {
    const { image, unpacked } = make({ version, release: '5.15.1', init: 'a\n', commandLine: 'console=ttyHSL0 ro' });
    const read = readBootImage(image);
    const told = (label: string): string | undefined => new RegExp(`^${label}: (.*)$`, 'm').exec(unpacked)?.[1];
    assert.equal(read.version, told('boot image header version'));
    assert.equal(read.commandLine, told('command line args'));
    assert.equal(String(read.parts.find((part) => part.name === 'kernel')?.bytes.length), told('kernel_size'));
    assert.equal(String(read.parts.find((part) => part.name === 'RAM disk')?.bytes.length), told('ramdisk size'));
    if (version < 3) {
      assert.equal(String(read.pageSize), told('page size'));
      assert.equal(`0x${read.addresses.get('kernel')?.toString(16).padStart(8, '0')}`, told('kernel load address'));
      assert.equal(`0x${read.addresses.get('tags')?.toString(16).padStart(8, '0')}`, told('kernel tags load address'));
    }
    if (version === 2)
      assert.equal(String(read.parts.find((part) => part.name === 'device tree')?.bytes.length), told('dtb size'));
    assert.equal(kernelRelease(image), '5.15.1');
  });
}

test("integration: header version 4, which Debian's mkbootimg does not write, is version 3 with a signature behind", {
  skip: unmade,
}, () => {
  const { image } = make({ version: 3, release: '5.15.1', init: 'a\n', commandLine: 'ro' });
  const copy = Buffer.concat([image, Buffer.alloc(4096, 9)]);
  copy.writeUInt32LE(4, 40);
  copy.writeUInt32LE(4096, 1580);
  const read = readBootImage(copy);
  assert.deepEqual([read.version, read.commandLine], ['4', 'ro']);
  assert.deepEqual(
    read.parts.map((part) => part.name),
    ['kernel', 'RAM disk', 'signature'],
  );
  assert.equal(read.parts[2]?.bytes[0], 9);
});

const old =
  unmade !== false
    ? Buffer.alloc(0)
    : make({ version: 0, release: '5.15.1', init: '#!/bin/sh\nold\n', commandLine: 'ro quiet' }).image;

test('integration: kernel, configuration, command line and RAM disk are compared', { skip: unmade }, () => {
  const now = make({
    version: 0,
    release: '5.15.2',
    config: 'CONFIG_A=m\nCONFIG_C="x"\n',
    init: '#!/bin/sh\nnew\n',
    commandLine: 'ro',
  }).image;
  const inner = compareFile('BOOTABLE_IMAGES/boot.img', old, now);
  assert.equal(factOf(inner, 'command line')?.after, 'ro');
  assert.match(factOf(inner, 'Linux banner')?.after ?? '', /^Linux version 5\.15\.2 \(/);
  assert.deepEqual(factOf(inner, 'CONFIG_A'), { label: 'CONFIG_A', before: 'y', after: 'm' });
  assert.deepEqual(factOf(inner, 'CONFIG_B'), { label: 'CONFIG_B', before: 'not set' });
  assert.deepEqual(factOf(inner, 'CONFIG_C'), { label: 'CONFIG_C', after: '"x"' });
  assert.equal(factOf(inner, 'kernel compressor')?.after, 'zlib, level 9');
  assert.deepEqual(
    inner.members?.map((member) => `${member.status} ${member.name}`),
    ['changed init'],
  );
  assert.ok(inner.members?.[0]?.inner?.diff?.some((line) => line.sign === '+' && line.text === 'new'));
});

test('integration: a self-extracting kernel is found behind its loader', { skip: unmade }, () => {
  const zimage = (bytes: Buffer): Uint8Array =>
    Buffer.concat([
      Buffer.alloc(500, 'loader'),
      Buffer.from('\x1f\x8b\x08\0 by chance', 'latin1'),
      gzipSync(bytes),
      Buffer.alloc(100, 'x'),
    ]);
  const now = make({ version: 0, release: '6.1.9', init: 'x', commandLine: 'ro', pack: zimage }).image;
  const inner = compareFile('BOOTABLE_IMAGES/boot.img', old, now);
  assert.equal(factOf(inner, 'kernel form')?.after, 'self-extracting, gzip inside');
  assert.equal(kernelRelease(now), '6.1.9');
});

test('integration: device trees behind a compressed kernel are found', { skip: unmade }, () => {
  const withTree = (bytes: Buffer): Uint8Array => {
    const tree = Buffer.alloc(128);
    tree.writeUInt32BE(0xd00dfeed, 0);
    tree.writeUInt32BE(128, 4);
    tree.writeUInt32BE(17, 20);
    return Buffer.concat([pako.gzip(bytes, { level: 9 }), tree]);
  };
  const inner = compareFile(
    'boot.img',
    old,
    make({ version: 0, release: '5.15.1', init: 'x', commandLine: 'ro', pack: withTree }).image,
  );
  assert.match(factOf(inner, 'device trees behind the kernel')?.after ?? '', /^128 bytes/);
});

test('integration: a GNU gzip kernel is named, with what it means for the package', { skip: unmade }, () => {
  const gnu = (bytes: Buffer): Uint8Array =>
    inFolder((folder) => {
      writeFileSync(join(folder, 'k'), Buffer.concat([bytes, words(60_000)]));
      run('gzip', ['-9n', join(folder, 'k')]);
      return new Uint8Array(readFileSync(join(folder, 'k.gz')));
    });
  const inner = compareFile(
    'boot.img',
    old,
    make({ version: 0, release: '5.15.1', init: 'x', commandLine: 'ro', pack: gnu }).image,
  );
  assert.match(factOf(inner, 'kernel compressor')?.after ?? '', /^not zlib/);
});

test('property: cut or changed anywhere, it gives notes, never an error', { skip: unmade }, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: old.length - 1 }),
      fc.integer({ min: 0, max: 255 }),
      fc.boolean(),
      (at, byte, cut) => {
        const broken = cut ? old.slice(0, at) : old.slice();
        if (!cut) broken[at] = byte;
        assert.ok(compareFile('BOOTABLE_IMAGES/boot.img', old, broken).summary);
        kernelRelease(broken);
      },
    ),
    { numRuns: 150 },
  );
});
