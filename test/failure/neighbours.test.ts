/** Neighbours of the cases that users have sent: each ends with a message that says what it is, or is taken as what it is. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { directory, file, link, makeTargetFiles, type NodeSpec, type TargetFilesSpec } from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const work = workFolder('neighbours');
const outputs = join(work, 'outputs');
mkdirSync(outputs);

/** The header of a program: of a class, an order and a machine. */
function elf(machine = 40, wide = false, big = false): Buffer {
  const bytes = Buffer.alloc(200, 7);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, big ? 2 : 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]).copy(bytes);
  const u16 = (value: number, at: number) => (big ? bytes.writeUInt16BE(value, at) : bytes.writeUInt16LE(value, at));
  u16(2, 16);
  u16(machine, 18);
  bytes.fill(0, 20, 64);
  u16(wide ? 64 : 52, wide ? 52 : 40);
  return bytes;
}

/** A boot image of a header version: kernel and RAM disk of a page each. */
function boot(version = 0, text = 'k', { page = 2048, kernel = 2048, cut = 0 } = {}): Buffer {
  const header = Buffer.alloc(Math.max(page, 2048));
  header.write('ANDROID!', 'latin1');
  if (version < 3) {
    header.writeUInt32LE(kernel, 8);
    header.writeUInt32LE(0, 16);
    header.writeUInt32LE(page, 36);
    header.writeUInt32LE(version, 40);
    if (version >= 1) header.writeUInt32LE(version === 1 ? 1648 : 1660, 1644);
  } else {
    header.writeUInt32LE(kernel, 8);
    header.writeUInt32LE(0, 12);
    header.writeUInt32LE(version === 3 ? 1580 : 1584, 20);
    header.writeUInt32LE(version, 40);
  }
  const first = version < 3 ? header : Buffer.concat([header, Buffer.alloc(4096 - header.length)]);
  const whole = Buffer.concat([first, Buffer.alloc(4096, text)]);
  return whole.subarray(0, whole.length - cut);
}

const programs: Readonly<Record<string, NodeSpec>> = Object.fromEntries(
  ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [`SYSTEM/bin/${name}`, file(elf(), { mode: 0o755 })]),
);
const shell = '#!/bin/sh\necho 1\n';

function spec(version: string, more: Readonly<Record<string, NodeSpec | null>> = {}): TargetFilesSpec {
  return {
    revision: `A0${version}`,
    packageTime: `2022-0${version}-22,15:50`,
    nodes: {
      'BOOTABLE_IMAGES/boot.img': file(boot(0, version)),
      'OTA/bin/updater': file(elf(), { mode: 0o755 }),
      'SYSTEM/etc/conf': file(`conf ${version}\n`),
      'SYSTEM/bin/sh': link('a'),
      'SYSTEM/bin/run': file(shell, { mode: 0o755 }),
      'SYSTEM/firmware/image/modem.mdt': file('modem'),
      ...programs,
      ...more,
    },
  };
}

function given(name: string, bytes: Uint8Array | string): string {
  const path = join(work, name);
  writeFileSync(path, bytes);
  return path;
}

const source = given('v1.zip', makeTargetFiles(spec('1')));

async function outcome(words: readonly string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, text: `${stdout()}${stderr()}` };
}

