import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeSample } from '../../samples/make.js';
import { updateGenWords } from '../../src/cli/update-gen.js';
import { UsageError } from '../../src/model/errors.js';
import { showParts } from '../../src/model/parts.js';
import { type Flash, makeUbi, makeUbifs, withoutMtdUtils } from '../support/flash-images.js';
import { writeTargetFiles } from '../support/targetfiles.js';
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

test('end-to-end: a home that cannot be written to costs the patch cache alone', () => {
  writeFileSync(join(work, 'no-home'), '');
  const env = { ...process.env, XDG_CACHE_HOME: join(work, 'no-home/cache') };
  const run = spawnSync(process.execPath, [program, 'm'], { cwd: work, encoding: 'utf8', env });
  assert.deepEqual({ status: run.status, stderr: run.stderr }, { status: 0, stderr: '' });
  assert.match(run.stdout, /no patches are kept for later runs/);
  assert.doesNotMatch(run.stdout, /--no-cache/);
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

test('end-to-end: raw images stand in for targetfiles.zip', { skip: withoutMtdUtils }, () => {
  const folder = join(work, 'raw');
  const flash: Flash = { page: 4096, eraseBlock: 256 * 1024 };
  for (const [side, revision] of [
    ['v1', 'A01'],
    ['v2', 'A02'],
  ] as const) {
    const root = join(folder, `${side}-root`);
    mkdirSync(join(root, 'etc'), { recursive: true });
    mkdirSync(join(folder, side));
    writeFileSync(join(root, 'app'), `${'the same text over and over\n'.repeat(200)}${revision}\n`);
    writeFileSync(join(root, 'build.prop'), `ro.build.id=${revision}\n`);
    const version = `Project Name: RG520\nProject Rev : RG520R01${revision}\n`;
    writeFileSync(join(root, 'etc/quectel-project-version'), version);
    const system = makeUbi(folder, [{ name: 'rootfs', content: makeUbifs(folder, root, flash) }], flash);
    writeFileSync(join(folder, side, 'sdxlemur-sysfs.ubi'), system);
    writeFileSync(join(folder, side, 'sdxlemur-boot.img'), `ANDROID!${'kernel '.repeat(500)}${revision}`);
  }
  writeTargetFiles(folder, {});
  const { status, stdout, stderr } = updateGen(folder, 'l.ubi', 'o.ubi');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /proved on the simulated device/);
});
