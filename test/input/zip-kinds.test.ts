/** Zips in which every entry has the same fault: one message. Names of other encodings. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { openBuild } from '../../src/input/open-build.js';
import { InputError } from '../../src/model/errors.js';
import { displayName } from '../../src/model/path.js';
import { file, makeTargetFiles, zipEntries } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const work = workFolder('zip-kinds');
const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`SYSTEM/etc/conf.d/${at}`, file(`${at}`)]));

test('unit: a zip with a password is one fault, however many entries it has', async () => {
  const path = join(work, 'encrypted.zip');
  const bytes = makeTargetFiles({ nodes: many });
  for (const [mark, at] of [
    ['PK\x01\x02', 8],
    ['PK\x03\x04', 6],
  ] as const) {
    for (let found = bytes.indexOf(mark, 0, 'latin1'); found >= 0; found = bytes.indexOf(mark, found + 4, 'latin1'))
      bytes[found + at] = (bytes[found + at] ?? 0) | 1;
  }
  writeFileSync(path, bytes);
  await assert.rejects(openBuild(path, { modes: 'build' }), (error: unknown) => {
    assert.ok(error instanceof InputError);
    assert.deepEqual(
      error.faults.map(({ code }) => code),
      ['zip-encrypted'],
    );
    assert.match(error.faults[0]?.found ?? '', /^\d+ such entries: /);
    return true;
  });
});

test('unit: a Unicode path field that is no UTF-8 does not count', async () => {
  const name = Buffer.from('SYSTEM/d/\x7f', 'latin1');
  const field = Buffer.alloc(5);
  field[0] = 1;
  field.writeUInt32LE(crc32(name), 1);
  const other = (bytes: Buffer): Buffer => {
    const data = Buffer.concat([field, bytes]);
    const head = Buffer.alloc(4);
    head.writeUInt16LE(0x7075, 0);
    head.writeUInt16LE(data.length, 2);
    return Buffer.concat([head, data]);
  };
  const namesWith = async (bytes: Buffer): Promise<readonly string[]> => {
    const path = join(work, 'unicode.zip');
    const extra = other(bytes);
    writeFileSync(path, buildZip([...zipEntries({}), { name: name.toString('latin1'), mode: 0o100644, extra }]));
    const { build, content } = await openBuild(path, { modes: 'build' });
    await content.close();
    return [...build.entries.keys()].map(displayName).filter((each) => each.startsWith('SYSTEM/d/'));
  };
  assert.deepEqual(await namesWith(Buffer.from('SYSTEM/d/\xc1\xbf', 'latin1')), ['SYSTEM/d/\\x7f']);
  assert.deepEqual(await namesWith(Buffer.from('SYSTEM/d/\u00fc')), ['SYSTEM/d/\u00fc']);
});