/** Makes a package of the source and a target, and says how that ended. */
async function generated(path: string, from = source) {
  const output = join(outputs, 'update.zip');
  const ended = await outcome(['generate', from, path, '--no-cache', '--verify', 'quick', '--output', output]);
  const made = readdirSync(outputs);
  for (const name of made) rmSync(join(outputs, name), { recursive: true });
  assert.doesNotMatch(
    ended.text,
    /^ +at .*[(:]\d+|report it|fault of dfota|error in dfota|undefined|NaN\b/m,
    ended.text,
  );
  if (ended.code === 2 || ended.code === 3) assert.deepEqual(made, [], ended.text);
  return ended;
}

type Wanted = readonly [code: number, told: RegExp];

/** Targets with one thing wrong, how generate ends, and what it tells. */
const targets: Readonly<Record<string, readonly [spec: TargetFilesSpec, ...Wanted]>> = {
  'as it should be': [spec('2'), 0, /proved/i],
  // boot images
  'boot header version 1': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(1)) }), 0, /proved/i],
  'boot header version 2': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(2)) }), 0, /proved/i],
  'boot header version 3': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(3)) }), 0, /proved/i],
  'boot header version 4': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(4)) }), 0, /proved/i],
  'boot header version 9': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(9)) }), 3, /boot/],
  'boot cut in the kernel': [
    spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(0, 'k', { kernel: 4096, cut: 1000 })) }),
    3,
    /boot/,
  ],
  'boot cut in the kernel, version 3': [
    spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(3, 'k', { kernel: 4096, cut: 1 })) }),
    3,
    /boot/,
  ],
  'boot with an odd page size': [
    spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(0, 'k', { page: 2047 })) }),
    3,
    /boot/,
  ],
  'boot with a page of zero': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(0, 'k', { page: 0 })) }), 3, /boot/],
  'boot without a kernel': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(0, 'k', { kernel: 0 })) }), 3, /boot/],
  'boot with a kernel beyond the file': [
    spec('2', { 'BOOTABLE_IMAGES/boot.img': file(boot(0, 'k', { kernel: 0x7fffffff })) }),
    3,
    /boot/,
  ],
  'boot is an ELF': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(elf()) }), 3, /boot/],
  'boot is gzip': [
    spec('2', { 'BOOTABLE_IMAGES/boot.img': file(Buffer.from('1f8b0800000000000003', 'hex')) }),
    3,
    /boot/,
  ],
  'boot is zeros': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(Buffer.alloc(8192)) }), 3, /boot/],
  'boot is erased flash': [spec('2', { 'BOOTABLE_IMAGES/boot.img': file(Buffer.alloc(8192, 0xff)) }), 3, /boot/],
  'boot is an HTML page': [
    spec('2', { 'BOOTABLE_IMAGES/boot.img': file('<html><body>Forbidden</body></html>') }),
    3,
    /boot/,
  ],
  'boot with something before it': [
    spec('2', { 'BOOTABLE_IMAGES/boot.img': file(Buffer.concat([Buffer.alloc(16), boot()])) }),
    3,
    /boot/,
  ],
  'boot is a folder': [
    spec('2', { 'BOOTABLE_IMAGES/boot.img': null, 'BOOTABLE_IMAGES/boot.img/x': file('x') }),
    3,
    /boot/,
  ],
  'boot is a link': [spec('2', { 'BOOTABLE_IMAGES/boot.img': link('other.img') }), 3, /boot/],
  // updater
  'updater of 64-bit ARM': [spec('2', { 'OTA/bin/updater': file(elf(183, true), { mode: 0o755 }) }), 3, /updater/],
  'updater of x86': [spec('2', { 'OTA/bin/updater': file(elf(3), { mode: 0o755 }) }), 3, /updater/],
  'updater of MIPS, the other order': [
    spec('2', { 'OTA/bin/updater': file(elf(8, false, true), { mode: 0o755 }) }),
    3,
    /updater/,
  ],
  'updater of Xtensa': [spec('2', { 'OTA/bin/updater': file(elf(94), { mode: 0o755 }) }), 3, /updater/],
  'updater is a script': [spec('2', { 'OTA/bin/updater': file(shell, { mode: 0o755 }) }), 3, /updater/],
  'updater cut to its magic': [
    spec('2', { 'OTA/bin/updater': file(elf().subarray(0, 6), { mode: 0o755 }) }),
    3,
    /updater/,
  ],
  'updater is a Git LFS pointer': [
    spec('2', { 'OTA/bin/updater': file('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n') }),
    3,
    /updater/,
  ],
  'updater is a link': [spec('2', { 'OTA/bin/updater': link('update_binary') }), 3, /updater/],
  // programs
  'all programs 0644': [
    spec('2', Object.fromEntries(Object.keys(programs).map((path) => [path, file(elf(), { mode: 0o644 })]))),
    3,
    /mode|start/,
  ],
  'all but one program 0600': [
    spec(
      '2',
      Object.fromEntries(
        Object.keys(programs)
          .slice(1)
          .map((path) => [path, file(elf(), { mode: 0o600 })]),
      ),
    ),
    3,
    /mode|start/,
  ],
  'a script that cannot be started': [spec('2', { 'SYSTEM/bin/run': file(shell, { mode: 0o644 }) }), 3, /start/],
  'the shell of scripts is gone': [spec('2', { 'SYSTEM/bin/sh': null }), 3, /\/bin\/sh/],
  'the shell leads to itself': [spec('2', { 'SYSTEM/bin/sh': link('sh') }), 3, /bin\/sh/],
  'the shell leads round': [spec('2', { 'SYSTEM/bin/sh': link('sh2'), 'SYSTEM/bin/sh2': link('sh') }), 3, /bin\/sh/],
  'the shell is a folder': [spec('2', { 'SYSTEM/bin/sh': directory() }), 3, /bin\/sh/],
  'the shell leads to a newline': [spec('2', { 'SYSTEM/bin/sh': link('a\n') }), 3, /bin\/sh/],
  'the shell leads to a carriage return': [spec('2', { 'SYSTEM/bin/sh': link('a\r') }), 3, /bin\/sh/],
  'a script of the host': [
    spec('2', { 'SYSTEM/bin/run': file('#!/usr/bin/env python3\n', { mode: 0o755 }) }),
    3,
    /run|python3|env/,
  ],
  'a script with Windows line ends': [
    spec('2', { 'SYSTEM/bin/run': file('#!/bin/sh\r\necho 1\r\n', { mode: 0o755 }) }),
    3,
    /bin\/run|#!/,
  ],
  'one program of the host': [
    spec('2', { 'SYSTEM/bin/f': file(elf(62, true), { mode: 0o755 }) }),
    3,
    /SYSTEM\/bin\/f|another machine/,
  ],
  'an empty program': [spec('2', { 'SYSTEM/bin/f': file('', { mode: 0o755 }) }), 3, /bin\/f/],
  // firmware
  'firmware gone': [spec('2', { 'SYSTEM/firmware/image/modem.mdt': null }), 3, /firmware/],
  'firmware empty': [
    spec('2', { 'SYSTEM/firmware/image/modem.mdt': null, 'SYSTEM/firmware/image': directory() }),
    3,
    /firmware/,
  ],
  // owners
  'rows with a leading slash': [
    spec('2', { 'META/filesystem_config.txt': file('/system/bin/a 0 0 750\n/system/bin/b 0 0 750\n') }),
    0,
    /filesystem_config|match|rows/,
  ],
  'rows in capitals': [
    spec('2', { 'META/filesystem_config.txt': file('SYSTEM/bin/a 0 0 750\n') }),
    0,
    /filesystem_config|match|rows/,
  ],
  'rows without system': [spec('2', { 'META/filesystem_config.txt': file('bin/a 0 0 750\n') }), 0, /owners|rows?\b/],
  'rows with backslashes': [
    spec('2', { 'META/filesystem_config.txt': file('system\\bin\\a 0 0 750\n') }),
    0,
    /filesystem_config|match|rows/,
  ],
  // misc_info
  'misc_info with blanks': [{ ...spec('2'), misc: { 'boot_size ': ' 0x00f00000 ' } }, 0, /proved/i],
  'misc_info with CRLF': [{ ...spec('2'), misc: { boot_size: '0x00f00000\r' } }, 0, /proved/i],
  'misc_info with a unit': [{ ...spec('2'), misc: { boot_size: '36M' } }, 3, /boot_size/],
  'misc_info with a comment behind': [{ ...spec('2'), misc: { boot_size: '0xf00000 # 15 MB' } }, 3, /boot_size/],
  'misc_info negative': [{ ...spec('2'), misc: { boot_size: '-5' } }, 3, /boot_size/],
};

