import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { changes } from '../../samples/every-change/changes.js';
import { makeSample, type SampleFiles } from '../../samples/make.js';
import { samplesReadme } from '../../samples/readme.js';
import { without } from '../support/tools.js';

let folder: string;
let sample: SampleFiles;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dfota-sample-'));
  sample = makeSample(join(folder, 'one'));
});
after(() => rm(folder, { recursive: true }));

test('unit: the sample is small, and the same every time', () => {
  const again = makeSample(join(folder, 'two'));
  for (const side of ['source', 'target'] as const) {
    assert.deepEqual(readFileSync(again[side]), readFileSync(sample[side]));
    assert.ok(statSync(sample[side]).size < 500_000);
  }
});

test('integration: unzip finds no error in the sample', { skip: without('unzip') }, () => {
  for (const side of ['source', 'target'] as const)
    assert.match(execFileSync('unzip', ['-tq', sample[side]], { encoding: 'utf8' }), /No errors/);
});

test('unit: no path of the sample is told twice', () => {
  const paths = changes.map(({ path }) => path);
  assert.equal(new Set(paths).size, paths.length);
});

test('unit: samples/README.md is what the table prints (node dist/samples/readme.js > samples/README.md)', () => {
  const readme = fileURLToPath(new URL('../../../samples/README.md', import.meta.url));
  assert.equal(readFileSync(readme, 'utf8'), samplesReadme());
});
