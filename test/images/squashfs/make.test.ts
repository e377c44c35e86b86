/** Images that the writer makes: read by unsquashfs and by our reader, which share nothing with it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import { makeSquashfs, type SquashfsNode } from '../../../src/images/squashfs/make.js';
import { squashfsMake } from '../../../src/usecases/squashfs/make.js';
import { zlibStream } from '../../../src/usecases/squashfs/zlib-stream.js';
import { seededRandom } from '../../support/random.js';
import { readDisk, readTree, squashfsOf, writeRandomTree } from '../../support/squashfs-tools.js';
import { without } from '../../support/tools.js';
import { workOf } from '../../support/work-count.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('make-squashfs');

describe('property: unsquashfs reads what is written', { skip: without('unsquashfs') }, () => {
  test('random trees', async () => {
    const seed = randomInt(1, 2 ** 31);
    const random = seededRandom(seed);
    for (let run = 0; run < 6; run += 1) {
      const blockSize = random.pick([4096, 8192, 131_072]);
      const [folder, output, back] = ['tree', 'image', 'back'].map((name) => join(work, `${name}-${run}`));
      if (folder === undefined || output === undefined || back === undefined) return;
      const tree = writeRandomTree(folder, random, blockSize);
      await squashfsMake({ folder, output, block: blockSize });
      execFileSync('unsquashfs', ['-quiet', '-no-progress', '-dest', back, output], { stdio: 'pipe' });
      assert.deepEqual(readDisk(back, tree.keys()), tree, `seed ${seed}, run ${run}`);
      const modes = execFileSync('unsquashfs', ['-lln', output], { encoding: 'utf8' }).trim().split('\n');
      for (const line of modes) assert.match(line, /^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx) 0\/0 /, line);
      assert.equal(modes.length, tree.size + 1);
    }
  });
});

const pack = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 1 });

test('property: what is written is read back, whatever the order of the nodes', async () => {
  const seed = randomInt(1, 2 ** 31);
  const random = seededRandom(seed);
  for (let run = 0; run < 30; run += 1) {
    const nodes: SquashfsNode[] = [];
    for (let at = random.below(60); at > 0; at -= 1) {
      const path = `${random.pick(['', 'a/', 'a.b/', 'a/b/'])}${random.pick(['x', '\xff', ' '])}${at}`;
      const kind = random.below(3);
      if (kind === 0) nodes.push({ kind: 'directory', path, mode: 0o700 });
      else if (kind === 1) nodes.push({ kind: 'link', path, destination: `to ${at}` });
      else nodes.push({ kind: 'file', path, mode: 0o640, bytes: random.bytes(random.below(9000)) });
    }
    const settings = { blockSize: 4096, date: 1_700_000_000, pack };
    const image = makeSquashfs(nodes, settings);
    assert.ok(Buffer.compare(makeSquashfs([...nodes].reverse(), settings), image) === 0, `seed ${seed}, run ${run}`);
    const tree = await squashfsOf(image);
    assert.deepEqual(tree.findings, [], `seed ${seed}, run ${run}`);
    const read = await readTree(tree);
    for (const node of nodes) {
      const text = node.kind === 'file' ? Buffer.from(node.bytes).toString('latin1') : '';
      const expected = { kind: node.kind, text: node.kind === 'link' ? node.destination : text };
      const found = read.get(Buffer.from(node.path, 'latin1').toString('utf8'));
      assert.deepEqual(found, expected, `seed ${seed}, run ${run}`);
    }
    for (const { mtime, uid, gid } of tree.entries) assert.deepEqual([mtime, uid, gid], [1_700_000_000, 0, 0]);
  }
});

test('integration: a directory of more than 64 KiB, equal files, and inodes over many blocks', {
  skip: without('unsquashfs'),
}, async () => {
  const nodes: SquashfsNode[] = Array.from({ length: 3000 }, (_, at) => ({
    kind: 'file',
    path: `large/${'name '.repeat(6)}${String(at).padStart(5, '0')}`,
    mode: 0o644,
    bytes: Buffer.alloc(20_000, 'the same everywhere '),
  }));
  const image = makeSquashfs(nodes, { blockSize: 4096, date: 0, pack: zlibStream });
  assert.ok(image.length < 200_000, `equal contents are there once: ${image.length} bytes`);
  const tree = await squashfsOf(image);
  assert.deepEqual([tree.findings.length, tree.entries.length], [0, 3001]);
  const file = join(work, 'large.squashfs');
  writeFileSync(file, image);
  const back = join(work, 'large');
  execFileSync('unsquashfs', ['-quiet', '-no-progress', '-dest', back, file], { stdio: 'pipe' });
  const paths = nodes.map(({ path }) => path);
  for (const { text } of readDisk(back, paths).values()) assert.equal(text.length, 20_000);
});

test('integration: modes of others, dates and the order of the folder do not matter; the right to execute does', async () => {
  const images: Buffer[] = [];
  for (const [name, order, mode] of [
    ['one', ['a', 'b'], 0o664],
    ['two', ['b', 'a'], 0o600],
  ] as const) {
    const folder = join(work, name);
    mkdirSync(folder, { mode: 0o700 });
    for (const file of order) writeFileSync(join(folder, file), file, { mode });
    chmodSync(join(folder, 'b'), mode | 0o100);
    const output = join(work, `${name}.squashfs`);
    await squashfsMake({ folder, output });
    const image = readFileSync(output);
    images.push(image);
    const tree = await squashfsOf(image);
    assert.deepEqual(
      tree.entries.map(({ mode: own }) => own),
      [0o644, 0o755],
    );
  }
  const [one, two] = images;
  assert.ok(one !== undefined && two !== undefined && one.equals(two));
});

test('unit: streams are those of classic zlib', () => {
  const random = seededRandom(7);
  for (const size of [0, 1, 5552, 5553, 100_000]) {
    const bytes = Buffer.concat([random.bytes(size), Buffer.alloc(size, 'words ')]);
    assert.ok(inflateSync(zlibStream(bytes)).equals(bytes));
  }
  assert.equal(Buffer.from(zlibStream(new Uint8Array())).toString('hex'), '78da030000000001');
});

test('unit: twice as many files cost twice as much to make', () => {
  const nodes = (count: number): readonly SquashfsNode[] =>
    Array.from({ length: count }, (_, at) => ({
      kind: 'file',
      path: `folder${at % 40}/file${at}`,
      mode: 0o644,
      bytes: Buffer.from(`content ${at}`),
    }));
  const make = (count: number) => () =>
    void makeSquashfs(nodes(count), { blockSize: 4096, date: 0, pack: (bytes) => bytes });
  const ratio = workOf(make(4000)) / workOf(make(2000));
  assert.ok(ratio < 2.3, `${ratio}`);
});
