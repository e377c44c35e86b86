import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBuild } from '../../src/input/open-build.js';
import { newestEntry } from '../../src/input/zip/newest-entry.js';
import { archiveAdd } from '../../src/usecases/archive/add.js';
import { openFromArchive } from '../../src/usecases/archive/open.js';
import { file, writeTargetFiles } from '../support/targetfiles.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('newest-entry');

test('unit: the newest file below SYSTEM is found by the date in the zip', { skip: without('zip') }, async () => {
  mkdirSync(join(work, 'SYSTEM'));
  for (const [name, date] of [
    ['SYSTEM/old', '2022-06-01T10:00'],
    ['SYSTEM/new', '2022-06-30T23:50'],
    ['elsewhere', '2022-12-31T10:00'],
  ] as const) {
    writeFileSync(join(work, name), '');
    utimesSync(join(work, name), new Date(date), new Date(date));
  }
  execFileSync('zip', ['-qry0', 'b.zip', 'SYSTEM', 'elsewhere'], { cwd: work });
  assert.deepEqual(await newestEntry(join(work, 'b.zip')), { entry: 'SYSTEM/new', time: '2022-06-30,23:50' });
});

test('unit: what is no zip has no newest file', async () => {
  writeFileSync(join(work, 'text'), 'no zip');
  assert.equal(await newestEntry(join(work, 'text')), undefined);
  assert.equal(await newestEntry(work), undefined);
  assert.equal(await newestEntry(join(work, 'nothing')), undefined);
});

test('integration: a build knows the path that it was opened from, whatever its name looks like for people', async () => {
  const folder = join(work, 'a#b\nc');
  mkdirSync(folder);
  const path = writeTargetFiles(folder, { nodes: { 'SYSTEM/bin/app': file('app') } });
  const { build, content, path: opened } = await openBuild(path, { modes: 'build' });
  await content.close();
  assert.equal(opened, path);
  const archived = join(work, 'archive');
  await archiveAdd({ build: path, archive: archived });
  const fromArchive = await openFromArchive(archived, build.projectVersion?.revision ?? '', { modes: 'build' });
  await fromArchive.content.close();
  assert.equal(fromArchive.path, undefined);
});
