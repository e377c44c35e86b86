import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { misplacedFault } from '../../src/input/misplaced.js';
import { openBuild } from '../../src/input/open-build.js';
import { InputError } from '../../src/model/errors.js';
import { file, link, makeTargetFiles, zipEntries } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip, type ZipEntrySpec } from '../support/zip-builder.js';

const work = workFolder('misplaced');

const spec = {
  nodes: {
    'SYSTEM/bin/app': file('app', { mode: 0o755 }),
    'SYSTEM/bin/sh': link('app'),
    'SYSTEM/lib/libc.so': file('c'),
    ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`SYSTEM/etc/conf.d/${at}`, file(`${at}`)])),
  },
};
const entries = zipEntries(spec);
const renamed = (name: (name: string) => string): readonly ZipEntrySpec[] =>
  entries.map((entry) => ({ ...entry, name: name(entry.name) }));
const filesOnly = entries.filter(({ name }) => !name.endsWith('/'));

/** Every fault of a zip as `code entry`; `[]` where it is read. */
async function faultsOf(zip: readonly ZipEntrySpec[]): Promise<readonly string[]> {
  const path = join(work, 'a.zip');
  writeFileSync(path, buildZip(zip));
  try {
    const { content } = await openBuild(path, { modes: 'build', role: 'target' });
    await content.close();
    return [];
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.faults.map(({ code }) => code);
  }
}

