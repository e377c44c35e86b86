import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../src/model/errors.js';
import { allParts } from '../../src/model/parts.js';
import { type CheckRequest, check } from '../../src/usecases/check.js';
import { sha1Listing } from '../support/sha1-listing.js';
import { directory, file, type TargetFilesSpec, writeTargetFiles, writeTargetFolder } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const work = workFolder('check');
let runs = 0;

async function codes(source: TargetFilesSpec, target: TargetFilesSpec, edits: Partial<CheckRequest> = {}) {
  runs += 1;
  const folder = join(work, String(runs));
  const { findings } = await check({
    source: writeTargetFiles(join(folder, 'v1'), source),
    target: writeTargetFiles(join(folder, 'v2'), target),
    parts: allParts,
    modes: 'build',
    ...edits,
  });
  return findings
    .filter(({ severity }) => severity !== 'information')
    .map(({ code, severity }) => `${severity} ${code}`);
}

const nodes = { 'SYSTEM/bin/app': file('app 1') };
const changed = { 'SYSTEM/bin/app': file('app 2') };
const [v1, v2]: [TargetFilesSpec, TargetFilesSpec] = [
  { nodes, revision: 'A01' },
  { nodes: changed, revision: 'A02' },
];

test('integration: two sound builds give no warning', async () => {
  assert.deepEqual(await codes(v1, v2), []);
});

test('integration: findings of reading, of the lists, of the plan and of the builds come together', async () => {
  const lists = join(work, 'lists');
  mkdirSync(lists);
  writeFileSync(join(lists, 'quectel_noota_filelist.txt'), 'SYSTEM/bin/app\n');
  writeFileSync(join(lists, 'quectel_chmod_filelist.txt'), '/bin/nothing\n');
  const source = { nodes: { ...nodes, 'SYSTEM/etc/quectel-project-version': null, 'SYSTEM/etc/mine': file('') } };
  const found = await codes(source, v2, { lists });
  assert.ok(found.includes('error version-missing'));
  assert.ok(found.includes('warning user-files-deleted'));
  assert.ok(found.includes('warning chmod-row-not-there'));
  assert.ok(
    found.some((code) => code.includes('noota')),
    found.join(),
  );
});

test('integration: the same build twice is told alone', async () => {
  assert.deepEqual(await codes(v1, v1), ['error same-input-twice']);
});

/** An ELF object with nothing but a .modinfo section. */
function kernelModule(vermagic: string): Buffer {
  const names = Buffer.from('\0.modinfo\0.shstrtab\0', 'latin1');
  const info = Buffer.from(`license=GPL\0vermagic=${vermagic}\0`, 'latin1');
  const header = Buffer.alloc(52);
  header.write('\x7fELF\x01\x01\x01', 'latin1');
  header.writeUInt16LE(1, 16);
  header.writeUInt16LE(40, 18);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(52 + names.length + info.length, 32);
  header.writeUInt16LE(52, 40);
  header.writeUInt16LE(40, 46);
  header.writeUInt16LE(3, 48);
  header.writeUInt16LE(2, 50);
  const section = (name: number, type: number, offset: number, size: number): Buffer => {
    const bytes = Buffer.alloc(40);
    for (const [at, value] of [
      [0, name],
      [4, type],
      [16, offset],
      [20, size],
      [32, 1],
    ] as const)
      bytes.writeUInt32LE(value, at);
    return bytes;
  };
  return Buffer.concat([
    header,
    names,
    info,
    section(0, 0, 0, 0),
    section(1, 1, 52 + names.length, info.length),
    section(10, 3, 52, names.length),
  ]);
}

test('integration: kernel modules of two kernels are found', async () => {
  const modules = (a: string, b: string) => ({
    'SYSTEM/lib/modules/a.ko': file(kernelModule(`${a} SMP ARMv7`)),
    'SYSTEM/lib/modules/b.ko': file(kernelModule(`${b} SMP ARMv7`)),
  });
  const source = { ...v1, nodes: { ...nodes, ...modules('5.4.1', '5.4.1') } };
  const found = await codes(source, { ...v2, nodes: { ...changed, ...modules('5.4.1', '5.4.2') } });
  assert.deepEqual(found, ['warning modules-without-kernel', 'warning vermagic-mixed']);
});

test('integration: a broken kernel module stops nothing', async () => {
  const broken = { 'SYSTEM/lib/a.ko': file(kernelModule('5.4.1').subarray(0, 60)) };
  assert.deepEqual(await codes(v1, { ...v2, nodes: { ...changed, ...broken } }), ['warning modules-without-kernel']);
});

test('integration: a module that was edited is found before the package is shipped', async () => {
  const folder = writeTargetFolder(join(work, 'module'), { ...v1, nodes: { 'SYSTEM/bin/app': file('edited') } });
  writeFileSync(join(work, 'system.sha1'), sha1Listing(join(folder, 'SYSTEM'), '.'));
  for (const deviceFiles of [join(folder, 'SYSTEM'), join(work, 'system.sha1')])
    assert.deepEqual(await codes(v1, v2, { deviceFiles }), ['error device-file-differs']);
});

test('integration: a package for another source is found, and one that is none is an input error', async () => {
  const packagePath = join(work, 'update.zip');
  writeFileSync(packagePath, buildZip([{ name: 'quectel-project-version', data: Buffer.from('another') }]));
  assert.deepEqual(await codes(v1, v2, { packagePath }), ['error package-other-source']);
  writeFileSync(packagePath, 'no zip');
  await assert.rejects(codes(v1, v2, { packagePath }), InputError);
  await assert.rejects(codes(v1, v2, { packagePath: join(work, 'missing.zip') }), InputError);
});

test('integration: an A/B build is found in its misc_info', async () => {
  assert.deepEqual(await codes(v1, { ...v2, misc: { ab_update: 'true' } }), ['error two-slots']);
});

test('integration: an empty directory that gets lost is worth a note only', async () => {
  const source = { ...v1, nodes: { ...nodes, 'SYSTEM/opt': directory(), 'SYSTEM/mnt': directory() } };
  assert.deepEqual(await codes(source, { ...v2, nodes: { ...changed, 'SYSTEM/mnt': directory() } }), []);
});
