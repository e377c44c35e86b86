import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSample } from '../../samples/make.js';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('cli-audit');
const sample = makeSample(work);

async function audit(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), ['audit', sample.source, sample.target, '--lists', work, ...words], terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: every form of the audit is made', async () => {
  for (const [format, mark] of [
    ['text', /libnet/],
    ['markdown', /^### Firmware audit/],
    ['json', /^\{/],
    ['html', /^<!doctype html>/i],
    ['csv', /SYSTEM\/bin\/app/],
    ['junit', /<testsuite/],
    ['sarif', /sarif-2\.1\.0/],
  ] as const) {
    const { code, stdout, stderr } = await audit('--format', format);
    assert.equal(code, 0, stderr);
    assert.match(stdout, mark, format);
  }
});

test('integration: an exact audit tells the sizes of the package, and names no temporary file', async () => {
  const bounds = JSON.parse((await audit('--json')).stdout);
  const exact = JSON.parse((await audit('--json', '--exact', '--jobs', '1')).stdout);
  assert.deepEqual([bounds.exact, exact.exact], [false, true]);
  assert.ok(exact.package.bytes > 0);
  assert.doesNotMatch(JSON.stringify(exact), /dfota-audit-/);
});

test('integration: rows are filtered, reports written to files, policies decide about the exit code', async () => {
  const output = join(work, 'audit.json');
  const { code, stdout } = await audit('--json', '--only', 'moved', '--under', 'SYSTEM/usr', '--output', output);
  assert.deepEqual([code, stdout], [0, '']);
  const { rows } = JSON.parse(readFileSync(output, 'utf8'));
  assert.deepEqual(
    rows.map(({ path }: { path: string }) => path),
    ['SYSTEM/usr/share/new-place/logo.raw'],
  );
  writeFileSync(join(work, 'policy.yaml'), 'schema: 1\npaths:\n  forbidden:\n    - SYSTEM/bin/fresh\n');
  const offending = await audit('--policy', join(work, 'policy.yaml'));
  assert.equal(offending.code, 1, offending.stderr);
  assert.equal((await audit('--exact', '--package', 'x')).code, 2);
  assert.equal((await audit('--json', '--format', 'csv')).code, 2);
});
