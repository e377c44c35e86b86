import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { debianTools, missingText, missingTools, without } from './tools.js';
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