for (const [title, [odd, code, told]] of Object.entries(targets)) {
  test(`integration: a target with this: ${title}`, async () => {
    const ended = await generated(given('odd.zip', makeTargetFiles(odd)));
    assert.equal(ended.code, code, ended.text);
    assert.match(ended.text, told);
  });
}

const seven = Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), Buffer.alloc(60, 1)]);
const dtb = Buffer.alloc(64);
dtb.writeUInt32BE(0xd00dfeed, 0);
dtb.writeUInt32BE(64, 4);

/** What is no build at all, and the word that says what it is. */
const kinds: Readonly<Record<string, readonly [bytes: Uint8Array | string, told: RegExp]>> = {
  '7z': [seven, /7z|7-Zip/i],
  rar: [Buffer.concat([Buffer.from('526172211a070100', 'hex'), Buffer.alloc(60, 1)]), /rar/i],
  'rar 4': [Buffer.concat([Buffer.from('526172211a0700', 'hex'), Buffer.alloc(60, 1)]), /rar/i],
  zstd: [Buffer.concat([Buffer.from('28b52ffd', 'hex'), Buffer.alloc(60, 1)]), /zstd/i],
  xz: [Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.alloc(60, 1)]), /xz/i],
  lz4: [Buffer.concat([Buffer.from('04224d18', 'hex'), Buffer.alloc(60, 1)]), /lz4/i],
  bzip2: [Buffer.concat([Buffer.from('BZh91AY&SY'), Buffer.alloc(60, 1)]), /bzip2/i],
  dtb: [dtb, /device tree/i],
  elf: [elf(), /ELF|program/i],
  pdf: [Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n'), /PDF/i],
  'JSON of a proxy': ['{"error":"not found","status":404}', /JSON|text/i],
  'XML of a bucket': ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', /XML|HTML/i],
  png: [Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /PNG|picture|image/i],
  empty: ['', /empty/i],
  'a sparse image': [Buffer.concat([Buffer.from('3aff26ed', 'hex'), Buffer.alloc(60, 1)]), /sparse/i],
  'a boot image': [boot(), /boot image/i],
  'a UBI image': [Buffer.concat([Buffer.from('UBI#\x01'), Buffer.alloc(4096, 0xff)]), /UBI/],
  'a Windows program': [Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200, 1)]), /Windows|unknown|not a zip|program/i],
  'a script': [shell, /script|text/i],
};

