/** No input is a fault of dfota: each command ends with 1, 2 or 3, says what is wrong without a stack trace, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import {
  file,
  link,
  makeTargetFiles,
  type NodeSpec,
  type TargetFilesSpec,
  zipEntries,
} from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const work = workFolder('bad-inputs');

/** A whole boot image with a kernel of some pages. */
function boot(text: string): Buffer {
  const header = Buffer.alloc(2048);
  header.write('ANDROID!', 'latin1');
  header.writeUInt32LE(4096, 8);
  header.writeUInt32LE(2048, 36);
  return Buffer.concat([header, Buffer.alloc(4096, text)]);
}

function spec(version: string, more: Readonly<Record<string, NodeSpec | null>> = {}): TargetFilesSpec {
  return {
    revision: `A0${version}`,
    packageTime: `2022-0${version}-22,15:50`,
    nodes: {
      'BOOTABLE_IMAGES/boot.img': file(boot(version)),
      'SYSTEM/etc/conf': file(`conf ${version}\n`),
      'SYSTEM/etc/link': link('conf'),
      ...more,
    },
  };
}

function given(name: string, bytes: Uint8Array | string): string {
  const path = join(work, name);
  writeFileSync(path, bytes);
  return path;
}

function folder(name: string, ...below: readonly string[]): string {
  const path = join(work, name);
  mkdirSync(path);
  for (const each of below) mkdirSync(join(path, each), { recursive: true });
  return path;
}

const whole = makeTargetFiles(spec('2'));
const source = given('v1.zip', makeTargetFiles(spec('1')));
const target = given('v2.zip', whole);
const script = 'META-INF/com/google/android/updater-script';
const squashfs = Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(4092, 1)]);
const ext4 = Buffer.alloc(8192);
ext4.writeUInt16LE(0xef53, 1024 + 56);

