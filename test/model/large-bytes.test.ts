import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newBytes, pieceFor, roomFor } from '../../src/model/large-bytes.js';

test('unit: arrays of some megabytes are the beginnings of buffers longer than 32 MiB, others have just their size', () => {
  for (const length of [0, 1, 2 ** 20 - 1]) assert.equal(newBytes(length).buffer.byteLength, length);
  for (const length of [2 ** 20, 12_345_678, 2 ** 25]) {
    const bytes = newBytes(length);
    assert.equal(bytes.length, length);
    assert.equal(bytes.byteOffset, 0);
    assert.ok(bytes.buffer.byteLength > 2 ** 25);
    assert.ok(bytes.subarray(0, 100).every((byte) => byte === 0));
  }
  assert.equal(roomFor(2 ** 25 + 1), 2 ** 25 + 1);
});

test('unit: pieces hold all of what is unpacked, and one byte more, but are never longer than a buffer that is asked for anyway', () => {
  for (const limit of [0, 100, 2 ** 20, 2 ** 25]) assert.ok(pieceFor(limit) > limit);
  assert.ok(pieceFor(2 ** 40) <= 2 ** 26);
  assert.ok(pieceFor(0) >= 64);
});
