import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { compressWhole, estimateWhole, exact } from '../../../src/encode/deflate/whole.js';
import { noise, prose } from '../../applypatch/make-patch.js';

test('property: the checksum is CRC-32: the known check value, and any length', () => {
  const sumOf = (bytes: Uint8Array): number => compressWhole(Uint8Array.from(bytes), 'fast').crc32;
  assert.equal(sumOf(Buffer.from('123456789')), 0xcbf43926);
  assert.equal(sumOf(new Uint8Array(0)), 0);
  const slow = (bytes: Uint8Array): number => {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
    }
    return ~crc >>> 0;
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => sumOf(bytes) === slow(bytes)));
});

test('unit: what is compressed inflates to the same, at every effort', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(300_000), prose(70_000, 1), noise(70_000, 2)]) {
    for (const effort of ['fast', 'normal', 'best'] as const) {
      const packed = compressWhole(new Uint8Array(bytes), effort);
      const again = packed.method === 'stored' ? packed.bytes : inflateRawSync(packed.bytes);
      assert.ok(bytes.equals(again));
      assert.equal(packed.size, bytes.length);
      assert.equal(packed.crc32, crc32(bytes));
      assert.ok(packed.bytes.length <= bytes.length);
    }
  }
});

test('unit: what does not shrink is stored', () => {
  assert.equal(compressWhole(new Uint8Array(noise(1000, 3)), 'normal').method, 'stored');
  assert.equal(compressWhole(new Uint8Array(0), 'normal').method, 'stored');
});

test('unit: the estimate is near enough to tell a patch that is far smaller', () => {
  for (const bytes of [
    prose(1_000_000, 4),
    noise(1_000_000, 5),
    Buffer.concat([prose(500_000, 6), noise(500_000, 7)]),
  ]) {
    const real = compressWhole(new Uint8Array(bytes), 'normal').bytes.length;
    const estimate = estimateWhole(bytes);
    assert.ok(estimate > real * 0.6 && estimate < real * 1.6, `${estimate} for ${real}`);
  }
  assert.equal(estimateWhole(new Uint8Array(0)), 0);
});

test('unit: exact() keeps a buffer of just the size and copies any other', () => {
  const whole = new Uint8Array(10).fill(3);
  assert.equal(exact(whole).buffer, whole.buffer);
  const part = exact(whole.subarray(2, 5));
  assert.equal(part.buffer.byteLength, 3);
  assert.deepEqual([...part], [3, 3, 3]);
});

test('unit: exact() never gives a pool of Node, which no thread may be handed', () => {
  // Node allocates the pool anew when it is used up; a Buffer of the pool's own size is the whole pool.
  for (const size of [8 << 10, 64 << 10, Buffer.poolSize]) {
    const pool = Buffer.from(new Uint8Array(size).buffer);
    const copy = exact(pool);
    assert.notEqual(copy.buffer, pool.buffer);
    structuredClone(copy, { transfer: [copy.buffer] });
    assert.equal(copy.length, 0, 'it was handed over');
  }
});
