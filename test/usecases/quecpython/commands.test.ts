/** The commands: what lands in the folders, what is told, what is refused, and that nothing is left behind. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../../src/cli/dfota.js';
import { run } from '../../../src/cli/run.js';
import { testTerminal } from '../../support/terminal.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('quecpython');
let trees = 0;

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), ['quecpython', ...words], terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

function tree(files: Readonly<Record<string, string>>): string {
  trees += 1;
  const folder = join(work, `tree-${trees}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const old = tree({ 'main.py': 'old', 'lib/a.py': 'a', 'gone/b.py': 'b' });
const next = tree({ 'main.py': 'new', 'lib/a.py': 'a', 'lib/c.py': 'c' });

test('integration: an update has what changed, the list last, and a power cut after every change', async () => {
  const output = join(work, 'update');
  const made = await outcome('update', old, next, '--base-url', 'https://example.com/v2', '--output', output, '--json');
  assert.equal(made.code, 0, made.stderr);
  const { files, deletes, unchanged, proof } = JSON.parse(made.stdout);
  assert.deepEqual(
    files.map(({ name }: { readonly name: string }) => name),
    ['/usr/lib/c.py', '/usr/main.py', '/usr/.deletes.json', '/usr/checksum.json'],
  );
  assert.equal(files[1].url, 'https://example.com/v2/usr/main.py');
  assert.deepEqual([deletes, unchanged], [['/usr/gone/b.py', '/usr/gone'], 1]);
  assert.ok(proof.steps > 16);
  assert.deepEqual(readdirSync(output).sort(), ['.updater', 'fetch.json', 'update.json']);
  assert.equal(readFileSync(join(output, '.updater/usr/main.py'), 'utf8'), 'new');
  const stat = JSON.parse(readFileSync(join(output, '.updater/download.stat'), 'utf8'));
  assert.deepEqual(stat.at(-1).name, '/usr/checksum.json');
  const again = join(work, 'update-again');
  assert.equal(
    (await outcome('update', old, next, '--base-url', 'https://example.com/v2/', '--output', again)).code,
    0,
  );
  for (const name of ['fetch.json', 'update.json', '.updater/download.stat', '.updater/usr/checksum.json'])
    assert.ok(readFileSync(join(output, name)).equals(readFileSync(join(again, name))), name);
});

test('integration: a backup has the image, the list and the switch, and tells what is risky', async () => {
  const factory = tree({ 'main.py': 'x', 'boot.log': 'y', empty: '', 'data.json': 'z' });
  const output = join(work, 'backup');
  const made = await outcome('backup', factory, '--output', output, '--writable', '/usr/data.json', '--json');
  assert.equal(made.code, 0, made.stderr);
  const { remarks, listed, size } = JSON.parse(made.stdout);
  assert.deepEqual([listed, size], [3, 204800]);
  assert.deepEqual(
    remarks.map(({ code, name }: { readonly code: string; readonly name: string }) => [code, name]).sort(),
    [
      ['quecpython-empty-file', 'empty'],
      ['quecpython-writable', 'boot.log'],
      ['quecpython-writable', 'data.json'],
    ],
  );
  assert.deepEqual(readdirSync(output).sort(), ['backup_restore.json', 'checksum.json', 'customer_backup_fs.bin']);
  const out = join(work, 'extracted');
  const { terminal } = testTerminal();
  assert.equal(
    await run(dfota('0.0.0'), ['extract', join(output, 'customer_backup_fs.bin'), '--output', out], terminal),
    0,
  );
  assert.deepEqual(readdirSync(join(out, 'usr')).sort(), ['boot.log', 'data.json', 'empty', 'main.py']);
  assert.ok(readFileSync(join(out, 'checksum.json')).equals(readFileSync(join(output, 'checksum.json'))));
  const sha = join(work, 'backup-sha');
  assert.equal((await outcome('backup', factory, '--output', sha, '--digest', 'sha256')).code, 0);
  assert.match(
    readFileSync(join(sha, 'checksum.json'), 'utf8'),
    /\{"name": "\/usr\/main\.py", "sha256": "[0-9a-f]{64}"\}/,
  );
});

test('integration: what cannot be made is refused, and nothing is left behind', async () => {
  const output = join(work, 'never');
  const long = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`a-rather-long-name-${at}.py`, `${at}`]));
  const cases = [
    [['update', old, old], 3, 'quecpython-same'],
    [['update', old, next, '--base-url', 'ftp://x'], 2, 'quecpython-url'],
    [['update', old, tree({ 'main.py/x': 'a' })], 3, 'quecpython-kind'],
    [['backup', tree(long)], 3, 'quecpython-list-long'],
    [['backup', tree({ a: 'x'.repeat(300_000) })], 3, 'littlefs-too-small'],
    [['backup', tree({ a: 'x' }), '--size', '5000'], 2, 'littlefs-size'],
    [['backup', tree({ a: 'x', 'checksum.json': '[1]' })], 3, 'quecpython-list'],
    [['backup', join(work, 'no-such-tree')], 3, 'input-missing'],
  ] as const;
  for (const [words, code, fault] of cases) {
    const made = await outcome(...words, '--output', output, '--json');
    assert.deepEqual([made.code, JSON.parse(made.stdout).error.faults[0].code], [code, fault], made.stdout);
    assert.equal(existsSync(output), false);
  }
  assert.deepEqual(
    readdirSync(work).filter((name) => name.includes('.tmp')),
    [],
  );
});
