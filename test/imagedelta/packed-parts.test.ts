import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { findPackedParts } from '../../src/imagedelta/packed-parts.js';
import { packedPartsOf } from '../../src/usecases/image-delta/packed-parts.js';
import { seededRandom } from '../support/random.js';
import { changeProgram, linkProgram, makeProgram } from './code-images.js';
import { plainPlan } from './vector-cases.js';

const program = makeProgram('thumb', 41, 400);
const [old, fresh] = [linkProgram(program), linkProgram(changeProgram(program, 42))];
const random = seededRandom(43);
const [before, after] = [random.bytes(700), random.bytes(333)];

/** Ways to pack that Debian has, by the name of what is found. */
const packers: Readonly<Record<string, readonly string[]>> = {
  gzip: ['gzip', '-9', '-n', '-c'],
  xz: ['xz', '-6', '-c', '--check=crc32'],
  lzma: ['xz', '--format=lzma', '-6', '-c'],
  zstd: ['zstd', '-q', '-19', '-c'],
  lz4: ['lz4', '-q', '-9', '-c'],
  bzip2: ['bzip2', '-c'],
};

for (const [kind, [program_ = '', ...words]] of Object.entries(packers)) {
  const missing = spawnSync(program_, ['--version'], { stdio: 'ignore' }).status !== 0;
  test(`integration: a part that ${program_} has packed is found as ${kind}, with its price`, {
    skip: missing && `${program_} is missing`,
  }, () => {
    const image = (content: Uint8Array): Buffer =>
      Buffer.concat([before, spawnSync(program_, words, { input: content, maxBuffer: 2 ** 26 }).stdout, after]);
    const [from, to] = [image(old), image(fresh)];
    const found = findPackedParts(to).map(({ at, length, kind: as, unpacked }) => [
      as,
      at,
      length,
      Buffer.compare(unpacked, fresh),
    ]);
    assert.deepEqual(found, [[kind, before.length, to.length - before.length - after.length, 0]]);
    const [part] = packedPartsOf(from, to, plainPlan, []);
    assert.ok(part?.hasOld);
    assert.ok(part.costUnpacked < part.costPacked / 2, `${part.costUnpacked} of ${part.costPacked}`);
  });
}

test('unit: what only begins like a packed part is none, and a part without an old one is told so', () => {
  const magics = ['\x1f\x8b\x08', '\xfd7zXZ\0', '\x28\xb5\x2f\xfd', '\x5d\0\0\x10\0', 'BZh9'].map((text) =>
    Buffer.from(text, 'latin1'),
  );
  const noise = Buffer.concat(magics.flatMap((magic) => [magic, random.bytes(2000)]));
  assert.deepEqual(findPackedParts(noise), []);
  const packed = gzipSync(fresh);
  const [part] = packedPartsOf(before, Buffer.concat([after, packed]), plainPlan, []);
  assert.deepEqual([part?.compression, part?.at, part?.hasOld], ['gzip', after.length, false]);
});
