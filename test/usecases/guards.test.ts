/** What would leave modules without a start: each kind with its variants, through check and generate. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allowableCodes, type Code } from '../../src/model/codes.js';
import { InputError, UsageError } from '../../src/model/errors.js';
import { allowedCodes } from '../../src/usecases/allow.js';
import { check } from '../../src/usecases/check.js';
import { generateDefaults, generateFiles } from '../../src/usecases/generate/generate-files.js';
import { inspectPackage } from '../../src/usecases/inspect/inspect.js';
import { file, link, makeTargetFiles, type NodeSpec, type TargetFilesSpec } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('guards');

/** An ELF program of a machine: a header, and a segment that names what starts it. */
function program(machine: number, text: string, interpreter?: string): Buffer {
  const bytes = Buffer.alloc(200);
  bytes.write('\x7fELF\x01\x01\x01', 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeUInt32LE(52, 28);
  bytes.writeUInt16LE(52, 40);
  bytes.writeUInt16LE(32, 42);
  bytes.writeUInt16LE(1, 44);
  const words = interpreter === undefined ? '' : `${interpreter}\0`;
  bytes.writeUInt32LE(interpreter === undefined ? 1 : 3, 52);
  bytes.writeUInt32LE(84, 56);
  bytes.writeUInt32LE(words.length, 68);
  bytes.write(words, 84, 'latin1');
  return Buffer.concat([bytes, Buffer.from(text)]);
}

/** A whole boot image with a kernel of some pages. */
function boot(text: string): Buffer {
  const kernel = Buffer.alloc(5000, text);
  const header = Buffer.alloc(2048);
  header.write('ANDROID!', 'latin1');
  header.writeUInt32LE(kernel.length, 8);
  header.writeUInt32LE(2048, 36);
  return Buffer.concat([header, kernel, Buffer.alloc(3 * 2048 - kernel.length)]);
}

const arm = 40;
const x86 = 62;
const executable = { mode: 0o755 };
const loader = '/lib/ld-linux.so.3';

function nodes(version: string): Record<string, NodeSpec> {
  return {
    'BOOTABLE_IMAGES/boot.img': file(boot(version)),
    'OTA/bin/updater': file(program(arm, 'updater'), executable),
    'SYSTEM/lib/ld-2.31.so': file(program(arm, 'loader'), executable),
    'SYSTEM/lib/ld-linux.so.3': link('ld-2.31.so'),
    'SYSTEM/bin/sh': link('busybox'),
    'SYSTEM/bin/busybox': file(program(arm, 'busybox', loader), executable),
    'SYSTEM/etc/init.d/rcS': file(`#!/bin/sh\necho ${version}\n`, executable),
    'SYSTEM/firmware/image/modem.b00': file(`modem ${version}`),
    ...Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [
        `SYSTEM/usr/bin/app${at}`,
        file(program(arm, `${at} ${version}`, loader), executable),
      ]),
    ),
  };
}

const target: TargetFilesSpec = { nodes: nodes('2'), revision: 'A02', packageTime: '2022-09-30,10:00' };

function given(name: string, spec: TargetFilesSpec): string {
  const path = join(work, name);
  writeFileSync(path, makeTargetFiles(spec));
  return path;
}

const source = given('v1.zip', { nodes: nodes('1') });

function changed(
  more: Readonly<Record<string, NodeSpec | null>>,
  rest: Partial<TargetFilesSpec> = {},
): TargetFilesSpec {
  return { ...target, ...rest, nodes: { ...target.nodes, ...more } };
}

function changedEach(change: (path: string, node: NodeSpec) => NodeSpec | null): TargetFilesSpec {
  return changed(Object.fromEntries(Object.entries(nodes('2')).map(([path, node]) => [path, change(path, node)])));
}

const bootImage = 'BOOTABLE_IMAGES/boot.img';
const updater = 'OTA/bin/updater';
const sh = 'SYSTEM/bin/sh';
/** The boot image with a number of its header changed. */
function bootWith(at: number, value: number): Buffer {
  const image = boot('2');
  image.writeUInt32LE(value, at);
  return image;
}

const bigEndian = Buffer.from(program(0, ''));
bigEndian[5] = 2;
bigEndian.writeUInt16BE(2, 16);
bigEndian.writeUInt16BE(arm, 18);
bigEndian.fill(0, 28, 52);
const lfs = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9000000\n';
const whole = boot('2');

