import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { openBuild } from '../../src/input/open-build.js';
import { InputError } from '../../src/model/errors.js';
import { directory, file, link, makeTargetFiles, zipEntries } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip, type ZipEntrySpec, type ZipSpec } from '../support/zip-builder.js';

const work = workFolder('bad-zips');
let files = 0;

/** Code and entry of every fault; empty where the zip is accepted. Anything but an InputError is a failure of the test. */
async function faultsOf(bytes: Uint8Array): Promise<string[]> {
  const path = join(work, `${++files}.zip`);
  writeFileSync(path, bytes);
  try {
    const { content } = await openBuild(path, { modes: 'build', role: 'target' });
    await content.close();
    return [];
  } catch (error) {
    assert.ok(error instanceof InputError, error instanceof Error ? error.stack : String(error));
    for (const fault of error.faults) assert.equal(fault.place?.file, path);
    return error.faults.map(({ code, place }) => (place?.entry === undefined ? code : `${code} ${place.entry}`));
  }
}

const good = zipEntries({});
const goodZip = makeTargetFiles({});

function and(...more: readonly ZipEntrySpec[]): Buffer {
  return buildZip([...good, ...more]);
}

function spoiled(
  name: string,
  claimed: ZipEntrySpec['claimed'],
  more: Partial<ZipEntrySpec> = {},
  zip: ZipSpec = {},
): Buffer {
  return buildZip(
    good.map((entry) =>
      entry.name === name ? { ...entry, ...more, ...(claimed === undefined ? {} : { claimed }) } : entry,
    ),
    zip,
  );
}

const app: ZipEntrySpec = { name: 'SYSTEM/bin/app', data: Buffer.from('app'), mode: 0o100755 };
const large = (length: number): ZipEntrySpec => ({
  name: 'SYSTEM/large',
  data: Buffer.alloc(length, 'large '),
  mode: 0o100644,
});

