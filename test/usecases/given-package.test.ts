import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InputError } from '../../src/model/errors.js';
import { refuseOtherPackage } from '../../src/usecases/given-package.js';
import { inspectPackage } from '../../src/usecases/inspect/inspect.js';
import { verifyFiles } from '../../src/usecases/verify/verify-files.js';
import { makeTargetFiles } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const work = workFolder('given-package');

function given(name: string, bytes: Uint8Array | string): string {
  const path = join(work, name);
  writeFileSync(path, bytes);
  return path;
}

const build = given('v1.zip', makeTargetFiles({}));

const cases: readonly (readonly [string, string, string])[] = [
  ['a build', build, 'build-as-package'],
  [
    'a build with names beyond ASCII',
    given('odd.zip', makeTargetFiles({ nodes: { 'SYSTEM/\xc3\xbc': { kind: 'directory' } } })),
    'build-as-package',
  ],
  ['an HTML page', given('page.zip', '<html><body>403</body></html>'), 'package-no-zip'],
  ['a tar.gz', given('x.tar.gz', gzipSync('x')), 'package-no-zip'],
  ['an empty file', given('none.zip', ''), 'package-no-zip'],
  ['an ELF file', process.execPath, 'package-no-zip'],
];

for (const [title, path, code] of cases) {
  test(`unit: ${title} in place of a package is told by inspect and verify`, async () => {
    const isTold = (error: unknown): boolean => error instanceof InputError && error.faults[0]?.code === code;
    await assert.rejects(inspectPackage({ package: path }), isTold);
    const request = { packagePath: path, source: build, parts: ['l'] as const, modes: 'build' as const };
    await assert.rejects(verifyFiles(request), isTold);
  });
}

test('unit: what could be a damaged package is left to the simulated module', async () => {
  const script = { name: 'META-INF/com/google/android/updater-script', data: Buffer.from(''), mode: 0o100644 };
  const zip = buildZip([script]);
  await refuseOtherPackage(given('package.zip', zip));
  await refuseOtherPackage(given('cut.zip', zip.subarray(0, 40)));
});