/** What is wrong, the target, and what check must tell, the severity first. */
const cases: readonly (readonly [string, TargetFilesSpec, string])[] = [
  ['an empty boot image', changed({ [bootImage]: file('') }), 'error boot-image-unfit'],
  ['a boot image that is a pointer of Git LFS', changed({ [bootImage]: file(lfs) }), 'error boot-image-unfit'],
  [
    'a boot image that is a web page',
    changed({ [bootImage]: file('<!DOCTYPE html><html>') }),
    'error boot-image-unfit',
  ],
  ['a boot image of zeros', changed({ [bootImage]: file(Buffer.alloc(9000)) }), 'error boot-image-unfit'],
  ['a boot image that is a zip', changed({ [bootImage]: file('PK\x03\x04 and so on') }), 'error boot-image-unfit'],
  ['a boot image cut in its kernel', changed({ [bootImage]: file(whole.subarray(0, 4000)) }), 'error boot-image-unfit'],
  ['a boot image cut in its header', changed({ [bootImage]: file(whole.subarray(0, 40)) }), 'error boot-image-unfit'],
  ['the magic of a boot image alone', changed({ [bootImage]: file('ANDROID!') }), 'error boot-image-unfit'],
  ['a boot image whose page size is 0', changed({ [bootImage]: file(bootWith(36, 0)) }), 'error boot-image-unfit'],
  ['a boot image whose page size is 3', changed({ [bootImage]: file(bootWith(36, 3)) }), 'error boot-image-unfit'],
  ['a boot image without a kernel', changed({ [bootImage]: file(bootWith(8, 0)) }), 'error boot-image-unfit'],
  ['a RAM disk past the end', changed({ [bootImage]: file(bootWith(16, 9_000_000)) }), 'error boot-image-unfit'],
  [
    'a boot image that went through a text converter',
    changed({ [bootImage]: file(Buffer.from(whole.toString('latin1'), 'utf8').subarray(0, 3000)) }),
    'error boot-image-unfit',
  ],
  [
    'a vendor boot image',
    changed({ [bootImage]: file(`VNDRBOOT${whole.toString('latin1', 8)}`) }),
    'error boot-image-unfit',
  ],
  [
    'a boot image in a folder of another case',
    changed({ [bootImage]: null, 'bootable_images/boot.img': file(whole) }),
    'error boot-image-gone',
  ],
  ['no boot image', changed({ [bootImage]: null }), 'error boot-image-gone'],
  ['an empty updater', changed({ [updater]: file('') }), 'error updater-unfit'],
  ['an updater for another machine', changed({ [updater]: file(program(x86, '')) }), 'error updater-unfit'],
  ['an updater that is a script', changed({ [updater]: file('#!/bin/sh\n') }), 'error updater-unfit'],
  ['an updater that is a pointer of Git LFS', changed({ [updater]: file(lfs) }), 'error updater-unfit'],
  [
    'an updater cut in its header',
    changed({ [updater]: file(program(arm, '').subarray(0, 17)) }),
    'error updater-unfit',
  ],
  ['an updater of the other byte order', changed({ [updater]: file(bigEndian) }), 'error updater-unfit'],
  ['an updater for Windows', changed({ [updater]: file('MZ and so on') }), 'error updater-unfit'],
  [
    'an updater of no machine of modules, beside programs of none',
    changedEach((path, node) =>
      path === updater
        ? file(program(x86, ''), executable)
        : path.startsWith('SYSTEM/') && node.kind === 'file' && node.mode !== undefined
          ? file('#!/bin/sh\n', executable)
          : node,
    ),
    'error updater-unfit',
  ],
  [
    'folders that nobody may enter',
    changed({ 'SYSTEM/usr/bin': { kind: 'directory', mode: 0o644 }, 'SYSTEM/usr': { kind: 'directory', mode: 0o644 } }),
    'error modes-lost',
  ],
  [
    'modes 644 everywhere',
    changedEach((_, node) => (node.kind === 'file' ? { ...node, mode: 0o644 } : node)),
    'error modes-lost',
  ],
  [
    'modes 600 everywhere',
    changedEach((_, node) => (node.kind === 'file' ? { ...node, mode: 0o600 } : node)),
    'error modes-lost',
  ],
  [
    'the mode of one program',
    changed({ 'SYSTEM/bin/busybox': file(program(arm, 'busybox', loader)) }),
    'error modes-lost',
  ],
  [
    'modes 777 everywhere',
    changedEach((_, node) => (node.kind === 'file' ? { ...node, mode: 0o777 } : node)),
    'warning world-writable',
  ],
  ['a shell that leads nowhere', changed({ [sh]: link('prog99') }), 'error links-broken'],
  ['a shell that leads in a circle', changed({ [sh]: link('sh') }), 'error links-broken'],
  ['a loader that leads nowhere', changed({ 'SYSTEM/lib/ld-2.31.so': null }), 'error programs-unstartable'],
  ['a loader that is gone', changed({ 'SYSTEM/lib/ld-linux.so.3': null }), 'error programs-unstartable'],
  ['no shell for scripts', changed({ [sh]: null }), 'error programs-unstartable'],
  ['a shell that is a folder', changed({ [sh]: link('/usr/bin') }), 'error links-broken'],
  ['a shell with a slash behind it', changed({ [sh]: link('busybox/') }), 'error links-broken'],
  [
    'a shell that is no program',
    changed({ [sh]: link('../etc/notes'), 'SYSTEM/etc/notes': file('x') }),
    'error links-broken',
  ],
  ['a link that became its text', changed({ [sh]: file('busybox') }), 'error links-as-text'],
  ['a link that became a line', changed({ [sh]: file('busybox\n', executable) }), 'error links-as-text'],
  ['a link of Cygwin', changed({ [sh]: file('!<symlink>busybox\0') }), 'error links-as-text'],
  ['a link with a newline', changed({ [sh]: link('busybox\n') }), 'error link-line-end'],
  ['a link with a carriage return', changed({ [sh]: link('busybox\r\n') }), 'error link-line-end'],
  [
    'a script with line ends of Windows',
    changed({ 'SYSTEM/etc/init.d/rcS': file('#!/bin/sh\r\necho\r\n', executable) }),
    'error programs-unstartable',
  ],
  ['a program that is empty', changed({ 'SYSTEM/usr/bin/app1': file('', executable) }), 'error programs-unstartable'],
  [
    'a program that is a pointer of Git LFS',
    changed({ 'SYSTEM/usr/bin/app1': file(lfs, executable) }),
    'error programs-unstartable',
  ],
  [
    'a program of another machine in its place',
    changed({ 'SYSTEM/usr/bin/app1': file(program(x86, ''), executable) }),
    'error programs-unstartable',
  ],
  [
    'a new program of another machine',
    changed({ 'SYSTEM/usr/bin/new': file(program(x86, ''), executable) }),
    'warning program-other-machine',
  ],
  [
    'a new library of another machine',
    changed({ 'SYSTEM/usr/lib/libnew.so': file(program(x86, '')) }),
    'warning program-other-machine',
  ],
  [
    'a new program of another machine outside of the usual folders',
    changed({ 'SYSTEM/opt/app/new': file(program(x86, ''), executable) }),
    'warning program-other-machine',
  ],
  [
    'a new program of the other byte order',
    changed({ 'SYSTEM/usr/bin/new': file(bigEndian, executable) }),
    'warning program-other-machine',
  ],
  [
    'a new program for Windows',
    changed({ 'SYSTEM/usr/bin/new': file('MZ', executable) }),
    'warning program-other-machine',
  ],
  [
    'a new program for macOS',
    changed({ 'SYSTEM/usr/bin/new': file(Buffer.from('cffaedfe0c000001', 'hex'), executable) }),
    'warning program-other-machine',
  ],
  [
    'a program that needs a dynamic linker which is not there, and needed none',
    changed({
      'SYSTEM/lib/ld-2.31.so': file(program(arm, 'loader', '/lib/ld-musl.so'), executable),
      'SYSTEM/bin/busybox': file(program(arm, 'busybox', '/lib/ld-musl.so'), executable),
    }),
    'error programs-unstartable',
  ],
  ['no modem', changed({ 'SYSTEM/firmware/image/modem.b00': null }), 'error firmware-gone'],
  [
    'a SYSTEM that is nearly empty',
    changedEach((path, node) =>
      path.startsWith('SYSTEM/usr') || path.startsWith('SYSTEM/bin') || path.startsWith('SYSTEM/lib') ? null : node,
    ),
    'error system-nearly-empty',
  ],
  ['a lower revision', { ...target, revision: 'A00' }, 'error builds-swapped'],
  [
    'an older build of the same revision',
    { ...target, revision: 'A01', packageTime: '2021-01-01,10:00' },
    'error builds-swapped',
  ],
  ['litter', changed({ 'SYSTEM/etc/.DS_Store': file('x'), 'SYSTEM/etc/app.conf~': file('y') }), 'warning litter'],
  ['a folder __MACOSX', changed({ '__MACOSX/SYSTEM/._x': file('x') }), 'warning litter'],
  [
    'a version file of labels alone',
    changed({ 'SYSTEM/etc/quectel-project-version': file('Project Name:\nProject Rev :\n') }),
    'warning version-file-empty',
  ],
  ['an empty version file', changed({ 'SYSTEM/etc/quectel-project-version': file('') }), 'warning version-file-empty'],
  [
    'a version file in UTF-16',
    changed({ 'SYSTEM/etc/quectel-project-version': file(Buffer.from('Project Name: x\n', 'utf16le')) }),
    'warning version-file-empty',
  ],
  [
    'owners of misspelled paths',
    changed({
      'META/filesystem_config.txt': file(
        'system 0 0 755\n/system/bin/busybox 0 0 4750\nSYSTEM/etc/init.d/rcS 0 0 750\n',
      ),
    }),
    'warning owners-match-nothing',
  ],
  [
    'everything of one user',
    changedEach((_, node) => (node.kind === 'file' ? { ...node, uid: 1000, gid: 1000 } : node)),
    'warning one-owner',
  ],
];