for (const [title, [bytes, told]] of Object.entries(kinds)) {
  test(`integration: in place of a build: ${title}`, async () => {
    const path = given('kind.zip', bytes);
    for (const ended of [
      await generated(path),
      await outcome(['check', source, path]),
      await outcome(['inspect', path]),
    ]) {
      assert.equal(ended.code, 3, ended.text);
      assert.match(ended.text, told);
      assert.match(ended.text, /to do:|expected:/);
    }
    const verified = await outcome(['verify', path, '--source', source]);
    assert.ok(verified.code === 1 || verified.code === 3, verified.text);
    assert.match(verified.text, told);
  });
}

test('integration: pipes, devices and broken links in place of a build are told at once', async () => {
  const paths = ['/dev/null', '/dev/zero', '/dev/stdin'];
  if (process.platform !== 'win32') {
    const pipe = join(work, 'pipe');
    execFileSync('mkfifo', [pipe]);
    paths.push(pipe);
  }
  const broken = join(work, 'broken.zip');
  symlinkSync('nowhere.zip', broken);
  paths.push(broken);
  for (const path of paths) {
    const ended = await generated(path);
    assert.equal(ended.code, 3, `${path}: ${ended.text}`);
    assert.equal((await outcome(['inspect', path])).code, 3, path);
  }
});

/** Zips whose names are those of a build in an odd form. */
const entriesOf = (rename: (name: string) => string, more: readonly string[] = []) =>
  buildZip([
    ...['SYSTEM/bin/a', 'SYSTEM/etc/conf', 'SYSTEM/usr/x', 'META/misc_info.txt', 'OTA/bin/updater'].map((name) => ({
      name: rename(name),
      data: Buffer.from(name.endsWith('misc_info.txt') ? 'recovery_api_version=3\n' : 'x'),
      mode: 0o100644,
    })),
    ...more.map((name) => ({ name, data: Buffer.from('x'), mode: 0o100644 })),
  ]);

const forms: Readonly<Record<string, readonly [zip: Buffer, told: RegExp]>> = {
  'a folder above': [entriesOf((name) => `v2/${name}`), /inside a folder v2/],
  'two folders above': [entriesOf((name) => `out/v2/${name}`), /inside a folder out\/v2/],
  './ and a folder above': [entriesOf((name) => `./v2/${name}`), /inside a folder v2/],
  'a folder above with a blank': [entriesOf((name) => `my build/${name}`), /inside a folder my build/],
  'backslashes behind a folder': [entriesOf((name) => `v2\\${name.replaceAll('/', '\\')}`), /backslashes/],
  'small letters': [entriesOf((name) => name.toLowerCase()), /capitals/],
  'a capital first': [
    entriesOf((name) => name.replace(/^(.)([A-Z]+)/, (_, a: string, b: string) => a + b.toLowerCase())),
    /capitals/,
  ],
  'a leading slash': [entriesOf((name) => `/${name}`, ['/a', '/b']), /name|slash|path/],
  'a drive before': [entriesOf((name) => `C:/v2/${name}`, ['C:/v2/a', 'C:/v2/b']), /inside a folder|C:/],
  'SYSTEM twice': [entriesOf((name) => name.replace(/^SYSTEM/, 'SYSTEM/SYSTEM')), /too deep/],
  'SYSTEM/system': [entriesOf((name) => name.replace(/^SYSTEM/, 'SYSTEM/system')), /too deep/],
  'one name twice': [entriesOf((name) => name, ['SYSTEM/etc/conf']), /twice|same name|duplicate/i],
  'a file that is a folder too': [entriesOf((name) => name, ['SYSTEM/etc/conf/below']), /conf/],
  'names that lead out': [entriesOf((name) => name, ['SYSTEM/../../x']), /\.\./],
};

for (const [title, [zip, told]] of Object.entries(forms)) {
  test(`integration: a zip of this form: ${title}`, async () => {
    const ended = await generated(given('form.zip', zip));
    assert.equal(ended.code, 3, ended.text);
    assert.match(ended.text, told);
    assert.ok(ended.text.split('\n').length < 12, ended.text);
  });
}