/** What is wrong, the zip, the faults that must be told. */
const cases: readonly [title: string, zip: Uint8Array, faults: readonly string[]][] = [
  ['an empty file', Buffer.alloc(0), ['zip-empty-file']],
  ['not a zip', Buffer.from('#!/bin/sh\necho this is no zip\n'), ['zip-not-a-zip']],
  ['a gzip', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2]), ['zip-not-a-zip']],
  ['one byte', Buffer.from('P'), ['zip-not-a-zip']],
  ['cut off in the middle', goodZip.subarray(0, 3000), ['zip-truncated']],
  ['cut off in the end record', goodZip.subarray(0, -3), ['zip-truncated']],
  ['cut off in its comment', buildZip(good, { comment: 'some comment' }).subarray(0, -3), ['zip-truncated']],
  ['without its first bytes', goodZip.subarray(500), ['zip-truncated']],
  ['bytes after its end', buildZip(good, { trailing: Buffer.from('garbage') }), ['zip-trailing-bytes']],
  ['bytes before its start', Buffer.concat([Buffer.from('#!/bin/sh\n'), goodZip]), ['zip-leading-bytes']],
  ['one part of several', buildZip(good, { disk: 2 }), ['zip-multi-disk']],
  ['fewer entries than its directory has', buildZip(good, { count: good.length - 1 }), ['zip-damaged']],
  ['more entries than its directory has', buildZip(good, { count: good.length + 1 }), ['zip-truncated']],
  ['CRC-32 wrong', spoiled('SYSTEM/build.prop', { crc32: 1 }), ['zip-crc-mismatch SYSTEM/build.prop']],
  [
    'CRC-32 of a large file wrong',
    and({ ...large(5_000_000), claimed: { crc32: 1 } }),
    ['zip-crc-mismatch SYSTEM/large'],
  ],
  ['size too small', spoiled('SYSTEM/build.prop', { size: 3 }), ['zip-size-mismatch SYSTEM/build.prop']],
  ['size too large', spoiled('SYSTEM/build.prop', { size: 100 }), ['zip-size-mismatch SYSTEM/build.prop']],
  [
    'size of an empty file wrong',
    and({ ...app, data: deflateRawSync(Buffer.from('x')), stored: true, claimed: { method: 8, size: 0 } }),
    ['zip-size-mismatch SYSTEM/bin/app'],
  ],
  [
    'size of a large file too small',
    and({ ...large(6_000_000), claimed: { size: 5_000_000 } }),
    ['zip-size-mismatch SYSTEM/large'],
  ],
  [
    'size of a large file too large',
    and({ ...large(5_000_000), claimed: { size: 5_000_001 } }),
    ['zip-size-mismatch SYSTEM/large'],
  ],
  [
    'two sizes of a stored file',
    and({ ...app, stored: true, claimed: { size: 4 } }),
    ['zip-size-mismatch SYSTEM/bin/app'],
  ],
  ['a bomb that says so', and({ ...app, claimed: { size: 0x7fff_ffff } }), ['zip-size-mismatch SYSTEM/bin/app']],
  ['a bomb that hides it', and({ ...large(100_000_000), claimed: { size: 10 } }), ['zip-size-mismatch SYSTEM/large']],
  [
    'compressed bytes damaged',
    and({ ...app, data: Buffer.from([0xff, 0xff, 0xff, 0xff]), stored: true, claimed: { method: 8 } }),
    ['zip-data-damaged SYSTEM/bin/app'],
  ],
  [
    'compressed bytes that do not end',
    and({
      ...app,
      data: deflateRawSync(Buffer.alloc(500, 'ab')).subarray(0, -3),
      stored: true,
      claimed: { method: 8, size: 500 },
    }),
    ['zip-data-damaged SYSTEM/bin/app'],
  ],
  ['encrypted', and({ ...app, flags: 1 }), ['zip-encrypted SYSTEM/bin/app']],
  ['strongly encrypted', and({ ...app, flags: 0x41 }), ['zip-encrypted']],
  ['an unknown method', and({ ...app, claimed: { method: 12 } }), ['zip-method SYSTEM/bin/app']],
  [
    'another name in the local header',
    and({ ...app, claimed: { localName: 'SYSTEM/bin/apq' } }),
    ['zip-damaged SYSTEM/bin/app'],
  ],
  ['an entry beyond the end', and({ ...app, claimed: { localOffset: 50_000_000 } }), ['zip-truncated SYSTEM/bin/app']],
  ['an entry where there is none', and({ ...app, claimed: { localOffset: 7 } }), ['zip-damaged SYSTEM/bin/app']],
  [
    'two entries with the same bytes',
    and(app, {
      ...app,
      name: 'SYSTEM/bin/apq',
      claimed: {
        localOffset: offsetOfNext(),
        localName: 'SYSTEM/bin/apq',
      },
    }),
    ['zip-damaged SYSTEM/bin/apq', 'zip-damaged SYSTEM/bin/apq'],
  ],
  [
    'a directory with bytes in it',
    and({ name: 'SYSTEM/d/', data: Buffer.from('x'), mode: 0o040755 }),
    ['zip-damaged SYSTEM/d/'],
  ],
  ['a link without text', and({ name: 'SYSTEM/l', data: Buffer.alloc(0), mode: 0o120777 }), ['link-text SYSTEM/l']],
  ['a link with a NUL', and({ name: 'SYSTEM/l', data: Buffer.from('a\0b'), mode: 0o120777 }), ['link-text SYSTEM/l']],
  [
    'a link with a text too long',
    and({ name: 'SYSTEM/l', data: Buffer.alloc(5000, 'x'), mode: 0o120777 }),
    ['link-text SYSTEM/l'],
  ],
  [
    'names that lead out',
    and({ ...app, name: '../x' }, { ...app, name: 'SYSTEM/../../x' }),
    ['unsafe-name ../x', 'unsafe-name SYSTEM/../../x'],
  ],
  ['an absolute name', and({ ...app, name: '/etc/passwd' }), ['unsafe-name /etc/passwd']],
  ['a name with a NUL', and({ ...app, name: 'SYSTEM/a\0b' }), ['unsafe-name SYSTEM/a\\x00b']],
  [
    'other names that are none',
    and(
      { ...app, name: './x' },
      { ...app, name: 'SYSTEM//x' },
      { name: '/', mode: 0o040755 },
      { ...app, name: 'C:\\x' },
    ),
    ['unsafe-name ', 'unsafe-name ./x', 'unsafe-name C:\\x', 'unsafe-name SYSTEM//x'],
  ],
  ['a name twice', and(app, app), ['duplicate-name SYSTEM/bin/app']],
  [
    'a file and a directory of one name',
    and(app, { name: 'SYSTEM/bin/app/', mode: 0o040755 }),
    ['duplicate-name SYSTEM/bin/app'],
  ],
  [
    'a file below a file',
    and(app, { ...app, name: 'SYSTEM/bin/app/x/y' }),
    ['parent-not-directory SYSTEM/bin/app/x/y'],
  ],
  [
    'a file below a link',
    and({ name: 'SYSTEM/l', data: Buffer.from('/tmp'), mode: 0o120777 }, { ...app, name: 'SYSTEM/l/x' }),
    ['parent-not-directory SYSTEM/l/x'],
  ],
  ['no entry at all', buildZip([]), ['no-system', 'no-misc-info META/misc_info.txt', 'no-updater OTA/bin/updater']],
  ['no SYSTEM folder', buildZip(good.filter(({ name }) => !name.startsWith('SYSTEM'))), ['no-system']],
  [
    'a SYSTEM that is a file',
    buildZip([...good.filter(({ name }) => !name.startsWith('SYSTEM')), { ...app, name: 'SYSTEM' }]),
    ['no-system'],
  ],
  ['no updater', makeTargetFiles({ nodes: { 'OTA/bin/updater': null } }), ['no-updater OTA/bin/updater']],
  [
    'an updater that is a link',
    makeTargetFiles({ nodes: { 'OTA/bin/updater': link('x') } }),
    ['no-updater OTA/bin/updater'],
  ],
  ['no misc_info', makeTargetFiles({ nodes: { 'META/misc_info.txt': null } }), ['no-misc-info META/misc_info.txt']],
  [
    'a misc_info that is a directory',
    makeTargetFiles({ nodes: { 'META/misc_info.txt': directory() } }),
    ['no-misc-info META/misc_info.txt'],
  ],
  [
    'a misc_info that does not parse',
    makeTargetFiles({ nodes: { 'META/misc_info.txt': file('fstab_version=3\nblocksize=many\nno line\n') } }),
    [
      'misc-info-line META/misc_info.txt',
      'misc-info-value META/misc_info.txt',
      'misc-info-value META/misc_info.txt',
      'misc-info-value META/misc_info.txt',
    ],
  ],
  [
    'a filesystem_config that does not parse',
    makeTargetFiles({
      nodes: {
        'META/filesystem_config.txt': file('system 0 0 755\nsystem/x 0 0\nsystem/y 0 0 999\nsystem/z 0 0 77777\n'),
      },
    }),
    Array.from({ length: 3 }, () => 'filesystem-config-line META/filesystem_config.txt'),
  ],
  [
    'everything in a folder',
    buildZip(good.map((entry) => ({ ...entry, name: `targetfiles/${entry.name}` }))),
    ['wrapped-in-folder targetfiles/'],
  ],
];

