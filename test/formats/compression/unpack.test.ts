import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { compressionAt } from '../../../src/formats/compression/kind.js';
import { unpack } from '../../../src/formats/compression/unpack.js';
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
  ['zstd', ['-q', '--no-check', '-1']],
  ['lz4', ['-l', '-9', '-q']],
  ['lz4', ['-q', '-9']],
  ['lz4', ['-q', '-B4', '-BD', '-BX', '--content-size']],
  ['lz4', ['-q', '-B7', '--no-frame-crc']],
  ['bzip2', ['-9']],
  ['bzip2', ['-1']],
  ['lzop', ['-9']],
  ['lzop', ['-1', '--crc32']],
  ['lzop', ['-3', '--no-checksum']],
];

for (const [tool, options] of tools) {
  test(`property: ${tool} ${options.join(' ')} is unpacked`, {
    skip: has(tool) ? false : `${tool} is not installed`,
  }, () => {
    for (const [name, plain] of inputs) {
      const packed = execFileSync(tool, ['-c', ...options], { input: plain, stdio: ['pipe', 'pipe', 'ignore'] });
      assert.ok(Buffer.from(unpack(packed, 1 << 20)).equals(plain), name);
      const behind = Buffer.concat([packed, Buffer.alloc(1000, 'behind')]);
      if (!options.includes('-l'))
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

test('unit: compressions are told by their magic', () => {
  assert.equal(compressionAt(Buffer.from('BZh91AY')), 'bzip2');
  assert.equal(compressionAt(Buffer.from('\x89LZO\0\r\n\x1a\n', 'latin1')), 'lzo');
  assert.equal(compressionAt(Buffer.from('plain')), undefined);
  assert.throws(() => unpack(Buffer.from('BZh91AY'), 10), /ends inside of a bzip2 stream/);
});

test('unit: a zstd frame that asks for gigabytes is refused', () => {
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]);
  assert.throws(() => unpack(frame, 1 << 20), /window of 2147483648 bytes is too large/);
});

const concatenating: readonly (readonly [string, readonly string[]])[] = [
  ['xz', []],
  ['gzip', ['-n']],
  ['zstd', ['-q']],
  ['lz4', ['-q']],
  ['lz4', ['-q', '-l']],
  ['bzip2', []],
];

for (const [tool, options] of concatenating) {
  const skip = has(tool) ? false : `${tool} is not installed`;
  test(`integration: streams of ${tool} ${options.join(' ')} that follow each other are unpacked all`, { skip }, () => {
    const pack = (input: Buffer): Buffer =>
      execFileSync(tool, ['-c', ...options], { input, stdio: ['pipe', 'pipe', 'ignore'] });
    const [first, second] = [words(5000), program.subarray(0, 50_000)];
    const file = Buffer.concat([pack(first), pack(second)]);
    const plain = Buffer.concat([first, second]);
    assert.ok(Buffer.from(unpack(file, 1 << 20)).equals(plain));
    assert.throws(() => unpack(file, plain.length - 1), FormatError);
  });
}

test('integration: many small blocks take no more room than what they hold', {
  skip: has('xz') ? false : 'xz is not installed',
}, () => {
  const blocks = 4000;
  const lz4 = Buffer.concat([
    Buffer.from([0x02, 0x21, 0x4c, 0x18]),
    ...Array.from({ length: blocks }, () => Buffer.from([2, 0, 0, 0, 0x10, 0x41])),
  ]);
  const plain = Buffer.alloc(blocks, 'A');
  const xz = execFileSync('xz', ['-c', '--block-size=1'], { input: plain, stdio: ['pipe', 'pipe', 'ignore'] });
  const before = process.memoryUsage().arrayBuffers;
  const results = [unpack(lz4, 64 << 20), unpack(xz, 64 << 20)];
  for (const result of results) {
    assert.ok(Buffer.from(result).equals(plain));
    assert.ok(result.buffer.byteLength <= 2 * blocks);
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 30);
});

test('integration: a second zstd frame that asks for gigabytes is refused too', {
  skip: has('zstd') ? false : 'no zstd',
}, () => {
  const first = execFileSync('zstd', ['-c', '-q'], { input: program, stdio: ['pipe', 'pipe', 'ignore'] });
  const second = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]);
  assert.throws(() => unpack(Buffer.concat([first, second]), 1 << 20), /window of 2147483648 bytes is too large/);
});

test('unit: an lzop block that claims more than LZO can hold is refused', () => {
  const header = Buffer.concat([
    Buffer.from('\x89LZO\0\r\n\x1a\n', 'latin1'),
    Buffer.from([0x10, 0x30, 0x20, 0xa0, 0x09, 0x40, 1, 5]),
    Buffer.alloc(4 * 4),
    Buffer.from([0]),
    Buffer.alloc(4),
  ]);
  const block = Buffer.alloc(8 + 4);
  block.writeUInt32BE(60 << 20, 0);
  block.writeUInt32BE(4, 4);
  assert.throws(() => unpack(Buffer.concat([header, block]), 64 << 20), /claims 62914560 bytes out of 4/);
});
