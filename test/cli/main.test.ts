import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { exitCodes } from '../../src/cli/exit-codes.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function dfota(...words: string[]) {
  return spawnSync(process.execPath, [join(root, 'bin/dfota.js'), ...words], { encoding: 'utf8' });
}

test('end-to-end: the program tells the version of its package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { status, stdout, stderr } = dfota('--version');
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: `${version}\n`, stderr: '' });
});

test('end-to-end: a wrong command line ends with exit code 2', () => {
  const { status, stdout, stderr } = dfota('paint');
  assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
  assert.match(stderr, /^error: there is no command paint/);
});

test('end-to-end: a clone that is not built yet says so in a line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-unbuilt-'));
  try {
    mkdirSync(join(folder, 'bin'));
    for (const name of ['dfota', 'update_gen']) {
      copyFileSync(join(root, `bin/${name}.js`), join(folder, `bin/${name}.mjs`));
      const { status, stderr } = spawnSync(process.execPath, [join(folder, `bin/${name}.mjs`)], { encoding: 'utf8' });
      assert.equal(status, 70);
      assert.match(stderr, /^\w+ is not built yet: run `npm ci`[^\n]*\n$/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('unit: the document of exit codes is the list in the program', () => {
  const document = readFileSync(join(root, 'docs/exit-codes.md'), 'utf8');
  const documented = [...document.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(([, code, name]) => [name, Number(code)]);
  assert.deepEqual(documented, Object.entries(exitCodes));
});

test('end-to-end: a result that cannot be written is an error with words', (t) => {
  if (!existsSync('/dev/full')) return t.skip('there is no /dev/full here');
  for (const words of [['--help'], ['explain', '510'], ['explain', '510', '--json']]) {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/dfota.js'), ...words], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    assert.equal(status, 3, words.join(' '));
    assert.match(stderr, /^error: standard output: there is no space left/);
  }
});