/** What no build is, whatever one calls it. */
const noBuilds: Readonly<Record<string, string>> = {
  'nothing there': join(work, 'nowhere.zip'),
  'an empty file': given('empty.zip', ''),
  'one byte': given('byte.zip', 'P'),
  'an HTML page': given('page.zip', '<!DOCTYPE html><html><body>403 Forbidden</body></html>'),
  'a pointer of Git LFS': given('lfs.zip', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9000000\n'),
  'a tar.gz': given('fw.tar.gz', gzipSync(Buffer.alloc(10_240))),
  'a broken gzip': given('fw.gz', gzipSync('x').subarray(0, 12)),
  'a zip cut in half': given('half.zip', whole.subarray(0, whole.length >> 1)),
  'a zip without its last byte': given('last.zip', whole.subarray(0, -1)),
  'a zip without its first bytes': given('first.zip', whole.subarray(10)),
  zeros: given('zeros.zip', Buffer.alloc(70_000)),
  'a zip without entries': given('none.zip', buildZip([])),
  squashfs: given('rootfs.squashfs', squashfs),
  ext4: given('rootfs.ext4', ext4),
  cpio: given('initrd.cpio', '070701000000000000000000'),
  'a program': given('program', Buffer.from('\x7fELF\x01\x01\x01')),
  'an update.zip': given(
    'update-as-build.zip',
    buildZip([{ name: script, data: Buffer.from('ui_print("x");'), mode: 0o100644 }]),
  ),
  'an empty folder': folder('empty'),
  'a folder without SYSTEM': folder('no-system', 'META', 'OTA/bin'),
  'a folder with SYSTEM alone': folder('system-alone', 'SYSTEM/etc'),
  'a folder with SYSTEM/rootfs': folder('too-deep', 'META', 'SYSTEM/rootfs/bin', 'SYSTEM/rootfs/etc'),
  'names with backslashes': given(
    'backslash.zip',
    buildZip(
      zipEntries(spec('2'))
        .filter(({ name }) => !name.endsWith('/'))
        .map((entry) => ({ ...entry, name: entry.name.replaceAll('/', '\\') })),
    ),
  ),
  'names that lead out': given(
    'outside.zip',
    buildZip(zipEntries(spec('2')).map((entry) => ({ ...entry, name: `../${entry.name}` }))),
  ),
};

const misc = (text: string) => ({ 'META/misc_info.txt': file(text) });
const withMisc = (more: Readonly<Record<string, string>>): TargetFilesSpec => ({ ...spec('2'), misc: more });
const fstab = (text: string) => ({ 'RECOVERY/recovery.fstab': file(text) });
const cache = '/cache ubifs cache\n';
const both = '/boot mtd boot\n/system ubifs system\n';
const bootImage = (bytes: Uint8Array | string) => ({ 'BOOTABLE_IMAGES/boot.img': file(bytes) });

/** Builds with one thing wrong in them: some make a package all the same, none may make the program fail. */
const oddBuilds: Readonly<Record<string, TargetFilesSpec>> = {
  'an empty boot image': spec('2', bootImage('')),
  'a boot image of one byte': spec('2', bootImage('A')),
  'the magic of a boot image alone': spec('2', bootImage('ANDROID!')),
  'no boot image': spec('2', { 'BOOTABLE_IMAGES/boot.img': null }),
  'a boot image larger than its partition': { ...spec('2'), misc: { boot_size: '0x1000' } },
  'an fstab without boot': spec('2', fstab(`${cache}/system ubifs system\n`)),
  'an fstab without boot and system': spec('2', fstab(cache)),
  'an fstab without system': spec('2', fstab(`${cache}/boot mtd boot\n`)),
  'an fstab without cache': spec('2', fstab(both)),
  'an empty fstab': spec('2', fstab('')),
  'an fstab of comments': spec('2', fstab('# nothing\n\n')),
  'an fstab of one word a line': spec('2', fstab('/boot\n/system\n')),
  'an fstab with boot twice': spec('2', fstab(`${cache}${both}/boot mtd kernel\n`)),
  'an fstab with boot as a volume': spec('2', fstab(`${cache}/boot ubi ubi0:boot\n/system ubifs system\n`)),
  'an fstab with boot on UBI': spec('2', fstab(`${cache}/boot ubi boot\n/system ubifs system\n`)),
  'an fstab with boot as ext4': spec('2', fstab(`${cache}/boot ext4 /dev/block/boot\n/system ubifs system\n`)),
  'an fstab with boot on eMMC': spec(
    '2',
    fstab(`${cache}/boot emmc /dev/block/bootdevice/by-name/boot\n/system ext4 /dev/block/bootdevice/by-name/system\n`),
  ),
  'an fstab with boot and system in one': spec('2', fstab(`${cache}/boot mtd system\n/system ubifs system\n`)),
  'an fstab of another file system': spec('2', fstab(`${cache}/boot mtd boot\n/system squashfs system\n`)),
  'an fstab of bytes': spec('2', fstab('\x00\xff\x01')),
  'no fstab': spec('2', { 'RECOVERY/recovery.fstab': null }),
  'misc_info empty': spec('2', misc('')),
  'misc_info of bytes': spec('2', misc('\x00\x01=\x02\n=\n==\n')),
  'no misc_info': spec('2', { 'META/misc_info.txt': null }),
  ...Object.fromEntries(
    ['0xffffffff', '0', '-1', '1', 'large', '99999999999999999999'].flatMap((value) =>
      ['blocksize', 'boot_size', 'system_size', 'cache_size'].map((key) => [
        `${key}=${value}`,
        withMisc({ [key]: value }),
      ]),
    ),
  ),
  'recovery_api_version=99': withMisc({ recovery_api_version: '99' }),
  'fstab_version=2': withMisc({ fstab_version: '2' }),
  'fstab_version=7': withMisc({ fstab_version: '7' }),
  'an empty updater': spec('2', { 'OTA/bin/updater': file('') }),
  'no updater': spec('2', { 'OTA/bin/updater': null }),
  'no version file': spec('2', { 'SYSTEM/etc/quectel-project-version': null }),
  'an empty version file': spec('2', { 'SYSTEM/etc/quectel-project-version': file('') }),
  'a link with a newline': spec('2', { 'SYSTEM/etc/link': link('conf\n') }),
  'a link to itself': spec('2', { 'SYSTEM/etc/link': link('link') }),
  'an empty link': spec('2', { 'SYSTEM/etc/link': link('') }),
  'rows of owners that are none': spec('2', { 'META/filesystem_config.txt': file('system\nsystem/etc x y z\n') }),
  'a lower revision': { ...spec('2'), revision: 'A00' },
};

async function outcome(...words: readonly string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, text: `${stdout()}${stderr()}` };
}