/** Where the entry after the good ones starts. */
function offsetOfNext(): number {
  return goodZip.readUInt32LE(goodZip.length - 6);
}

for (const [title, zip, faults] of cases) {
  test(`unit: ${title}: ${faults[0]}`, async () => assert.deepEqual(await faultsOf(zip), faults));
}

test('unit: offsets that no file has, in entries, in the zip64 end record and in its locator', async () => {
  const far = 44_191_571_343_578_080;
  const entries = good.map((entry) =>
    entry.name === 'META/misc_info.txt' ? { ...entry, zip64: true, claimed: { localOffset: far } } : entry,
  );
  assert.deepEqual(await faultsOf(buildZip(entries)), ['zip-truncated META/misc_info.txt']);
  for (const [signature, field] of [
    ['PK\x06\x06', 48],
    ['PK\x06\x07', 8],
  ] as const) {
    const zip = buildZip(good, { zip64: true });
    zip.writeBigUInt64LE(BigInt(far), zip.indexOf(signature, 0, 'latin1') + field);
    assert.deepEqual(await faultsOf(zip), ['zip-truncated']);
  }
});

test('unit: every damaged entry is told, in order', async () => {
  const names = ['SYSTEM/z', 'SYSTEM/c', 'SYSTEM/a'];
  const zip = and(...names.map((name) => ({ ...app, name, claimed: { crc32: 1 } })));
  assert.deepEqual(
    await faultsOf(zip),
    [...names].reverse().map((name) => `zip-crc-mismatch ${name}`),
  );
});

