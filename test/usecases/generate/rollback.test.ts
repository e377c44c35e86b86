/** `--with-rollback`: the package that leads back, beside the one that leads forward. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noise } from '../../../samples/every-change/firmware.js';
import { InputError, UsageError } from '../../../src/model/errors.js';
import { generateDefaults, generateFiles } from '../../../src/usecases/generate/generate-files.js';
import { reproduce } from '../../../src/usecases/reproduce/reproduce.js';
import { version } from '../../support/fleet.js';
import { file, writeTargetFiles } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('rollback');
const [one, two, three] = [1, 2, 3].map((n) => writeTargetFiles(join(work, `v${n}`), version(n)));
const sources = [one ?? '', two ?? ''];
const target = three ?? '';
const options = {
  ...generateDefaults,
  modes: 'build',
  parts: ['l', 'm', 'o', 'minor'],
  encoding: { effort: 'fast', jobs: 1 },
  record: true,
  withRollback: true,
} as const;

test('end-to-end: both are made, proved and recorded, and the way back is what its own run makes', async () => {
  const output = join(work, 'update.zip');
  const made = await generateFiles({ ...options, sources: [sources[0] ?? ''], target, output });
  assert.deepEqual(
    made.map(({ generated }) => [generated.output.file, generated.verification?.proved, generated.allowed]),
    [
      [output, true, []],
      [join(work, 'update.rollback.zip'), true, ['builds-swapped']],
    ],
  );
  assert.equal(made[1]?.target.digest, made[0]?.source.digest);
  for (const name of ['update.zip', 'update.rollback.zip']) {
    const { same, differences } = await reproduce({ record: join(work, `${name}.json`), jobs: 1 });
    assert.deepEqual([same, differences], [true, []], name);
  }
  const alone = join(work, 'alone.zip');
  const { withRollback: _, ...forward } = options;
  const back = { ...forward, sources: [target], target: sources[0] ?? '', output: alone };
  await assert.rejects(generateFiles(back), /swapped/);
  await generateFiles({ ...back, allow: ['builds-swapped'] });
  assert.ok(readFileSync(alone).equals(readFileSync(join(work, 'update.rollback.zip'))));
});

test('end-to-end: several sources have a way back each', async () => {
  const output = join(work, 'several');
  mkdirSync(output);
  await generateFiles({ ...options, sources, target, output });
  const names = readdirSync(output).filter((name) => name.endsWith('.zip'));
  assert.equal(names.length, 4);
  assert.equal(names.filter((name) => name.endsWith('.rollback.zip')).length, 2);
});

test('integration: where only the way forward can be made, it stays, and the other is told; the same the other way round leaves nothing', async () => {
  const folder = join(work, 'one-way');
  mkdirSync(folder);
  // What the target brings is sent whole; back it goes by being removed.
  const large = version(2);
  const grown = writeTargetFiles(join(work, 'grown'), {
    ...large,
    nodes: { ...large.nodes, 'SYSTEM/etc/large': file(noise(5, 400_000)) },
  });
  const limits = { systemFree: 200_000 };
  const small = sources[0] ?? '';
  const newer = writeTargetFiles(join(work, 'newer'), version(3));
  const request = { ...options, limits, output: join(folder, 'update.zip') };
  await assert.rejects(generateFiles({ ...request, sources: [small], target: grown }), InputError);
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(generateFiles({ ...request, sources: [grown], target: newer }), InputError);
  assert.deepEqual(readdirSync(folder).sort(), ['update.zip', 'update.zip.json']);
});

test('integration: the way back is held apart from the builds too', async () => {
  const rollback = join(work, 'update.rollback.zip');
  await assert.rejects(
    generateFiles({ ...options, sources: [rollback], target, output: join(work, 'update.zip') }),
    UsageError,
  );
});
