/** Images that mksquashfs makes, with all compressors, read back. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readImage } from '../../../src/input/images/hashed-image.js';
import { readRawImages } from '../../../src/input/images/raw-images.js';
import { InputError } from '../../../src/model/errors.js';
import { readWhole } from '../../../src/model/input-tree.js';
import { toBuildPath } from '../../../src/model/path.js';
import { squashfsMake } from '../../../src/usecases/squashfs/make.js';
import { seededRandom } from '../../support/random.js';
import { makeSquashfs, readTree, squashfsOf, writeRandomTree } from '../../support/squashfs-tools.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('squashfs');
const compressors = ['gzip', 'lzma', 'lzo', 'xz', 'lz4', 'zstd'] as const;

describe('property: what mksquashfs writes is read back', { skip: without('mksquashfs') }, () => {
  for (const compressor of compressors) {
    test(compressor, async () => {
      const seed = randomInt(1, 2 ** 31);
      const random = seededRandom(seed);
      for (let run = 0; run < 4; run += 1) {
        const [folder, image] = [join(work, `${compressor}-${run}`), join(work, `${compressor}-${run}.sqsh`)];
        const blockSize = random.pick([4096, 8192, 131_072]);
        const tree = writeRandomTree(folder, random, blockSize);
        const words = ['-b', String(blockSize), '-comp', compressor];
        for (const word of ['-no-fragments', '-always-use-fragments', '-noI', '-noD', '-noF', '-no-exports'])
          if (random.chance(25)) words.push(word);
        const read = await squashfsOf(makeSquashfs(folder, image, ...words));
        const title = `seed ${seed}, run ${run}: ${words.join(' ')}`;
        assert.deepEqual(read.findings, [], title);
        assert.deepEqual(new Map([...(await readTree(read))].sort()), new Map([...tree].sort()), title);
        for (const { path, mode, mtime, uid, gid, links } of read.entries) {
          const stats = lstatSync(join(folder, Buffer.from(path, 'latin1').toString('utf8')));
          const linked = stats.isDirectory() ? 1 : stats.nlink;
          const expected = [stats.mode & 0o7777, Math.floor(stats.mtimeMs / 1000), 0, 0, linked];
          assert.deepEqual([mode, mtime, uid, gid, links], expected, `${title}: ${path}`);
        }
      }
    });
  }
});

test('integration: owners, devices, pipes, hard links and extended attributes', {
  skip: without('mksquashfs'),
}, async () => {
  const folder = join(work, 'special');
  mkdirSync(folder);
  const long = 'v'.repeat(9000);
  for (const name of ['one', 'two', 'plain']) writeFileSync(join(folder, name), name);
  const script = `import os
os.setxattr('one', 'user.short', b'yes'); os.setxattr('one', 'user.long', b'${long}'); os.setxattr('two', 'user.long', b'${long}')
`;
  const hasAttributes = (() => {
    try {
      execFileSync('python3', ['-c', script], { cwd: folder, stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  })();
  const devices = join(work, 'devices');
  writeFileSync(devices, 'null c 666 0 0 1 3\ndisk b 660 0 6 259 70000\npipe i 600 7 8 f\n');
  const special = ['-xattrs', '-pf', devices, '-force-uid', '1000', '-force-gid', '2000'];
  const image = join(work, 'special.sqsh');
  execFileSync('mksquashfs', [folder, image, '-noappend', '-quiet', '-no-progress', ...special], { stdio: 'pipe' });
  const tree = await squashfsOf(readFileSync(image));
  assert.deepEqual(tree.findings, []);
  const entries = new Map(tree.entries.map((entry) => [entry.path, entry]));
  assert.deepEqual(entries.get('null')?.device, { major: 1, minor: 3 });
  assert.deepEqual(entries.get('disk')?.device, { major: 259, minor: 70_000 });
  assert.equal(entries.get('pipe')?.kind, 'fifo');
  assert.deepEqual([entries.get('plain')?.uid, entries.get('plain')?.gid], [1000, 2000]);
  if (!hasAttributes) return;
  assert.equal(Buffer.from(entries.get('one')?.attributes.get('user.short') ?? []).toString(), 'yes');
  for (const name of ['one', 'two'])
    assert.equal(Buffer.from(entries.get(name)?.attributes.get('user.long') ?? []).toString(), long, name);
});

test('property: whatever is changed or cut away, reading ends and says what is wrong', {
  skip: without('mksquashfs'),
}, async () => {
  const folder = join(work, 'damage');
  const seed = randomInt(1, 2 ** 31);
  const random = seededRandom(seed);
  writeRandomTree(folder, random, 4096);
  writeFileSync(join(folder, 'always'), 'there');
  for (const words of [['-noI'], []]) {
    const sound = makeSquashfs(folder, join(work, 'damage.sqsh'), '-b', '4096', ...words);
    for (let run = 0; run < 150; run += 1) {
      const bytes = Buffer.from(sound);
      for (let count = 1 + random.below(6); count > 0; count -= 1) {
        // Most of it into the superblock and the tables, which come last.
        const from = random.chance(30) ? 0 : Math.max(0, bytes.length - 3000);
        bytes[Math.min(from + random.below(random.chance(20) ? 96 : 3000), bytes.length - 1)] = random.below(256);
      }
      const part = random.chance(20) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
      await attempt(`seed ${seed}, run ${run}`, async () => {
        const tree = await squashfsOf(part);
        for (const { path, kind, size } of tree.entries) {
          if (kind !== 'file' || size > 1e6) continue;
          await attempt(`seed ${seed}, run ${run}`, async () =>
            assert.equal((await readWhole(tree, path)).length, size, `seed ${seed}, run ${run}`),
          );
        }
      });
    }
  }
});

async function attempt(title: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof InputError)) throw new Error(title, { cause: error });
  }
}

test('unit: what is no squashfs of version 4 is told apart', async () => {
  const head = Buffer.alloc(96);
  head.write('hsqs');
  const stated = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(head);
    bytes.writeUInt32LE(131_072, 12);
    bytes.writeUInt16LE(1, 20);
    bytes.writeUInt16LE(17, 22);
    bytes.writeUInt16LE(4, 28);
    change(bytes);
    return bytes;
  };
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [Buffer.from('sqsh'.padEnd(96)), /big endian/],
    [Buffer.from('hsqs'), /cut short within its superblock/],
    [stated((bytes) => bytes.writeUInt16LE(3, 28)), /version 3\.0; 4\.0 is read/],
    [stated((bytes) => bytes.writeUInt16LE(9, 20)), /compressor has the number 9/],
    [stated((bytes) => bytes.writeUInt32LE(131_073, 12)), /blocks of 131073 bytes/],
    [stated(() => {}), /metadata block/],
  ];
  for (const [bytes, message] of cases) await assert.rejects(squashfsOf(bytes), message);
});

test('integration: what prepare takes as a root file system may be a squashfs, and a build of one says that no file of it can be changed', async () => {
  const folder = join(work, 'root');
  mkdirSync(join(folder, 'etc'), { recursive: true });
  writeFileSync(join(folder, 'build.prop'), 'ro.build=2\n');
  writeFileSync(join(folder, 'etc', 'new'), 'new\n');
  const image = join(work, 'root.squashfs');
  await squashfsMake({ folder, output: image });
  const read = await readImage(image, { stage: 'prepare', onProgress: () => {}, signal: undefined });
  assert.equal(read.readOnly, true);
  assert.deepEqual([...read.nodes.keys()], ['build.prop', 'etc', 'etc/new']);
  const node = read.nodes.get(toBuildPath('build.prop'));
  const own = node?.kind === 'file' ? node.own : undefined;
  assert.deepEqual([own?.uid, own?.gid, own?.mode, own?.origin], [0, 0, 0o644, 'image']);
  await read.close();
  const tree = await readRawImages(image, { stage: 'read-source', onProgress: () => {}, signal: undefined });
  assert.ok(tree.findings.some(({ code, severity }) => code === 'squashfs-read-only' && severity === 'warning'));
  await tree.close();
});