const cases: readonly (readonly [string, readonly ZipEntrySpec[], readonly string[]])[] = [
  ['as it should be', entries, []],
  ['./ before each name', [{ name: './', mode: 0o040755 }, ...renamed((name) => `./${name}`)], []],
  [
    'backslashes',
    filesOnly.map((entry) => ({ ...entry, name: entry.name.replaceAll('/', '\\') })),
    ['names-with-backslashes'],
  ],
  ['backslashes, folders too', renamed((name) => name.replaceAll('/', '\\')), ['names-with-backslashes']],
  [
    'backslashes below folders with slashes',
    [
      ...entries.filter(({ name }) => name.endsWith('/')).slice(0, 3),
      ...filesOnly.map((entry) => ({ ...entry, name: entry.name.replaceAll('/', '\\') })),
    ],
    ['names-with-backslashes'],
  ],
  [
    'backslashes from the root',
    filesOnly.map((entry) => ({ ...entry, name: `\\${entry.name.replaceAll('/', '\\')}` })),
    ['names-with-backslashes'],
  ],
  [
    'backslashes from the folder itself',
    filesOnly.map((entry) => ({ ...entry, name: `.\\${entry.name.replaceAll('/', '\\')}` })),
    ['names-with-backslashes'],
  ],
  [
    'backslashes from a folder above',
    filesOnly.map((entry) => ({ ...entry, name: `out\\fw\\${entry.name.replaceAll('/', '\\')}` })),
    ['names-with-backslashes'],
  ],
  [
    'backslashes from a drive',
    filesOnly.map((entry) => ({ ...entry, name: `C:\\fw\\${entry.name.replaceAll('/', '\\')}` })),
    ['names-with-backslashes'],
  ],
  [
    'a backslash inside of each name',
    filesOnly.map((entry) => ({ ...entry, name: `SYSTEM/a\\${entry.name.replaceAll('/', '\\')}` })),
    ['no-misc-info', 'no-updater'],
  ],
  ['a blank before each name', renamed((name) => ` ${name}`), ['layout-case']],
  ['a byte order mark before each name', renamed((name) => `\ufeff${name}`), ['layout-case']],
  ['a blank behind SYSTEM', renamed((name) => name.replace(/^SYSTEM/, 'SYSTEM ')), ['layout-case']],
  ['absolute names', renamed((name) => `/${name}`), ['unsafe-name']],
  ['names that lead out', renamed((name) => `../v2/${name}`), ['unsafe-name']],
  ['names with a drive', renamed((name) => `C:/fw/${name}`), ['unsafe-name']],
  ['everything twice', [...entries, ...filesOnly], ['duplicate-name']],
  ['system in small letters', renamed((name) => name.replace(/^SYSTEM/, 'system')), ['layout-case']],
  ['System with a capital', renamed((name) => name.replace(/^SYSTEM/, 'System')), ['layout-case']],
  [
    'all folders in small letters',
    renamed((name) => name.replace(/^[^/]+/, (top) => top.toLowerCase())),
    ['layout-case'],
  ],
  ['everything in capitals', renamed((name) => name.toUpperCase()), ['no-misc-info', 'no-updater']],
  ['one folder around all', renamed((name) => `targetfiles/${name}`), ['wrapped-in-folder']],
  ['two folders around all', renamed((name) => `a/b/${name}`), ['wrapped-in-folder']],
  [
    'a folder around all, and litter beside it',
    [...renamed((name) => `v2/${name}`), { name: '__MACOSX/x', data: Buffer.from('x'), mode: 0o100644 }],
    ['wrapped-in-folder'],
  ],
  ['SYSTEM/rootfs', renamed((name) => name.replace(/^SYSTEM\//, 'SYSTEM/rootfs/')), ['system-too-deep']],
  ['SYSTEM/image/rootfs', renamed((name) => name.replace(/^SYSTEM\//, 'SYSTEM/image/rootfs/')), ['system-too-deep']],
  ['SYSTEM/SYSTEM', renamed((name) => name.replace(/^SYSTEM\//, 'SYSTEM/SYSTEM/')), ['system-too-deep']],
  [
    'SYSTEM/rootfs beside SYSTEM/firmware',
    [
      ...renamed((name) => name.replace(/^SYSTEM\//, 'SYSTEM/rootfs/')),
      { name: 'SYSTEM/firmware/image/modem.mdt', data: Buffer.from('m'), mode: 0o100644 },
    ],
    ['system-too-deep'],
  ],
  [
    'the root file system alone',
    entries
      .filter(({ name }) => name.startsWith('SYSTEM/') && name !== 'SYSTEM/')
      .map((entry) => ({ ...entry, name: entry.name.slice(7) })),
    ['root-without-system'],
  ],
  ['META/META', renamed((name) => name.replace(/^META\//, 'META/META/')), ['no-misc-info']],
  [
    'a package',
    [{ name: 'META-INF/com/google/android/updater-script', data: Buffer.from('x'), mode: 0o100644 }],
    ['package-as-build'],
  ],
  [
    "the maker's release",
    [
      { name: 'RG520N/upgrade/targetfiles.zip', data: Buffer.from('x'), mode: 0o100644 },
      { name: 'RG520N/update/firehose/x.elf', data: Buffer.from('x'), mode: 0o100644 },
    ],
    ['build-inside'],
  ],
];

for (const [title, zip, codes] of cases) {
  test(`unit: a zip with ${title}: ${codes.join(' ') || 'is read'}`, async () =>
    assert.deepEqual(await faultsOf(zip), codes));
}

test('unit: names that begin with ./ give the same build', async () => {
  const plain = join(work, 'plain.zip');
  const dotted = join(work, 'dotted.zip');
  writeFileSync(plain, makeTargetFiles(spec));
  writeFileSync(dotted, buildZip(renamed((name) => `./${name}`)));
  const [a, b] = [await openBuild(plain, { modes: 'build' }), await openBuild(dotted, { modes: 'build' })];
  assert.deepEqual([...b.build.entries], [...a.build.entries]);
  await a.content.close();
  await b.content.close();
});

test('unit: a fault that thousands of names share is told once, with three of them and their number', async () => {
  const path = join(work, 'many.zip');
  writeFileSync(path, buildZip(renamed((name) => `/${name}`)));
  await assert.rejects(openBuild(path, { modes: 'build' }), (error) => {
    assert.ok(error instanceof InputError);
    assert.equal(error.faults.length, 1);
    assert.match(
      error.faults[0]?.found ?? '',
      new RegExp(`^${entries.length} such names: /.*, .* and ${entries.length - 3} more$`),
    );
    return true;
  });
});

test('unit: folders that are no build are told before anything in them is read', async () => {
  const release = join(work, 'release');
  mkdirSync(join(release, 'upgrade'), { recursive: true });
  mkdirSync(join(release, 'update'), { recursive: true });
  writeFileSync(join(release, 'upgrade', 'targetfiles.zip'), '');
  const images = join(work, 'images');
  mkdirSync(join(images, 'update'), { recursive: true });
  writeFileSync(join(images, 'update', 'sdxlemur-sysfs.ubi'), '');
  const unpacked = join(work, 'unpacked');
  mkdirSync(join(unpacked, 'fw', 'SYSTEM', 'bin'), { recursive: true });
  mkdirSync(join(unpacked, 'fw', 'META'), { recursive: true });
  const photos = join(work, 'photos');
  mkdirSync(photos);
  writeFileSync(join(photos, '1.jpg'), '');
  const told: readonly (readonly [string, string, RegExp])[] = [
    [release, 'build-inside', /^give .*release\/upgrade\/targetfiles\.zip$/],
    [images, 'build-inside', /^give .*images\/update, with --companion/],
    [unpacked, 'wrapped-in-folder', /^give .*unpacked\/fw$/],
    [photos, 'no-system', /targetfiles\.zip/],
  ];
  for (const [path, code, remedy] of told) {
    await assert.rejects(openBuild(path, { modes: 'build' }), (error) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.faults.length, 1);
      assert.equal(error.faults[0]?.code, code);
      assert.match(error.faults[0]?.remedy ?? '', remedy);
      return true;
    });
  }
});

test('unit: a real layout is none of these, whatever else lies in it', () => {
  const names = [
    'SYSTEM/bin/a',
    'SYSTEM/etc/x',
    'SYSTEM/firmware/image/modem.mdt',
    'META/misc_info.txt',
    'OTA/bin/updater',
  ];
  assert.equal(
    misplacedFault('v.zip', [...names, 'SYSTEM/opt/targetfiles.zip', 'SYSTEM/srv/SYSTEM/bin/x', 'SYSTEM/a\\b'], 'zip'),
    undefined,
  );
  assert.equal(misplacedFault('v.zip', [], 'zip'), undefined);
});
