import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { openImageTree } from '../../../src/input/images/image-tree.js';
import { type Flash, logicalBlock, makeUbi, makeUbifs, withoutMtdUtils } from '../../support/flash-images.js';
import { type Known, knownTree, writeFlashTree } from '../../support/flash-tree.js';
import { assertTree, contentOf, ubifsOf } from '../../support/image-of.js';
import { seededRandom } from '../../support/random.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const KiB = 1024;
const chips: Readonly<Record<string, Flash>> = {
  'pages of 512, blocks of 16 KiB': { page: 512, eraseBlock: 16 * KiB },
  'pages of 2048, blocks of 128 KiB': { page: 2048, eraseBlock: 128 * KiB },
  'pages of 2048 with sub-pages of 512': { page: 2048, subPage: 512, eraseBlock: 128 * KiB },
  'pages of 4096, blocks of 256 KiB': { page: 4096, eraseBlock: 256 * KiB },
};
const usual: Flash = { page: 2048, eraseBlock: 128 * KiB };

describe('integration: images of mkfs.ubifs and ubinize', { skip: withoutMtdUtils }, () => {
  const work = workFolder('ubifs');
  const folder = join(work, 'tree');
  let known: ReadonlyMap<string, Known>;
  before(() => {
    writeFlashTree(folder);
    known = knownTree(folder);
  });

  for (const [name, flash] of Object.entries(chips)) {
    test(`the tree comes back through UBI: ${name}`, async () => {
      const path = join(work, 'chip.ubi');
      writeFileSync(path, makeUbi(work, [{ name: 'rootfs', content: makeUbifs(work, folder, flash) }], flash));
      const tree = await openImageTree(path);
      assert.deepEqual(tree.findings, []);
      await assertTree(tree, known);
      await tree.close();
    });
  }

  for (const compressor of ['none', 'lzo', 'zlib', 'zstd'] as const) {
    test(`the tree comes back from ${compressor}`, async () => {
      const path = join(work, `${compressor}.ubifs`);
      writeFileSync(path, makeUbifs(work, folder, usual, { compressor }));
      const tree = await openImageTree(path);
      assert.deepEqual(tree.findings, []);
      await assertTree(tree, known);
      await tree.close();
    });
  }

  test('favoured compressors mix in one image', async () => {
    const more = ['-x', 'favor_lzo', '-X', '1'];
    const tree = await ubifsOf(makeUbifs(work, folder, usual, { more }), logicalBlock(usual));
    await assertTree(tree, known);
  });

  test('the test hash, another fan-out, and free space to be fixed up', async () => {
    const tree = await ubifsOf(
      makeUbifs(work, folder, usual, { more: ['-k', 'test', '-f', '4', '-F'] }),
      logicalBlock(usual),
    );
    assert.deepEqual(tree.findings, []);
    await assertTree(tree, known);
  });

  test('owners, devices and a named pipe of a device table', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const deviceTable = [
      '/bin/su f 4755 0 2000 - - - - -',
      '/empty d 750 1001 1002 - - - - -',
      '/dev d 755 0 0 - - - - -',
      '/dev/null c 666 0 0 1 3 0 0 -',
      '/dev/mmc b 640 0 6 259 300 0 0 -',
      '/dev/tty c 620 0 5 4 0 0 1 3',
      '',
    ].join('\n');
    const tree = await ubifsOf(makeUbifs(work, folder, usual, { deviceTable }), logicalBlock(usual));
    const at = (path: string) => tree.entries.find((entry) => entry.path === path);
    assert.deepEqual([at('bin/su')?.uid, at('bin/su')?.gid, at('bin/su')?.mode], [0, 2000, 0o4755]);
    assert.deepEqual([at('empty')?.uid, at('empty')?.gid, at('empty')?.mode], [1001, 1002, 0o750]);
    assert.deepEqual([at('dev/null')?.kind, at('dev/null')?.device], ['character-device', { major: 1, minor: 3 }]);
    assert.deepEqual([at('dev/mmc')?.kind, at('dev/mmc')?.device], ['block-device', { major: 259, minor: 300 }]);
    assert.equal(at('dev/tty2')?.device?.minor, 2);
    assert.equal(at('pipe')?.kind, 'fifo');
    assert.equal(at('zero')?.uid, statSync(join(folder, 'zero')).uid);
    execFileSync('rm', [join(folder, 'pipe')]);
  });

  test('hard links are known as such, holes read as zeros, times are kept', async () => {
    const tree = await ubifsOf(makeUbifs(work, folder, usual), logicalBlock(usual));
    const at = (path: string) => tree.entries.find((entry) => entry.path === path);
    assert.equal(at('bin/su')?.links, 2);
    assert.equal(at('bin/su')?.fileId, at('bin/sudo')?.fileId);
    assert.equal(at('zero')?.links, 1);
    assert.equal(await contentOf(tree, 'hole'), `start${'\0'.repeat(100_000 - 5)}`);
    assert.equal(at('zero')?.mtime, Math.floor(statSync(join(folder, 'zero')).mtimeMs / 1000));
  });

  test('an authenticated image is read, without checking its signature', {
    skip: without('openssl'),
  }, async () => {
    const [key, certificate] = [join(work, 'key.pem'), join(work, 'cert.pem')];
    const files = ['-keyout', key, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=test', ...files], {
      stdio: 'pipe',
    });
    for (const hash of ['sha1', 'sha256', 'sha512']) {
      const more = ['--hash-algo', hash, '--auth-key', key, '--auth-cert', certificate];
      const tree = await ubifsOf(makeUbifs(work, folder, usual, { more }), logicalBlock(usual));
      assert.deepEqual(
        tree.findings.map(({ severity, code }) => `${severity} ${code}`),
        ['information ubifs-authenticated'],
      );
      await assertTree(tree, known);
    }
  });

  test('an encrypted image says so and shows what can be shown', async () => {
    const key = join(work, 'key');
    writeFileSync(key, seededRandom(5).bytes(64));
    const more = ['-C', 'AES-256-XTS', '-K', key, '-b', '0123456789abcdef'];
    const tree = await ubifsOf(makeUbifs(work, folder, usual, { more }), logicalBlock(usual));
    const finding = tree.findings.find(({ code }) => code === 'ubifs-encrypted');
    assert.equal(finding?.severity, 'error');
    const file = tree.entries.find(({ kind, encrypted, size }) => kind === 'file' && encrypted && size > 0);
    assert.ok(file);
    await assert.rejects(contentOf(tree, file.path), /encrypted and cannot be read without its key/);
  });
});
