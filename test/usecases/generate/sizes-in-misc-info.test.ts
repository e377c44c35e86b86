import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../../src/model/errors.js';
import { withGenerated } from '../../support/generated.js';
import { file, type TargetFilesSpec } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

function bootImage(text: string): Buffer {
  const header = Buffer.alloc(2048);
  header.write('ANDROID!', 'latin1');
  header.writeUInt32LE(4096, 8);
  header.writeUInt32LE(2048, 36);
  return Buffer.concat([header, Buffer.alloc(4096, text)]);
}

const [oldBoot, newBoot] = [bootImage('old kernel'), bootImage('new kernel')];
const spec = (boot: Buffer, misc: Readonly<Record<string, string>>): TargetFilesSpec => ({
  misc,
  nodes: { 'BOOTABLE_IMAGES/boot.img': file(boot), 'SYSTEM/conf': file(`${misc.boot_size}`) },
});
const size = newBoot.length;

/** boot_size of source and target, whether the kernel changes, and whether a package may be made. */
const rows: readonly (readonly [source: number, target: number, changes: boolean, made: boolean])[] = [
  [size, size, true, true],
  [0x2400000, 0x2400000, true, true],
  [size - 1, size - 1, true, false],
  [size - 1, 0x2400000, true, false],
  [0x2400000, size - 1, true, false],
  [1, 1, true, false],
  [0, 0, true, true],
  // nothing is written: the kernel that is there fits
  [size - 1, size - 1, false, true],
];

test('integration: a boot image that does not fit its partition is refused before anything is made', async () => {
  for (const [index, [source, target, changes, made]] of rows.entries()) {
    const folder = workFolder(`boot-size-${index}`);
    const run = withGenerated(
      folder,
      {
        source: spec(oldBoot, { boot_size: `${source}` }),
        target: spec(changes ? newBoot : oldBoot, { boot_size: `0x${target.toString(16)}` }),
      },
      {},
      async ({ generated }) => generated.verification?.proved,
    );
    const row = `${source} ${target} ${changes}`;
    if (made) assert.equal(await run, true, row);
    else {
      await assert.rejects(run, (error) => {
        assert.ok(error instanceof InputError, row);
        assert.deepEqual(
          error.faults.map(({ code }) => code),
          ['boot-too-large'],
          row,
        );
        return true;
      });
      assert.equal(existsSync(join(folder, 'update.zip')), false, row);
    }
  }
});

test('integration: an impossible block size is told by generate, and the package is proved all the same', async () => {
  for (const blocksize of ['0', '0xffffffff', '1000', '65537']) {
    const misc = { blocksize };
    await withGenerated(
      workFolder(`block-size-${blocksize}`),
      { source: spec(oldBoot, misc), target: spec(newBoot, misc) },
      {},
      async ({ generated }) => {
        assert.equal(generated.verification?.proved, true, blocksize);
        const told = generated.findings.filter(({ code }) => code === 'block-size-unfit');
        assert.equal(told.length, 2, blocksize);
      },
    );
  }
});
