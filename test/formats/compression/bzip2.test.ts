import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decompressBzip2, openBzip2 } from '../../../src/formats/compression/bzip2.js';
import { bzip2, faultOf, noise, prose } from '../../applypatch/make-patch.js';
import { without } from '../../support/tools.js';

const maxSize = 1 << 26;

function zeros(size: number): Buffer {
  return Buffer.alloc(size);
}

const cases: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['nothing', zeros(0)],
  ['one byte', Buffer.from('a')],
  ['three equal bytes', Buffer.from('aaa')],
  ['four equal bytes: a run without repeats', Buffer.from('aaaa')],
  ['five equal bytes', Buffer.from('aaaaa')],
  ['259 equal bytes: the longest run', zeros(259)],
  ['260 equal bytes', zeros(260)],
  ['a run across the end of a block', Buffer.concat([noise(899_980, 1), zeros(5000), noise(100, 2)])],
  ['ten million zeros', zeros(10_000_000)],
  ['noise of several blocks', noise(2_000_000, 3)],
  ['prose of several blocks', prose(2_500_000, 4)],
  ['periodic', Buffer.alloc(1_000_000, 'abcabd')],
  ['every byte', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7) & 255))],
];

for (const [name, bytes] of cases) {
  test(`unit: decodes ${name}`, { skip: without('bzip2') }, () => {
    for (const level of [1, 9]) {
      assert.ok(bytes.equals(decompressBzip2(bzip2(bytes, level), { maxSize })), `level ${level}`);
    }
  });
}

test('property: decodes what bzip2 makes of arbitrary bytes', { skip: without('bzip2') }, () => {
  const runs = fc.array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 600 })), { maxLength: 60 });
  fc.assert(
    fc.property(runs, (list) => {
      const bytes = Buffer.concat(list.map(([byte, count]) => Buffer.alloc(count, byte)));
      assert.ok(bytes.equals(decompressBzip2(bzip2(bytes), { maxSize })));
    }),
    { numRuns: 40 },
  );
});

test('unit: gives the same bytes in pieces of any size', { skip: without('bzip2') }, () => {
  const bytes = Buffer.concat([zeros(1000), prose(20_000, 5), zeros(300), Buffer.from('aaaab'), noise(500, 6)]);
  const packed = bzip2(bytes);
  for (const step of [1, 2, 3, 7, 255, 256, 4096]) {
    const reader = openBzip2(packed);
    const out = Buffer.alloc(bytes.length);
    for (let at = 0; at < bytes.length; at += step) reader.read(out, at, Math.min(bytes.length, at + step));
    assert.equal(reader.finish(), packed.length);
    assert.ok(bytes.equals(out), `step ${step}`);
  }
});

test('unit: a stream that is cut anywhere is truncated, not endless', { skip: without('bzip2') }, () => {
  const packed = bzip2(prose(3000, 7));
  for (let size = 0; size < packed.length; size++) {
    assert.equal(
      faultOf(() => decompressBzip2(packed.subarray(0, size), { maxSize })),
      'bzip2-truncated',
      `${size} bytes`,
    );
  }
});

test('unit: no damaged byte goes unnoticed', { skip: without('bzip2') }, () => {
  const packed = bzip2(prose(2000, 8));
  const seen = new Set<string>();
  for (let at = 0; at < packed.length; at++) {
    for (const mask of [1, 0x80, 0xff]) {
      const damaged = Buffer.from(packed);
      damaged[at] = (damaged[at] ?? 0) ^ mask;
      const code = faultOf(() => decompressBzip2(damaged, { maxSize }));
      // The last bits only fill the byte; and a larger announced block size changes nothing for a small stream.
      if (at < packed.length - 1 && at !== 3) assert.notEqual(code, 'none', `byte ${at} ^ ${mask}`);
      seen.add(code);
    }
  }
  for (const code of ['bzip2-crc', 'bzip2-data', 'bzip2-header', 'bzip2-randomised']) assert.ok(seen.has(code), code);
});

test('property: random bytes behind a good start end in a fault', { skip: without('bzip2') }, () => {
  const head = bzip2(noise(100, 9)).subarray(0, 14);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (tail) => {
      assert.match(
        faultOf(() => decompressBzip2(Buffer.concat([head, tail]), { maxSize })),
        /^bzip2-/,
      );
    }),
    { numRuns: 500 },
  );
});

test('unit: a bomb stops at the limit', { skip: without('bzip2') }, () => {
  const bomb = bzip2(zeros(20_000_000));
  assert.ok(bomb.length < 100);
  assert.equal(
    faultOf(() => decompressBzip2(bomb, { maxSize: 100_000 })),
    'too-large',
  );
  assert.equal(decompressBzip2(bomb, { maxSize: 20_000_000 }).length, 20_000_000);
});

test('unit: what follows the stream is told', { skip: without('bzip2') }, () => {
  const packed = bzip2(Buffer.from('abc'));
  assert.equal(
    faultOf(() => decompressBzip2(Buffer.concat([packed, packed]), { maxSize })),
    'leftover-bytes',
  );
});