async function toldOf(path: string, allow: readonly Code[] = []) {
  const request = { source, target: path, parts: ['l', 'm', 'o', 'minor'] as const, modes: 'build' as const };
  return (await check({ ...request, allow })).findings;
}

test('integration: an honest target has none of these', async () => {
  const findings = await toldOf(given('v2.zip', target));
  const wrong = findings.filter(({ severity, code }) => severity === 'error' || allowableCodes().includes(code));
  assert.deepEqual(wrong, []);
});

for (const [at, [title, spec, expected]] of cases.entries()) {
  test(`integration: ${title}: ${expected}`, async () => {
    const told = (await toldOf(given(`${at}.zip`, spec))).map(({ severity, code }) => `${severity} ${code}`);
    assert.ok(told.includes(expected), told.join('; '));
    assert.equal(new Set(told.filter((each) => each === expected)).size, 1);
  });
}

function request(path: string, output: string, allow: readonly Code[]) {
  return {
    ...generateDefaults,
    sources: [source],
    target: path,
    output,
    parts: ['l', 'm', 'o', 'minor'] as const,
    modes: 'build' as const,
    verify: { level: 'off', profile: 'strict' } as const,
    allow,
  };
}

test('integration: generate refuses what check calls an error, and makes the package where it is allowed', async () => {
  const output = join(work, 'update.zip');
  const path = given('refused.zip', changed({ [bootImage]: file(lfs) }, { revision: 'A00' }));
  const refused = (codes: readonly string[]) => (error: unknown) => {
    assert.ok(error instanceof InputError, String(error));
    assert.deepEqual(error.faults.map(({ code }) => code).sort(), codes);
    for (const { code, remedy } of error.faults) assert.ok(remedy?.endsWith(`--allow ${code}`), remedy);
    return true;
  };
  await assert.rejects(generateFiles(request(path, output, [])), refused(['boot-image-unfit', 'builds-swapped']));
  await assert.rejects(generateFiles(request(path, output, ['builds-swapped'])), refused(['boot-image-unfit']));
  assert.equal(existsSync(output), false);
  const [made] = await generateFiles(request(path, output, ['builds-swapped', 'boot-image-unfit', 'modes-lost']));
  assert.deepEqual(made?.generated.allowed, ['boot-image-unfit', 'builds-swapped']);
  const { metadata } = await inspectPackage({ package: output });
  assert.equal(metadata.find(({ key }) => key === 'dfota-allowed')?.value, 'boot-image-unfit,builds-swapped');
  assert.ok(readFileSync(output).length > 0);
});

