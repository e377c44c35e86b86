import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { debianTools, debianToolsIn, missingText, missingTools, without } from './tools.js';
import { workFolder } from './work-folder.js';

test('unit: missing tools are named once, with the line that installs their packages', () => {
  const folder = workFolder('tools');
  for (const tool of Object.keys(debianTools))
    if (tool !== 'zip' && tool !== 'bspatch') writeFileSync(join(folder, tool), '');
  const missing = missingTools(folder);
  assert.deepEqual(missing, ['bspatch', 'zip']);
  assert.match(missingText(missing), /^not installed: bspatch, zip\..*\n {2}sudo apt-get install bsdiff zip$/);
  assert.match(missingText(['mkfs.ubifs', 'ubinize']), /install mtd-utils$/);
});

test('unit: the line of the README installs every package that tests use', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, line = ''] = /sudo apt-get install ([a-z0-9 -]+)/.exec(readme) ?? [];
  assert.deepEqual(line.trim().split(' ').sort(), [...new Set(Object.values(debianTools))].sort());
});

test('unit: what CI installs is what the README names', () => {
  const script = readFileSync(new URL('../../../.ci/run', import.meta.url), 'utf8');
  const [, names = ''] = /^tools=\(([a-z0-9 -]+)\)$/m.exec(script) ?? [];
  assert.deepEqual(names.split(' ').sort(), [...new Set(Object.values(debianTools))].sort());
});

/** Programs that tests start and that are not in the table, and why. */
const unlisted: Readonly<Record<string, string>> = {
  bash: 'the shell of every Debian',
  sh: 'the shell of every system',
  cp: 'coreutils',
  mkfifo: 'coreutils',
  mknod: 'coreutils',
  rm: 'coreutils',
  sha1sum: 'coreutils',
  mount: 'tried: without the right, the test is skipped',
  umount: 'of the same test',
  java: 'asked for by its test, with the archive that it runs',
  'softhsm2-util': 'asked for by its test',
  'arm-none-eabi-gcc': 'asked for by its tests: large, so not in the list',
  'arm-none-eabi-size': 'comes with the compiler',
};

test('unit: every program that a test starts by its name is in the table, or is one of a few that need not be', () => {
  const folder = fileURLToPath(new URL('../../../test/', import.meta.url));
  const started = new Set(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .flatMap((text) => [...text.matchAll(/\b(?:execFileSync|execFile|spawnSync|spawn|tool)\(\s*'([\w.-]+)'/g)])
      .map(([, program = '']) => program),
  );
  const known = new Set([...Object.keys(debianTools), ...Object.keys(unlisted)]);
  assert.deepEqual([...started].filter((program) => !known.has(program)).sort(), []);
  assert.deepEqual(
    Object.keys(unlisted).filter((program) => !started.has(program)),
    [],
  );
});

test('unit: the tools that a piece of shell starts are found, and no words of their arguments', () => {
  assert.deepEqual(debianToolsIn('$ update_gen a > log\n$ grep proved log | tar -x; zip a'), ['grep', 'tar', 'zip']);
  assert.deepEqual(debianToolsIn('$ dfota ls a.zip --only grep\nprintf zip'), []);
});

test('unit: a test is skipped for what it needs, and for nothing else', () => {
  const [folder, before] = [workFolder('bare'), process.env.PATH];
  writeFileSync(join(folder, 'zip'), '');
  try {
    process.env.PATH = folder;
    assert.equal(without('zip'), false);
    assert.equal(without('zip', 'unzip', 'bspatch'), 'not installed: bspatch, unzip');
  } finally {
    process.env.PATH = before;
  }
});
