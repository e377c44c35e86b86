import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { file, writeTargetFiles } from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('cli-archive');
const archive = join(work, 'releases');
const source = writeTargetFiles(join(work, 'v1'), { nodes: { 'SYSTEM/bin/app': file('app') } });
const target = writeTargetFiles(join(work, 'v2'), { nodes: { 'SYSTEM/bin/app': file('new') }, revision: 'A02' });

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: a build that was added is listed, verified, and found as the source of an update', async () => {
  assert.equal((await outcome('archive', 'add', source, '--to', archive)).code, 0);
  assert.match((await outcome('archive', 'list', archive)).stdout, /RG520NNADAR01A01/);
  assert.equal((await outcome('archive', 'verify', archive, '--json')).code, 0);
  const output = join(work, 'update.zip');
  const words = ['--from-archive', archive, '--source-version', 'RG520NNADAR01A01', '--target', target, '--no-cache'];
  const made = await outcome('generate', ...words, '--output', output);
  assert.equal(made.code, 0, made.stderr);
  assert.ok(existsSync(output));
  const unknown = await outcome('generate', ...words.with(3, 'R99'), '--output', output);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /no build of the version R99/);
});

test('integration: of several builds one that is refused does not keep the others out, and all are told', async () => {
  const broken = join(work, 'broken.zip');
  writeFileSync(broken, 'PK no zip');
  const words = ['archive', 'add', source, broken, join(work, 'none.zip'), target, '--to', join(work, 'several')];
  const text = await outcome(...words);
  assert.equal(text.code, 3);
  assert.match(text.stdout, /A01.* added from .*\n.*A02.* added from /);
  assert.match(text.stderr, /error: .*broken\.zip: /);
  assert.match(text.stderr, /error: .*none\.zip: there is nothing at this path/);
  const json = await outcome(...words, '--json');
  assert.equal(json.code, 3);
  const { additions, failures } = JSON.parse(json.stdout);
  assert.deepEqual(
    additions.map(({ known }: { known: boolean }) => known),
    [true, true],
  );
  assert.deepEqual(
    failures.map(({ build }: { build: string }) => build),
    [broken, join(work, 'none.zip')],
  );
  assert.equal(failures[1].faults[0].code, 'input-missing');
});

test('unit: archives are asked for in full', async () => {
  for (const words of [
    ['archive'],
    ['archive', 'burn', archive],
    ['archive', 'add', source],
    ['generate', '--from-archive', archive, '--target', target],
    ['generate', '--from-archive', archive, '--source-version', 'V', target],
    ['generate', source, target, '--source-version', 'V'],
  ])
    assert.equal((await outcome(...words)).code, 2, words.join(' '));
});
