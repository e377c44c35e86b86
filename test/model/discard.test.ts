import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discard } from '../../src/model/discard.js';

test('unit: what is discarded is empty at once, with all views of it; what is short or shared is left alone', () => {
  const long = new Uint8Array(2 ** 20).fill(1);
  const view = long.subarray(10, 20);
  const short = new Uint8Array(10).fill(1);
  const shared = new Uint8Array(new SharedArrayBuffer(2 ** 20)).fill(1);
  discard(long, view, short, shared);
  assert.deepEqual([long.length, view.length, short.length, shared.length], [0, 0, 10, 2 ** 20]);
  // Once more does no harm.
  discard(long, view);
});

test('unit: the pool of small buffers is left alone, with those of others', () => {
  const size = Buffer.poolSize;
  try {
    Buffer.poolSize = 2 ** 20;
    // The pool of the size before is used up first.
    Buffer.allocUnsafe(2 ** 18);
    const [one, other] = [Buffer.from('one'.repeat(100)), Buffer.from('other')];
    assert.ok(one.buffer.byteLength >= 2 ** 20);
    discard(one);
    assert.equal(other.toString(), 'other');
    assert.equal(one.length, 300);
  } finally {
    Buffer.poolSize = size;
  }
});

test('integration: memory is given back without a garbage collection', () => {
  const before = process.memoryUsage().arrayBuffers;
  const held: Uint8Array[] = [];
  for (let i = 0; i < 20; i += 1) {
    const bytes = new Uint8Array(8 * 2 ** 20).fill(1);
    held.push(bytes);
    discard(bytes);
    assert.ok(process.memoryUsage().arrayBuffers - before < 3 * 8 * 2 ** 20);
  }
  assert.ok(held.every(({ length }) => length === 0));
});
