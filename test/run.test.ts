import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { workFolder } from './support/work-folder.js';

const runner = fileURLToPath(new URL('./run.js', import.meta.url));
const work = workFolder('runner');

/** Runs test files of the given texts; what the runner wrote, and its exit code. */
function runTests(name: string, files: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(folder, `${file}.test.js`), `import { test } from 'node:test';\n${text}\n`);
  }
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [runner, '--folder', folder, ...words], {
    encoding: 'utf8',
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  assert.equal(signal, null, 'the runner itself did not end');
  return { status, text: stdout + stderr };
}

const good = "test('unit: good', () => {}); test('integration: other', () => {});";

for (const [name, hanging] of [
  ['a test that never gives the thread back', "test('unit: busy', () => { for (;;); });"],
  ['a file that never gives the thread back', 'for (;;);'],
  ['a test that waits for ever', "test('unit: waits', () => new Promise(() => { setInterval(() => {}, 1000); }));"],
  ['a test that takes signals for itself', "process.on('SIGTERM', () => {}); test('unit: busy', () => { for (;;); });"],
  ['a handle that is left open', "test('unit: done', () => {}); setInterval(() => {}, 1000);"],
] as const) {
  test(`end-to-end: ${name} is killed and fails, and the others are run`, () => {
    const { status, text } = runTests(name, { hanging, good }, '--limit', '3');
    assert.equal(status, 1, text);
    assert.match(text, /hanging\.test\.js did not end within 3 s and is killed/);
    assert.match(text, /unit: good/);
    assert.match(text, /^(#|ℹ) fail 1$/m);
  });
}

test('end-to-end: what ends in time passes, and a test that fails fails the run', () => {
  const passed = runTests('passes', { good });
  assert.equal(passed.status, 0, passed.text);
  assert.match(passed.text, /^(#|ℹ) pass 2$/m);
  const failed = runTests('fails', { good, bad: "test('unit: bad', () => { throw new Error('no'); });" });
  assert.equal(failed.status, 1, failed.text);
});

test('end-to-end: a level chooses the tests, and an unknown one is refused', () => {
  const other = "test('property: alone', () => { throw new Error('must not run'); });";
  const unit = runTests('level', { good, other }, '--level', 'unit');
  assert.equal(unit.status, 0, unit.text);
  assert.match(unit.text, /^(#|ℹ) pass 1$/m);
  assert.doesNotMatch(unit.text, /property: alone/);
  const unknown = runTests('unknown', { good }, '--level', 'units');
  assert.equal(unknown.status, 1);
  assert.match(unknown.text, /--level units: unit, property, integration or end-to-end/);
});
