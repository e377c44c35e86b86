import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newestEntry } from '../../src/input/zip/newest-entry.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('newest-entry');

test('unit: the newest file below SYSTEM is found by the date in the zip', async () => {
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
