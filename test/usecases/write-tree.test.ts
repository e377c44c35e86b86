import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { extractionText } from '../../src/report/listing.js';
import { extract } from '../../src/usecases/extract.js';
import { file, writeTargetFiles } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('write-tree');
const zip = writeTargetFiles(join(work, 'odd'), {
  nodes: {
    'SYSTEM/..\\..\\evil.dll': file('evil'),
    'SYSTEM/a:b': file('stream'),
    'SYSTEM/aux': file('device'),
    'SYSTEM/nul.txt': file('device too'),
    'SYSTEM/dot.': file('dot'),
    'SYSTEM/plain': file('plain'),
  },
});

/** As if the program ran on another system, as far as names go. */
function pretend(t: TestContext, platform: NodeJS.Platform): void {
  const own = Object.getOwnPropertyDescriptor(process, 'platform');
  assert.ok(own !== undefined);
  Object.defineProperty(process, 'platform', { ...own, value: platform });
  t.after(() => Object.defineProperty(process, 'platform', own));
}

test('integration: names that Windows does not take are written with escapes, and told', async (t) => {
  pretend(t, 'win32');
  const output = join(work, 'windows');
  const extraction = await extract({ input: zip, output, only: ['SYSTEM'] });
  const names = readdirSync(join(output, 'SYSTEM')).filter((name) => name !== 'etc' && name !== 'build.prop');
  assert.deepEqual(names.sort(), ['%61ux', '%6Eul.txt', '..%5C..%5Cevil.dll', 'a%3Ab', 'dot%2E', 'plain']);
  assert.equal(readFileSync(join(output, 'SYSTEM/%61ux'), 'utf8'), 'device');
  const [finding] = extraction.findings.filter(({ code }) => code === 'extract-renamed');
  assert.match(finding?.found ?? '', /SYSTEM\/aux as SYSTEM\/%61ux/);
  const { text, exitCode } = extractionText(extraction);
  assert.match(text, /cannot be names on this system/);
  assert.equal(exitCode, 0);
});

test('integration: Linux takes every name as it is, and nothing is told', async (t) => {
  pretend(t, 'linux');
  const output = join(work, 'linux');
  const extraction = await extract({ input: zip, output, only: ['SYSTEM'] });
  assert.ok(readdirSync(join(output, 'SYSTEM')).includes('..\\..\\evil.dll'));
  assert.deepEqual(
    extraction.findings.filter(({ code }) => code.startsWith('extract-')),
    [],
  );
});

test('integration: two extracts into one folder at the same time do not mix', async () => {
  const output = join(work, 'both');
  const results = await Promise.allSettled([
    extract({ input: zip, output, only: ['SYSTEM/plain'] }),
    extract({ input: zip, output, only: ['SYSTEM/aux'] }),
  ]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal(readdirSync(join(output, 'SYSTEM')).length, 1);
  assert.deepEqual(
    readdirSync(work).filter((name) => name.endsWith('.tmp')),
    [],
  );
});
