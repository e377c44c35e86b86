import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { InputError, UsageError } from '../../src/model/errors.js';
import { extractionJson, extractionText, listingJson, listingText, showMode } from '../../src/report/listing.js';
import { extract } from '../../src/usecases/extract.js';
import { ls } from '../../src/usecases/ls.js';
import { type Flash, logicalBlock, makeUbi, makeUbifs } from '../support/flash-images.js';
import { knownTree, writeFlashTree } from '../support/flash-tree.js';
import { seededRandom } from '../support/random.js';
import { directory, file, link, writeTargetFiles, writeTargetFolder } from '../support/targetfiles.js';
import { without } from '../support/tools.js';
import * as nodes from '../support/ubifs-nodes.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const work = workFolder('ls');
const spec = {
  nodes: {
    'SYSTEM/bin/su': file('su', { mode: 0o4755, gid: 2000 }),
    'SYSTEM/bin/sh': link('su'),
    'SYSTEM/etc/out': link('/etc/passwd'),
    'SYSTEM/empty': directory({ mode: 0o500 }),
    'SYSTEM/a b\xe9': file('odd'),
  },
};
const zip = writeTargetFiles(join(work, 'zip'), spec);
const folder = writeTargetFolder(join(work, 'folder'), spec);

test('integration: ls of a zip and of a folder tell the same', async () => {
  const [ofZip, ofFolder] = [await ls({ input: zip }), await ls({ input: folder })];
  assert.equal(ofZip.description, 'zip');
  assert.equal(ofFolder.description, 'folder');
  assert.deepEqual(ofZip.entries, ofFolder.entries);
  assert.equal(ofZip.total, ofZip.entries.length);
  const text = listingText(ofZip).text;
  assert.match(text, /^-rwsr-xr-x +2 {2}SYSTEM\/bin\/su$/m);
  assert.match(text, /^lrwxrwxrwx +SYSTEM\/bin\/sh -> su$/m);
  assert.match(text, /^dr-x------ +SYSTEM\/empty\/$/m);
  assert.match(text, /SYSTEM\/a b\\xe9$/m);
  assert.match(text, /^zip: \d+ entries, /m);
});

test('integration: --only takes paths, folders and patterns', async () => {
  const paths = async (...only: string[]) => (await ls({ input: zip, only })).entries.map(({ path }) => path);
  assert.deepEqual(await paths('SYSTEM/bin'), ['SYSTEM/bin', 'SYSTEM/bin/sh', 'SYSTEM/bin/su']);
  assert.deepEqual(await paths('/SYSTEM/bin/'), ['SYSTEM/bin', 'SYSTEM/bin/sh', 'SYSTEM/bin/su']);
  assert.deepEqual(await paths('**/su'), ['SYSTEM/bin/su']);
  assert.deepEqual(await paths('SYSTEM/bin/s?', 'SYSTEM/em*'), ['SYSTEM/bin/sh', 'SYSTEM/bin/su', 'SYSTEM/empty']);
  assert.deepEqual(await paths('nothing'), []);
  await assert.rejects(paths('['), UsageError);
  const json: unknown = JSON.parse(listingJson(await ls({ input: zip, only: ['SYSTEM/bin/su'] })).text);
  assert.deepEqual(json, {
    format: 'dfota-listing',
    version: 1,
    origin: zip,
    description: 'zip',
    total: (await ls({ input: zip })).total,
    entries: [{ path: 'SYSTEM/bin/su', kind: 'file', size: 2, mode: '4755' }],
    findings: [],
  });
});

test('unit: modes as letters', () => {
  assert.equal(showMode('file', 0o6755), '-rwsr-sr-x');
  assert.equal(showMode('directory', 0o1777), 'drwxrwxrwt');
  assert.equal(showMode('file', 0o7644), '-rwSr-Sr-T');
  assert.equal(showMode('file', undefined), '-?????????');
});

test('integration: a zip extracts to what it holds, modes and links too', async () => {
  for (const [name, input] of [
    ['from-zip', zip],
    ['from-folder', folder],
  ] as const) {
    const output = join(work, name);
    const result = await extract({ input: input, output });
    assert.deepEqual(knownTree(output), knownTree(folder));
    assert.equal(readlinkSync(join(output, 'SYSTEM/etc/out')), '/etc/passwd');
    assert.equal(statSync(join(output, 'SYSTEM/bin/su')).mode & 0o7777, 0o4755);
    assert.match(extractionText(result).text, /files, \d+ folders, 2 links/);
    assert.equal(extractionText(result).exitCode, 0);
    chmodSync(join(output, 'SYSTEM/empty'), 0o700);
  }
});

test('integration: the parts that are chosen bring their folders', async () => {
  const output = join(work, 'part');
  mkdirSync(output);
  await extract({ input: zip, output, only: ['**/su'] });
  assert.deepEqual([...knownTree(output).keys()].sort(), ['SYSTEM', 'SYSTEM/bin', 'SYSTEM/bin/su']);
  await assert.rejects(
    extract({ input: zip, output: join(work, 'none'), only: ['nothing'] }),
    /--only matches nothing/,
  );
  assert.ok(!readdirSync(work).includes('none'));
});

