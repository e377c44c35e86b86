import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../../src/model/errors.js';
import { openRunCache } from '../../../src/usecases/generate/open-cache.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('open-cache');
writeFileSync(join(work, 'file'), '');
const impossible = join(work, 'file', 'cache');

test('integration: a cache that was asked for and cannot be made is an error', async () => {
  await assert.rejects(
    openRunCache({ cache: impossible, defaultCache: join(work, 'other') }),
    (error) => error instanceof InputError && error.faults[0]?.code === 'cache-folder',
  );
});

test('integration: the default cache that cannot be made is left out with a warning, whose remedy any command can follow', async () => {
  const { cache, findings } = await openRunCache({ defaultCache: impossible });
  assert.equal(cache, undefined);
  assert.deepEqual(
    findings.map(({ severity, code }) => [severity, code]),
    [['warning', 'cache-skipped']],
  );
  assert.doesNotMatch(findings[0]?.remedy ?? '', /--/);
});

test('integration: without a cache nothing is told; one that can be made is used', async () => {
  assert.deepEqual(await openRunCache({}), { cache: undefined, findings: [] });
  const { cache, findings } = await openRunCache({ defaultCache: join(work, 'made') });
  assert.ok(cache !== undefined);
  assert.deepEqual(findings, []);
});