test('unit: --allow takes the codes of errors that can be accepted, and says so of others', () => {
  assert.deepEqual(allowedCodes(['modes-lost,boot-image-unfit', 'modes-lost']), ['boot-image-unfit', 'modes-lost']);
  assert.deepEqual(allowedCodes(), []);
  for (const word of ['zip-truncated', 'same-input-twice', 'modes-last', '', 'litter'])
    assert.throws(() => allowedCodes([word]), UsageError, word);
});

test('integration: a zip that has more than the folder beside it was added to, not made anew', async () => {
  const folder = join(work, 'release');
  mkdirSync(join(folder, 'fw', 'SYSTEM', 'etc'), { recursive: true });
  const version = Buffer.from('Project Rev : RG520NNADAR01A02\n');
  writeFileSync(join(folder, 'fw', 'SYSTEM', 'etc', 'quectel-project-version'), version);
  const path = join(folder, 'targetfiles.zip');
  writeFileSync(path, makeTargetFiles(changed({ 'SYSTEM/etc/quectel-project-version': file(version) })));
  const told = (await toldOf(path)).find(({ code }) => code === 'entries-of-an-old-zip');
  assert.match(told?.remedy ?? '', /delete the old zip first/);
  // A file that the zip has not: the folder is another one.
  writeFileSync(join(folder, 'fw', 'SYSTEM', 'etc', 'new'), '');
  assert.ok(!(await toldOf(path)).some(({ code }) => code === 'entries-of-an-old-zip'));
});
