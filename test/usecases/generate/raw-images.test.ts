/** Raw images all the way: two folders of UBI images in, a package out, proved with every power cut. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Flash, makeUbi, makeUbifs } from '../../support/flash-images.js';
import { seededRandom } from '../../support/random.js';
import { directory, file, writeTargetFiles } from '../../support/targetfiles.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const dfota = fileURLToPath(new URL('../../../../bin/dfota.js', import.meta.url));
const flash: Flash = { page: 4096, eraseBlock: 256 * 1024 };

describe('end-to-end: raw images', { skip: without('mkfs.ubifs', 'ubinize', 'unzip') }, () => {
  const work = workFolder('raw-end');
  const run = (...words: string[]): string =>
    execFileSync(process.execPath, [dfota, ...words], {
      encoding: 'utf8',
      cwd: work,
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  /** A build as images: a root file system, modem files, a kernel. */
  function writeImages(
    name: string,
    revision: string,
    edit: (root: string, modem: string) => void,
    kernel: Buffer,
  ): void {
    const [root, modem, output] = [join(work, `${name}-root`), join(work, `${name}-modem`), join(work, name)];
    for (const folder of ['bin', 'etc', 'firmware', 'dev', 'usr/empty'])
      mkdirSync(join(root, folder), { recursive: true });
    mkdirSync(join(modem, 'image'), { recursive: true });
    mkdirSync(output);
    writeFileSync(join(root, 'etc/quectel-project-version'), `Project Name: RG520\nProject Rev : ${revision}\n`);
    writeFileSync(join(root, 'build.prop'), `ro.build=${revision}\n`);
    writeFileSync(join(root, 'bin/su'), seededRandom(1).bytes(20_000));
    chmodSync(join(root, 'bin/su'), 0o4755);
    writeFileSync(join(modem, 'image/modem.b00'), seededRandom(2).bytes(30_000));
    symlinkSync('su', join(root, 'bin/sh'));
    edit(root, modem);
    const deviceTable = '/bin/su f 4750 0 2000 - - - - -\n/dev/null c 666 0 0 1 3 0 0 -\n';
    const ubi = (folder: string, volume: string, table?: string): Buffer => {
      const options = table === undefined ? {} : { deviceTable: table };
      return makeUbi(work, [{ name: volume, content: makeUbifs(work, folder, flash, options) }], flash);
    };
    writeFileSync(join(output, 'sdxlemur-sysfs.ubi'), ubi(root, 'rootfs', deviceTable));
    writeFileSync(join(output, 'NON-HLOS.ubi'), ubi(modem, 'modem'));
    writeFileSync(join(output, 'sdxlemur-boot.img'), kernel);
  }

  test('generate, verify and audit take them in place of targetfiles.zip', () => {
    const kernel = seededRandom(3).bytes(50_000);
    const newer = Buffer.from(kernel);
    newer.fill(7, 1000, 1200);
    writeImages('v1', 'A01', (root) => writeFileSync(join(root, 'etc/gone'), 'gone'), kernel);
    writeImages(
      'v2',
      'A02',
      (root, modem) => {
        const bytes = seededRandom(1).bytes(20_000);
        bytes.fill(9, 5000, 5100);
        writeFileSync(join(root, 'bin/su'), bytes);
        writeFileSync(join(root, 'etc/new'), 'new');
        chmodSync(join(root, 'etc/new'), 0o600);
        rmSync(join(root, 'bin/sh'));
        symlinkSync('/bin/su', join(root, 'bin/sh'));
        writeFileSync(
          join(modem, 'image/modem.b00'),
          Buffer.concat([seededRandom(2).bytes(30_000), Buffer.from('more')]),
        );
      },
      newer,
    );
    const companion = writeTargetFiles(join(work, 'companion'), {
      nodes: { 'SYSTEM/old': file('not taken'), 'SYSTEM/firmware/old': directory() },
    });
    const json = run(
      'generate',
      'v1',
      'v2',
      '--companion',
      companion,
      '--output',
      'update.zip',
      '--verify',
      'full',
      '--no-cache',
      '--jobs',
      '1',
      '--json',
    );
    assert.match(json, /A02/);
    execFileSync('unzip', ['-tqq', join(work, 'update.zip')]);
    const script = execFileSync(
      'unzip',
      ['-p', join(work, 'update.zip'), 'META-INF/com/google/android/updater-script'],
      { encoding: 'utf8' },
    );
    assert.match(script, /set_perm\w*\(0, 2000, (0755, )?04750, "\/system\/bin/);
    assert.match(script, /"\/system\/firmware\/image\/modem\.b00"/);
    assert.match(script, /delete\([^)]*"\/system\/etc\/gone"/);
    assert.match(run('verify', 'update.zip', '--source', 'v1', '--target', 'v2', '--companion', companion), /./);
    assert.match(run('ls', 'v1'), /SYSTEM\/firmware\/image\/modem\.b00/);
    assert.match(run('ls', join('v1', 'sdxlemur-sysfs.ubi')), /dev\/null/);
  });
});