const outputs = folder('outputs');

/** Runs a command: it must end with one of the codes, with words for people, and with no file that it should not have made. */
async function endsWell(words: readonly string[], codes: readonly number[]): Promise<number> {
  const { code, text } = await outcome(...words);
  const shown = `${words.join(' ')}: exit code ${code}\n${text}`;
  assert.ok(codes.includes(code), shown);
  assert.doesNotMatch(
    text,
    /^ +at .*[(:]\d+|report it|fault of dfota|error in dfota|TypeError|RangeError|undefined|NaN/m,
    shown,
  );
  if (code !== 0) assert.match(text, /error|warning|NOT PROVED/, shown);
  return code;
}

const package_ = join(work, 'update.zip');
const generateInto = ['--no-cache', '--verify', 'quick', '--output', join(outputs, 'update.zip')];

test('integration: the two builds that the others differ from make a package', async () => {
  await endsWell(['generate', source, target, '--no-cache', '--verify', 'off', '--output', package_], [0]);
  assert.ok(existsSync(package_));
});

for (const [title, path] of Object.entries(noBuilds)) {
  test(`integration: ${title} in place of a build is an input error for every command`, async () => {
    const refused = [3];
    await endsWell(['generate', source, path, ...generateInto], refused);
    await endsWell(['generate', path, target, ...generateInto], refused);
    await endsWell(['check', source, path], refused);
    await endsWell(['audit', path, target], refused);
    await endsWell(['verify', package_, '--source', path, '--target', target], refused);
    await endsWell(['verify', package_, '--source', source, '--target', path], refused);
    assert.deepEqual(readdirSync(outputs), []);
  });

  test(`integration: ${title} in place of a package ends without a fault of the program`, async () => {
    await endsWell(['inspect', path], title === 'an update.zip' ? [0] : [3]);
    await endsWell(['verify', path, '--source', source, '--target', target], [1, 3]);
    await endsWell(['check', source, target, '--package', path], [1, 3]);
    await endsWell(['ls', path], [0, 1, 3]);
  });
}

for (const [title, odd] of Object.entries(oddBuilds)) {
  test(`integration: a build with ${title} is planned with, or refused: no fault of the program`, async () => {
    const path = given('odd.zip', makeTargetFiles(odd));
    for (const pair of [
      [source, path],
      [path, target],
    ]) {
      const code = await endsWell(['generate', ...pair, ...generateInto], [0, 1, 3]);
      const made = readdirSync(outputs).sort();
      // Findings that are errors end with 1 beside a finished package; a package that is not proved does not stay.
      if (code === 3 || made.length > 0) assert.deepEqual(made, code === 3 ? [] : ['update.zip', 'update.zip.json']);
      for (const name of made) rmSync(join(outputs, name));
      await endsWell(['check', ...pair], [0, 1, 3]);
    }
    await endsWell(['audit', source, path], [0, 1, 3]);
    await endsWell(['verify', package_, '--source', path, '--target', target], [0, 1, 3]);
    await endsWell(['ls', path], [0, 1, 3]);
    await endsWell(['inspect', path], [3]);
  });
}
