import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { workFolder } from '../support/work-folder.js';

test('end-to-end: the sample of the README makes, proves and shows its package', () => {
  const run = fileURLToPath(new URL('../../samples/run.js', import.meta.url));
  const env = { ...process.env, TMPDIR: workFolder('sample-run') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [run], { encoding: 'utf8', env });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\$ dfota generate v1\/targetfiles\.zip v2\/targetfiles\.zip /m);
  assert.match(stdout, /^PROVED: update\.zip on profile strict$/m);
  assert.match(stdout, /^power cuts: (\d+) of \1 points/m);
  assert.match(stdout, /^Largest contributors$/m);
});
