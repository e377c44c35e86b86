import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { compressionAt, unpack } from '../../../src/formats/compression/unpack.js';
import { FormatError } from '../../../src/formats/format-error.js';
import { has, words } from '../../audit/support.js';

const program = readFileSync('/bin/ls').subarray(0, 120_000);
const inputs: readonly (readonly [string, Buffer])[] = [
  ['a program', program],
  ['words', words(8000)],
  ['one byte', Buffer.from('x')],
  ['zeros', Buffer.alloc(300_000)],
];
const tools: readonly (readonly [string, readonly string[]])[] = [
  ['xz', ['-9']],
  ['xz', ['-0', '--check=sha256']],
  ['xz', ['--check=none', '--block-size=50000']],
  ['xz', ['--arm', '--lzma2=dict=32MiB']],
  ['xz', ['--armthumb', '--lzma2=preset=6']],
  ['xz', ['--lzma2=preset=6,lc=0,lp=2,pb=0']],
  ['xz', ['--format=lzma']],
  ['gzip', ['-9n']],
  ['zstd', ['-q', '-19']],
  ['lz4', ['-l', '-9', '-q']],
];

for (const [tool, options] of tools) {
  test(`${tool} ${options.join(' ')} is unpacked`, { skip: has(tool) ? false : `${tool} is not installed` }, () => {
    for (const [name, plain] of inputs) {
      const packed = execFileSync(tool, ['-c', ...options], { input: plain, stdio: ['pipe', 'pipe', 'ignore'] });
      assert.ok(Buffer.from(unpack(packed, 1 << 20)).equals(plain), name);
      const behind = Buffer.concat([packed, Buffer.alloc(1000, 'behind')]);
      if (tool !== 'zstd' && tool !== 'lz4')
        assert.ok(Buffer.from(unpack(behind, 1 << 20)).equals(plain), `${name}, with more behind`);
      if (plain.length > 1000) assert.throws(() => unpack(packed, 1000), FormatError, `${name} beyond the limit`);
    }
    const packed = execFileSync(tool, ['-c', ...options], { input: program, stdio: ['pipe', 'pipe', 'ignore'] });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: packed.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        (at, byte, cut) => {
          const broken = cut ? packed.subarray(0, at) : Buffer.from(packed);
          if (!cut) broken[at] = byte;
          try {
            assert.ok(unpack(broken, 1 << 20).length <= 1 << 20);
          } catch (error) {
            assert.ok(error instanceof FormatError, String(error));
          }
        },
      ),
      { numRuns: 25 },
    );
  });
}

test('compressions are told by their magic', () => {
  assert.equal(compressionAt(Buffer.from('BZh91AY')), 'bzip2');
  assert.equal(compressionAt(Buffer.from('plain')), undefined);
  assert.throws(() => unpack(Buffer.from('BZh91AY'), 10), /bzip2 is not unpacked here/);
});

test('a zstd frame that asks for gigabytes is refused', () => {
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]);
  assert.throws(() => unpack(frame, 1 << 20), /window of 2147483648 bytes is too large/);
});
