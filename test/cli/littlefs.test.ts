import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('cli-littlefs');

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

let folders = 0;
function folder(files: Readonly<Record<string, string>>, order = Object.keys(files)): string {
  folders += 1;
  const path = join(work, `tree-${folders}`);
  mkdirSync(path);
  for (const name of order) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), files[name] ?? '');
  }
  return path;
}

const files = { 'main.py': 'print(1)\n', 'lib/a.py': 'a = 1\n', 'lib/deep/b.py': 'b'.repeat(9000), empty: '' };

test('integration: the same folder gives the same bytes, whatever the order, the modes and the dates', async () => {
  const [one, two] = [folder(files), folder(files, Object.keys(files).reverse())];
  chmodSync(join(two, 'main.py'), 0o700);
  utimesSync(join(two, 'main.py'), 1, 1);
  const outputs = [join(work, 'one.bin'), join(work, 'two.bin')];
  for (const [index, tree] of [one, two].entries()) {
    const made = await outcome('littlefs', 'make', tree, '--preset', 'customer_fs', '--output', outputs[index] ?? '');
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /5\.2 MB \(0x500000\), LittleFS 1\.1, blocks of 4096 bytes\n {2}4 files in 2 folders/);
    assert.doesNotMatch(made.stderr, /note:/);
  }
  const [first, second] = outputs.map((path) => readFileSync(path));
  assert.equal(first?.length, 5 * 2 ** 20);
  assert.ok(second !== undefined && first?.equals(second));
});

test('integration: the preset of the backup says that its document disagrees, and what the original refuses', async () => {
  const output = join(work, 'backup.bin');
  const made = await outcome('littlefs', 'make', folder(files), '--preset', 'customer_backup_fs', '--output', output);
  assert.equal(made.code, 0, made.stderr);
  assert.equal(readFileSync(output).length, 204_800);
  assert.match(made.stderr, /note: .*two sizes, 200 KB and 20480 bytes/);
  assert.match(made.stderr, /note: the original mklfs refuses 204800 bytes .* multiple of 32 blocks \(131072 bytes\)/);
});

test('integration: an image is checked, listed and extracted, by its own commands and by those for every input', async () => {
  const image = join(work, 'round.bin');
  await outcome('littlefs', 'make', folder(files), '--size', '1M', '--block', '512', '--output', image);
  const check = await outcome('littlefs', 'check', image);
  assert.equal(check.code, 0, check.stderr);
  assert.match(check.stdout, /2048 blocks of 512 bytes\n {2}4 files in 2 folders, .*\nno problem found/);
  for (const words of [['littlefs', 'ls'], ['ls']]) {
    const listed = await outcome(...words, image);
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /9000 +lib\/deep\/b\.py\n/);
    assert.match(listed.stdout, /LittleFS 1\.1, 2048 blocks of 512 bytes: 6 entries/);
  }
  for (const [index, words] of [['littlefs', 'extract'], ['extract']].entries()) {
    const output = join(work, `out-${index}`);
    const extracted = await outcome(...words, image, '--output', output);
    assert.equal(extracted.code, 0, extracted.stderr);
    for (const [name, text] of Object.entries(files)) assert.equal(readFileSync(join(output, name), 'utf8'), text);
  }
  const changed = join(work, 'changed.bin');
  await outcome('littlefs', 'make', folder({ ...files, 'main.py': 'print(2)\n' }), '--size', '1M', '--output', changed);
  const audit = await outcome('audit', image, changed);
  assert.match(audit.stdout, /main\.py/, audit.stderr);
  assert.doesNotMatch(audit.stdout, /b\.py/);
});

test('integration: a damaged image ends with 1, says what is lost, and gives what is left', async () => {
  const image = join(work, 'sound.bin');
  await outcome('littlefs', 'make', folder(files), '--size', '1M', '--output', image);
  const bytes = readFileSync(image);
  const at = bytes.indexOf('deep');
  for (const from of [at, bytes.indexOf('deep', at + 1)]) bytes.fill(0xee, from - 8, from);
  const damaged = join(work, 'damaged.bin');
  writeFileSync(damaged, bytes);
  const check = await outcome('littlefs', 'check', damaged);
  assert.equal(check.code, 1);
  assert.match(check.stdout, /error: lib, block \d+: neither block .* \[littlefs-directory\]/);
  const output = join(work, 'left');
  const extracted = await outcome('extract', damaged, '--output', output);
  assert.equal(extracted.code, 1);
  assert.equal(readFileSync(join(output, 'main.py'), 'utf8'), files['main.py']);
  assert.deepEqual(readdirSync(join(output, 'lib')), []);
});

test('integration: an image whose first superblock is lost is known by the second one', async () => {
  const image = join(work, 'second.bin');
  await outcome('littlefs', 'make', folder(files), '--size', '1M', '--output', image);
  writeFileSync(image, readFileSync(image).fill(0xff, 0, 4096));
  const listed = await outcome('ls', image);
  assert.equal(listed.code, 0, listed.stderr);
  assert.match(listed.stdout, /main\.py/);
});

test('integration: what cannot be made is told, and nothing is written', async () => {
  const tree = folder(files);
  const long = folder({ ['n'.repeat(200)]: 'x' });
  const linked = folder(files);
  symlinkSync('main.py', join(linked, 'link.py'));
  const cases: readonly (readonly [words: readonly string[], code: number, message: RegExp])[] = [
    [[tree], 2, /the size of the partition is missing/],
    [[tree, '--size', '5000'], 2, /a multiple of the block of 4096 bytes, from 16384/],
    [[tree, '--size', '4096'], 2, /a multiple of the block/],
    [[tree, '--size', '8G'], 2, /to 134217728/],
    [[tree, '--size', '1M', '--block', '1000'], 2, /a power of two from 128 to 262144/],
    [[tree, '--size', '16K'], 3, /53248 bytes.*\n.*at most 16384 bytes: 36864 more are needed/],
    [[long, '--size', '1M', '--block', '128'], 3, /a name has 200 bytes; 96 are possible/],
    [[linked, '--size', '1M'], 3, /link\.py\): LittleFS has no links/],
    [[join(work, 'none'), '--size', '1M'], 3, /none/],
  ];
  const output = join(work, 'never.bin');
  for (const [words, code, message] of cases) {
    const made = await outcome('littlefs', 'make', ...words, '--output', output);
    assert.equal(made.code, code, made.stderr);
    assert.match(made.stderr, message);
    assert.ok(!existsSync(output));
  }
  for (const words of [['check'], ['ls'], ['extract', '--output', join(work, 'no')]]) {
    const read = await outcome('littlefs', ...words, join(tree, 'main.py'));
    assert.equal(read.code, 3);
    assert.match(read.stderr, /no LittleFS image of version 1/);
  }
  const bare = await outcome('littlefs');
  assert.equal(bare.code, 2);
  assert.match(bare.stderr, /say what to do: make, check, ls or extract/);
});

test('integration: a pipe is refused and not waited for', { skip: process.platform === 'win32' }, async () => {
  const pipe = join(work, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const words of [['littlefs', 'check'], ['littlefs', 'ls'], ['nvs', 'dump'], ['ls']]) {
    const read = await outcome(...words, pipe);
    assert.equal(read.code, 3, words.join(' '));
    assert.match(read.stderr, /regular file|neither a file nor a folder/);
  }
});
