import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { directory, file, link, utf8, writeTargetFiles, writeTargetFolder } from './targetfiles.js';
import { without } from './tools.js';

const work = mkdtempSync(join(tmpdir(), 'dfota-targetfiles-'));
after(() => rmSync(work, { recursive: true, force: true }));

const spec = {
  nodes: {
    'SYSTEM/bin/su': file('su', { mode: 0o4755, uid: 0, gid: 2000 }),
    'SYSTEM/bin/sh': link('su'),
    'SYSTEM/empty': directory({ mode: 0o700 }),
    [utf8('SYSTEM/a "b\\ é')]: file('odd name'),
    'SYSTEM/large': file(Buffer.alloc(100_000, 'abc')),
  },
};

test('unit: the zip builder makes what unzip finds right', { skip: without('unzip') }, () => {
  const zip = writeTargetFiles(join(work, 'zip'), spec);
  assert.match(execFileSync('unzip', ['-tq', zip], { encoding: 'utf8' }), /No errors/);
  const listing = execFileSync('zipinfo', [zip], { encoding: 'utf8' });
  assert.match(listing, /^-rwsr-xr-x .* SYSTEM\/bin\/su$/m);
  assert.match(listing, /^lrwxrwxrwx .* SYSTEM\/bin\/sh$/m);
  assert.match(listing, /^drwx------ .* SYSTEM\/empty\/$/m);
  const config = execFileSync('unzip', ['-p', zip, 'META/filesystem_config.txt'], { encoding: 'utf8' });
  assert.match(config, /^system 0 0 755\n/);
  assert.match(config, /^system\/bin\/su 0 2000 4755$/m);
});

test('unit: the folder holds the same', () => {
  const folder = writeTargetFolder(join(work, 'folder'), spec);
  assert.equal(readlinkSync(join(folder, 'SYSTEM/bin/sh')), 'su');
  assert.equal(lstatSync(join(folder, 'SYSTEM/bin/su')).mode & 0o7777, 0o4755);
  assert.equal(readFileSync(join(folder, 'SYSTEM/a "b\\ é'), 'utf8'), 'odd name');
});
