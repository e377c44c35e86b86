import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeSample } from '../../samples/make.js';
import { updateGenWords } from '../../src/cli/update-gen.js';
import { UsageError } from '../../src/model/errors.js';
import { showParts } from '../../src/model/parts.js';
import { workFolder } from '../support/work-folder.js';

const program = fileURLToPath(new URL('../../../bin/update_gen.js', import.meta.url));
const work = workFolder('update-gen');
makeSample(work);

function updateGen(cwd: string, ...words: string[]) {
  const env = { ...process.env, XDG_CACHE_HOME: join(work, 'cache') };
  return spawnSync(process.execPath, [program, ...words], { cwd, encoding: 'utf8', env });
}

test('unit: the words of the original choose parts, together or apart', () => {
  assert.deepEqual(updateGenWords(['l.ubi', 'm.ubi']), { parts: new Set(['l', 'm']), inputs: 'images' });
  for (const [words, shown] of [
    [['a'], 'a'],
    [['l', 'm'], 'lm'],
    [['ml'], 'lm'],
    [['o'], 'o'],
  ] as const)
    assert.equal(showParts(updateGenWords(words).parts), shown);
  for (const words of [['x'], [], ['a', 'b'], ['l', 'm.ubi'], ['.ubi']])
    assert.throws(() => updateGenWords(words), UsageError);
});

test('end-to-end: in a folder with v1, v2 and lists it writes update.zip, with the log on standard output', () => {
  const { status, stdout, stderr } = updateGen(work, 'l', 'm');
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  assert.match(stdout, /^reading target: /);
  assert.match(stdout, /^update\.zip: .*, parts lm$/m);
  assert.ok(existsSync(join(work, 'update.zip')));
});

test('end-to-end: errors alone go to standard error', () => {
  const missing = updateGen(join(work, 'v1'), 'a');
  assert.deepEqual([missing.status, missing.stdout], [3, '']);
  assert.match(missing.stderr, /^error: v2\/targetfiles\.zip: there is nothing at this path/);
  const word = updateGen(work, 'everything');
  assert.deepEqual([word.status, word.stdout], [2, '']);
  assert.equal(updateGen(work).status, 2);
  assert.match(updateGen(work, '--version').stdout, /^\d+\.\d+\.\d+\n$/);
});
