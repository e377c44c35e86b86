import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { deflateRaw, inflateRaw } from 'pako';
import { deflateBest } from '../../../src/encode/deflate/best.js';
import { codeLengths, codesFor, log2 } from '../../../src/encode/deflate/codes.js';
import { noise, prose } from '../../applypatch/make-patch.js';

const source = readFileSync(fileURLToPath(import.meta.resolve('typescript/lib/lib.es5.d.ts')));

const cases: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.from('a')],
  ['two equal bytes', Buffer.from('aa')],
  ['a run', Buffer.alloc(258, 'a')],
  ['a run and a bit', Buffer.alloc(259, 'a')],
  ['zeros of several segments', Buffer.alloc(600_000)],
  ['noise', noise(5000, 1)],
  ['prose of several segments', prose(600_000, 2)],
  ['every byte', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
  ['a match at the farthest distance', Buffer.concat([noise(300, 3), noise(32_468, 4), noise(300, 3)])],
  ['a match just too far', Buffer.concat([noise(300, 5), noise(32_469, 6), noise(300, 5)])],
  ['text, then noise, then text', Buffer.concat([source, noise(50_000, 7), source])],
];

for (const [name, bytes] of cases) {
  test(`unit: inflates again: ${name}`, () => {
    const deflated = deflateBest(bytes);
    assert.ok(bytes.equals(inflateRawSync(deflated)));
    assert.ok(bytes.equals(inflateRaw(deflated)));
  });
}

test('property: inflates again, whatever the bytes', () => {
  const piece = fc.tuple(fc.nat(3), fc.nat(5), fc.integer({ min: 1, max: 700 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const parts = pieces.map(([kind, seed, size]) =>
        kind === 0 ? Buffer.alloc(size, seed) : kind === 1 ? noise(size, seed) : prose(size, seed),
      );
      const bytes = Buffer.concat(parts);
      assert.ok(bytes.equals(inflateRawSync(deflateBest(bytes))));
    }),
    { numRuns: 60 },
  );
});

test('integration: is smaller than zlib at its best', () => {
  const zlib = deflateRaw(source, { level: 9 }).length;
  const ours = deflateBest(source).length;
  assert.ok(ours < zlib * 0.98, `${ours} against ${zlib}`);
});

test('unit: takes no more than its time for what is hard to search', () => {
  const hard = Buffer.concat(
    Array.from({ length: 4000 }, (_, i) => Buffer.concat([Buffer.alloc(100, 'ab'), noise(3, i % 50)])),
  );
  const before = process.cpuUsage().user;
  assert.ok(hard.equals(inflateRawSync(deflateBest(hard))));
  assert.ok(process.cpuUsage().user - before < 8_000_000);
});

test('property: code lengths fill the code space, keep the limit, and are shorter for what is more frequent', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1_000_000), { minLength: 2, maxLength: 286 }),
      fc.constantFrom(9, 15),
      (list, limit) => {
        const counts = Uint32Array.from(list);
        const lengths = codeLengths(counts, limit);
        const kraft = lengths.reduce((sum, length) => sum + (length === 0 ? 0 : 2 ** -length), 0);
        assert.equal(kraft, 1);
        assert.ok(lengths.every((length) => length <= limit));
        list.forEach((count, i) => {
          if (count > 0) assert.ok((lengths[i] ?? 0) > 0);
          list.forEach((other, j) => {
            if (count > other && other > 0) assert.ok((lengths[i] ?? 0) <= (lengths[j] ?? 0));
          });
        });
      },
    ),
    { numRuns: 50 },
  );
  const fibonacci = new Uint32Array(40);
  for (let i = 0; i < 40; i++) fibonacci[i] = i < 2 ? 1 : (fibonacci[i - 1] ?? 0) + (fibonacci[i - 2] ?? 0);
  for (const limit of [7, 15]) assert.equal(Math.max(...codeLengths(fibonacci, limit)), limit);
});

test('unit: codes are a prefix code, bits reversed', () => {
  assert.deepEqual([...codesFor(Uint8Array.of(2, 1, 3, 3))], [0b01, 0b0, 0b011, 0b111]);
});

test('unit: log2 is near the real one', () => {
  for (const value of [1, 2, 3, 7, 100, 12_345, 1_000_000]) assert.ok(Math.abs(log2(value) - Math.log2(value)) < 1e-4);
});
