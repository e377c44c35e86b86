import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { file, link, writeTargetFiles } from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('cli-ls');
const build = writeTargetFiles(work, { nodes: { 'SYSTEM/bin/app': file('app'), 'SYSTEM/bin/sh': link('app') } });

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: ls lists what is chosen', async () => {
  const { code, stdout } = await outcome('ls', build, '--only', 'SYSTEM/bin');
  assert.equal(code, 0);
  assert.match(stdout, /SYSTEM\/bin\/sh -> app/);
  assert.doesNotMatch(stdout, /boot\.img/);
  const { stdout: json } = await outcome('ls', build, '--json', '--only', 'SYSTEM/bin/app');
  assert.equal(JSON.parse(json).entries.length, 1);
});

test('integration: extract writes what is chosen, and overwrites nothing', async () => {
  const output = join(work, 'out');
  assert.equal((await outcome('extract', build, '--output', output, '--only', 'SYSTEM/bin')).code, 0);
  assert.equal(readFileSync(join(output, 'SYSTEM/bin/app'), 'utf8'), 'app');
  assert.equal(readlinkSync(join(output, 'SYSTEM/bin/sh')), 'app');
  assert.ok(!existsSync(join(output, 'META')));
  assert.equal((await outcome('extract', build, '--output', output)).code, 3);
  assert.equal((await outcome('extract', build)).code, 2);
  assert.equal((await outcome('extract', build, '--output', join(work, 'x'), '--only', 'nothing')).code, 2);
});
