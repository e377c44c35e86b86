import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, writeFileSync } from 'node:fs';
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

/** Where a size is stated, for which image, and the code with which a larger one is refused. */
const stated: readonly (readonly [
  what: string,
  says: { readonly fstab?: string; readonly misc?: Readonly<Record<string, string>> },
  code: string | undefined,
])[] = [
  ['fstab version 1, boot', { fstab: `/boot mtd boot length=${size - 1}\n/system ubifs system\n` }, 'boot-too-large'],
  [
    'fstab version 1, another option before',
    { fstab: `/boot mtd boot ro,length=${size - 1}\n/system ubifs system\n` },
    'boot-too-large',
  ],
  [
    'fstab version 1, in hexadecimal',
    { fstab: `/boot mtd boot length=0x${(size - 1).toString(16)}\n/system ubifs system\n` },
    'boot-too-large',
  ],
  ['a length that is reserved', { fstab: '/boot mtd boot length=-16384\n/system ubifs system\n' }, undefined],
  ['a length that is no number', { fstab: '/boot mtd boot length=all\n/system ubifs system\n' }, undefined],
  ['a length that fits', { fstab: `/boot mtd boot length=${size}\n/system ubifs system\n` }, undefined],
  [
    'fstab version 2, boot',
    {
      fstab: `boot /boot mtd defaults wait,length=${size - 1}\nsystem /system ubifs defaults wait\n`,
      misc: { fstab_version: '2', recovery_api_version: '3' },
    },
    'boot-too-large',
  ],
  ['an image of the multifota list', { misc: { custom_size: `${size - 1}` } }, 'image-too-large'],
  ['an image of the multifota list that fits', { misc: { custom_size: `0x${size.toString(16)}` } }, undefined],
  [
    'an image by fstab',
    { fstab: `/boot mtd boot\n/custom mtd custom length=${size - 1}\n/system ubifs system\n` },
    'image-too-large',
  ],
];

test('integration: sizes of recovery.fstab and of other partitions count as well as boot_size', async () => {
  const lists = workFolder('stated-size-lists');
  writeFileSync(join(lists, 'quectel_multifota_filelist.txt'), 'MULTIFOTA/custom.bin custom\n');
  for (const [index, [what, more, code]] of stated.entries()) {
    const build = (boot: Buffer): TargetFilesSpec => {
      const { nodes } = spec(boot, {});
      const fstab = more.fstab === undefined ? {} : { 'RECOVERY/recovery.fstab': file(more.fstab) };
      return { misc: more.misc ?? {}, nodes: { ...nodes, ...fstab, 'MULTIFOTA/custom.bin': file(boot) } };
    };
    const run = withGenerated(
      workFolder(`stated-size-${index}`),
      { source: build(oldBoot), target: build(newBoot), lists },
      { parts: ['l', 'm', 'o', 'minor'] },
      async ({ generated }) => generated.verification?.proved,
    );
    if (code === undefined) assert.equal(await run, true, what);
    else
      await assert.rejects(run, (error) => {
        assert.ok(error instanceof InputError, `${what}: ${error}`);
        assert.deepEqual(
          error.faults.map((fault) => fault.code),
          [code],
          what,
        );
        return true;
      });
  }
});
