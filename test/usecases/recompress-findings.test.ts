import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { check } from '../../src/usecases/check.js';
import { prepare } from '../../src/usecases/prepare/prepare.js';
import { noise, prose } from '../applypatch/make-patch.js';
import { file, writeTargetFiles } from '../support/targetfiles.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('recompress-findings');
const tools = { skip: without('gzip') };

/** A boot image of header version 0 whose kernel GNU gzip has packed. */
function bootImage(seed: number): Buffer {
  const kernel = Buffer.concat([prose(120_000, 1), noise(3000, seed), prose(90_000, 2), noise(60_000, 3)]);
  const packed = execFileSync('gzip', ['-9n'], { input: kernel });
  const image = Buffer.alloc(2048 + Math.ceil(packed.length / 2048) * 2048);
  image.write('ANDROID!');
  image.writeUInt32LE(packed.length, 8);
  image.writeUInt32LE(2048, 36);
  packed.copy(image, 2048);
  return image;
}

const build = (name: string, seed: number): string =>
  writeTargetFiles(join(work, name), {
    nodes: { 'BOOTABLE_IMAGES/boot.img': file(bootImage(seed)), 'SYSTEM/bin/app': file(name) },
  });

async function told(source: string, target: string): Promise<readonly string[]> {
  const { findings } = await check({ source, target, parts: ['l', 'm', 'o'], modes: 'build' });
  return findings.flatMap(({ code, message }) => (code === 'boot-recompress' ? [message] : []));
}

test(
  'integration: check tells what a package would save if zlib had packed the boot image, and nothing once it has',
  tools,
  async () => {
    const [v1, v2] = [build('v1', 4), build('v2', 5)];
    const [message = ''] = await told(v1, v2);
    assert.match(message, /about [0-9.]+ kB smaller/);
    assert.deepEqual(await told(v1, build('same', 4)), []);
    const output = join(work, 'prepared.zip');
    await prepare({ source: v2, output, recompress: 'boot' });
    assert.deepEqual(await told(v1, output), []);
  },
);