test('integration: nothing is overwritten, nothing is left behind', async () => {
  const filled = join(work, 'filled');
  mkdirSync(filled);
  writeFileSync(join(filled, 'mine'), 'mine');
  await assert.rejects(extract({ input: zip, output: filled }), /not empty, and nothing is overwritten/);
  await assert.rejects(extract({ input: zip, output: join(filled, 'mine') }), /the output is not a folder/);
  await assert.rejects(
    extract({ input: zip, output: join(work, 'missing/folder') }),
    /folder of the output does not exist/,
  );
  await assert.rejects(extract({ input: join(work, 'missing.zip'), output: join(work, 'x') }), InputError);
  const abort = new AbortController();
  const stopping = extract(
    { input: zip, output: join(work, 'stopped') },
    {
      signal: abort.signal,
      onProgress: ({ stage, doneItems, totalItems }) => {
        if (stage === 'extract' && doneItems > 3 && totalItems > 0) abort.abort(new Error('stop'));
      },
    },
  );
  await assert.rejects(stopping, /stop/);
  assert.equal(readFileSync(join(filled, 'mine'), 'utf8'), 'mine');
  assert.deepEqual(
    readdirSync(work).filter((name) => name.startsWith('.') || name === 'stopped' || name === 'x'),
    [],
  );
});

test('integration: names that lead out of the output are refused', async () => {
  const bad = (entries: Parameters<typeof buildZip>[0], name: string): string => {
    const path = join(work, name);
    writeFileSync(path, buildZip(entries));
    return path;
  };
  const parent = bad([{ name: '../outside', data: Buffer.from('x'), mode: 0o100644 }], 'parent.zip');
  const through = bad(
    [
      { name: 'link', data: Buffer.from('..'), mode: 0o120777 },
      { name: 'link/outside', data: Buffer.from('x'), mode: 0o100644 },
    ],
    'through.zip',
  );
  for (const input of [parent, through])
    await assert.rejects(extract({ input: input, output: join(work, 'escape') }), InputError);
  assert.ok(!readdirSync(work).includes('outside') && !readdirSync(work).includes('escape'));
});

describe('integration: extract from images', { skip: without('mkfs.ubifs', 'ubinize', 'diff') }, () => {
  const flash: Flash = { page: 2048, eraseBlock: 128 * 1024 };
  const tree = writeFlashTree(join(work, 'tree'));
  const deviceTable = '/dev d 755 0 0 - - - - -\n/dev/null c 666 0 0 1 3 0 0 -\n';
  const image = join(work, 'sysfs.ubi');

  test('the tree comes back, hard links as such; devices are named', async () => {
    const content = makeUbifs(work, tree, flash, { deviceTable });
    writeFileSync(image, makeUbi(work, [{ name: 'rootfs', content }], flash));
    const output = join(work, 'from-ubi');
    const result = await extract({ input: image, output });
    assert.deepEqual(
      result.special.map(({ path }) => path),
      ['dev/null'],
    );
    assert.match(extractionText(result).text, /^not made: crw-rw-rw- 1, 3 dev\/null$/m);
    execFileSync('diff', ['-r', '--no-dereference', '--exclude=dev', tree, output]);
    assert.equal(lstatSync(join(output, 'bin/su')).ino, lstatSync(join(output, 'bin/sudo')).ino);
    assert.equal(lstatSync(join(output, 'bin/su')).mode & 0o7777, 0o4755);
    assert.equal(lstatSync(join(output, 'empty')).mode & 0o7777, 0o700);
    assert.equal(
      Math.floor(lstatSync(join(output, 'zero')).mtimeMs),
      Math.floor(lstatSync(join(tree, 'zero')).mtimeMs / 1000) * 1000,
    );
    assert.match(listingText(await ls({ input: image })).text, /^crw-rw-rw- {2}0:0 +1, 3 {2}dev\/null$/m);
  });

  test('what cannot be read is told, the rest is extracted', async () => {
    const broken = join(work, 'broken.ubifs');
    const bytes = makeUbifs(work, tree, flash);
    const journal = nodes.withJournal(bytes, logicalBlock(flash), [
      nodes.inode({ inum: 9000, mode: 0o100644, size: 3 }),
      nodes.entry(1, 'future', 9000),
      nodes.data(9000, 0, Buffer.from('???'), 9, 3),
    ]);
    writeFileSync(broken, journal);
    const output = join(work, 'from-broken');
    const result = await extract({ input: broken, output });
    assert.equal(extractionText(result).exitCode, 1);
    assert.match(extractionText(result).text, /future\): the content is packed in an unknown way/);
    assert.match(extractionJson(result).text, /"ubifs-compression"/);
    assert.ok(!readdirSync(output).includes('future'));
    execFileSync('diff', ['-r', '--no-dereference', tree, output]);
  });

  test('an encrypted image: what has no readable content is told', async () => {
    const key = join(work, 'key');
    writeFileSync(key, seededRandom(5).bytes(64));
    const more = ['-C', 'AES-256-XTS', '-K', key, '-b', '0123456789abcdef'];
    const encrypted = join(work, 'encrypted.ubifs');
    writeFileSync(encrypted, makeUbifs(work, tree, flash, { more }));
    const result = await extract({ input: encrypted, output: join(work, 'from-encrypted') });
    assert.equal(extractionText(result).exitCode, 1);
    assert.ok(result.unreadable.some(({ code }) => code === 'ubifs-encrypted'));
    assert.equal(listingText(await ls({ input: encrypted })).exitCode, 1);
  });
});
