/** Files that describe a build and are no text, or one in UTF-16: one fault, or none. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBuild } from '../../../src/input/open-build.js';
import { InputError } from '../../../src/model/errors.js';
import { file, makeTargetFiles } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('no-text');
const described = ['META/misc_info.txt', 'META/filesystem_config.txt', 'RECOVERY/recovery.fstab'] as const;
const nonsense: Readonly<Record<string, string | Buffer>> = {
  'an HTML page': '<!DOCTYPE html><html><body>404</body></html>',
  'a pointer of Git LFS': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9000000\n',
  'a JSON document': '{"error":"not found"}',
  'an XML document': '<?xml version="1.0"?><Error/>',
  'a gzip file': Buffer.from('1f8b0800', 'hex'),
  'a zip': 'PK\x03\x04and so on',
  zeros: Buffer.alloc(400),
  'erased flash': Buffer.alloc(400, 0xff),
  'bytes of any kind': Buffer.from(Array.from({ length: 256 }, (_, at) => at)),
};

async function readWith(name: string, bytes: string | Buffer) {
  const path = join(work, 'build.zip');
  writeFileSync(path, makeTargetFiles({ nodes: { [name]: file(bytes) } }));
  const { build, content } = await openBuild(path, { modes: 'build', role: 'target' });
  await content.close();
  return build;
}

for (const name of described) {
  for (const [title, bytes] of Object.entries(nonsense)) {
    test(`unit: ${name} that is ${title} is one fault`, async () => {
      await assert.rejects(readWith(name, bytes), (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.deepEqual(
          error.faults.map(({ code, place }) => [code, place?.entry]),
          [['metadata-no-text', name]],
        );
        const [fault] = error.faults;
        for (const words of [fault?.message, fault?.found, fault?.expected, fault?.remedy]) assert.ok(words);
        return true;
      });
    });
  }
}

test('unit: the same in UTF-16 is read as in UTF-8', async () => {
  const misc = 'recovery_api_version=3\nfstab_version=1\nboot_size=0x100000\n';
  const bytes = Buffer.from(`\ufeff${misc}`, 'utf16le');
  assert.equal((await readWith('META/misc_info.txt', bytes)).misc.bootSize, 0x100000);
  assert.equal((await readWith('META/misc_info.txt', Buffer.from(bytes).swap16())).misc.bootSize, 0x100000);
});

test('unit: many lines with the same fault are one', async () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `system/file${at} root root 755\n`).join('');
  await assert.rejects(readWith('META/filesystem_config.txt', lines), (error: unknown) => {
    assert.ok(error instanceof InputError);
    assert.equal(error.faults.length, 1);
    assert.match(
      error.faults[0]?.found ?? '',
      /^3000 such lines: line 1, line 2, line 3 and 2997 more; the first: system/,
    );
    return true;
  });
});
