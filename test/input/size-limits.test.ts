/** One limit for the size of a file, said when the build is read; what is refused claims its size or is a hole: no disk is filled. */
import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBuild } from '../../src/input/open-build.js';
import { type Fault, InputError } from '../../src/model/errors.js';
import { largestBuildBytes, largestFileBytes, largestPackageBytes } from '../../src/model/limits.js';
import { file, writeTargetFolder } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const work = workFolder('size-limits');

async function faultsOf(path: string): Promise<readonly Fault[]> {
  try {
    await openBuild(path, { modes: 'build' });
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.faults;
  }
  assert.fail('it was read');
}

test('integration: a zip that claims a file over the limit is refused before anything is unpacked', async () => {
  const path = join(work, 'claims.zip');
  const name = 'SYSTEM/data/large.bin';
  const packed = Buffer.alloc(600_000);
  writeFileSync(
    path,
    buildZip([{ name, data: packed, stored: true, claimed: { method: 8, size: largestFileBytes + 1 } }]),
  );
  const [fault] = await faultsOf(path);
  assert.equal(fault?.code, 'file-too-large');
  assert.deepEqual(fault.place, { file: path, entry: name });
  assert.match(fault.expected ?? '', /512 MiB/);
});

test('integration: a folder with a file over the limit is refused, of files and of all together', async () => {
  const folder = writeTargetFolder(join(work, 'folder'), { nodes: { 'SYSTEM/bin/app': file('app') } });
  mkdirSync(join(folder, 'SYSTEM/data'));
  const large = join(folder, 'SYSTEM/data/large.bin');
  writeFileSync(large, '');
  truncateSync(large, 560_000_000);
  const [fault] = await faultsOf(folder);
  assert.equal(fault?.code, 'file-too-large');
  assert.equal(fault.found, '560000000 bytes');
  truncateSync(large, largestFileBytes);
  for (let i = 0; i < 6; i += 1) {
    writeFileSync(join(folder, `SYSTEM/data/${i}`), '');
    truncateSync(join(folder, `SYSTEM/data/${i}`), largestFileBytes);
  }
  assert.deepEqual(
    (await faultsOf(folder)).map(({ code }) => code),
    ['build-too-large'],
  );
});

test('unit: a package that sends all of the largest build stays below the limit of packages', () => {
  assert.ok(largestFileBytes < largestBuildBytes && largestBuildBytes < largestPackageBytes);
});