test('unit: the zip that the bad ones are made from is good', async () => {
  assert.deepEqual(await faultsOf(goodZip), []);
  assert.deepEqual(await faultsOf(and(app, large(5_000_000))), []);
});

test('unit: a source needs no updater, a zip of unknown role neither', async () => {
  const path = join(work, 'source.zip');
  writeFileSync(path, makeTargetFiles({ nodes: { 'OTA/bin/updater': null } }));
  for (const role of [{ role: 'source' } as const, {}]) {
    const { content } = await openBuild(path, { modes: 'build', ...role });
    await content.close();
  }
});

test('unit: the message says where, what, and what to do', async () => {
  const path = join(work, 'wrapped.zip');
  writeFileSync(path, buildZip(good.map((entry) => ({ ...entry, name: `targetfiles/${entry.name}` }))));
  await assert.rejects(openBuild(path, { modes: 'build' }), (error) => {
    assert.ok(error instanceof InputError);
    assert.equal(
      error.message,
      `${path}(targetfiles/): everything is inside a folder targetfiles\n  expected: SYSTEM, META and the others at the top\n  to do:    zip from inside that folder: zip -qry0 ../targetfiles.zip ./*`,
    );
    return true;
  });
});

test('unit: a special file in a zip is left out with a finding', async () => {
  const path = join(work, 'special.zip');
  writeFileSync(path, and({ name: 'SYSTEM/dev/console', mode: 0o020600 }));
  const { build, content } = await openBuild(path, { modes: 'build' });
  await content.close();
  assert.deepEqual(
    build.findings.map(({ code, found }) => [code, found]),
    [['special-file-skipped', 'a character device']],
  );
});

test('property: a damaged byte gives the same build, another one, or a fault, and never anything else', async () => {
  const entries = zipEntries({ nodes: { 'SYSTEM/l': link('x'), 'SYSTEM/t': file('text '.repeat(50)) } });
  const zips = [
    buildZip(entries),
    buildZip(
      entries.map((entry) => ({ ...entry, zip64: true })),
      { zip64: true },
    ),
    buildZip(entries.map((entry) => ({ ...entry, flags: 8 }))),
  ];
  // Most of what can go wrong is in the directory, which is in the last bytes.
  const place = fc.oneof(fc.nat(5000), fc.nat(1500));
  const damage = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...zips), damage, async (bytes, changes) => {
      const damaged = Buffer.from(bytes);
      for (const [fromEnd, value] of changes)
        if (fromEnd < damaged.length) damaged[damaged.length - 1 - fromEnd] = value;
      await faultsOf(damaged);
    }),
    { numRuns: 400 },
  );
});

test('property: a zip that is cut off is never taken for a whole one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(goodZip.length - 1), async (length) =>
      assert.notDeepEqual(await faultsOf(goodZip.subarray(0, length)), []),
    ),
    { numRuns: 150 },
  );
});

test('integration: unzip finds the same zips damaged', () => {
  for (const [title, damaged] of cases.filter(([name]) =>
    /^(CRC-32 wrong|cut off in the middle|compressed bytes damaged)$/.test(name),
  )) {
    const path = join(work, 'for-unzip.zip');
    writeFileSync(path, damaged);
    assert.throws(() => execFileSync('unzip', ['-tq', path], { stdio: 'pipe' }), title);
  }
});
