import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSample } from '../../samples/make.js';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const sample = makeSample(workFolder('cli-check'));

async function check(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), ['check', ...words], terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: check tells its findings and ends with 1 when one wants a decision', async () => {
  const { code, stdout, stderr } = await check(sample.source, sample.target, '--lists', sample.lists);
  assert.equal(code, 1);
  assert.match(stdout, /^The module may not get what is meant:\nwarning: .*quectel_noota_filelist\.txt:3: /);
  assert.match(stdout, /: \d+ warnings, \d+ notes\n$/);
  assert.match(stderr, /^reading source: \d+ items, .*\nreading target: /);
});

test('integration: check --json gives one document', async () => {
  const { code, stdout } = await check(sample.source, sample.target, '--lists', sample.lists, '--json', '-q');
  const document = JSON.parse(stdout);
  assert.equal(code, 1);
  assert.equal(document.clean, false);
  assert.equal(document.findings[0].place.line, 3);
});

test('integration: check says what cannot be read, and where', async () => {
  const missing = await check(sample.source, join(sample.lists, 'v3.zip'));
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /error: .*v3\.zip: there is nothing at this path/);
  assert.equal((await check(sample.source, sample.target, '--parts', 'x')).code, 2);
});
