import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEncodable } from '../../../src/encode/bsdiff/encodable.js';

const megabyte = 1024 * 1024;

test('unit: patches are made up to what the engine can hold, and not from or to nothing', () => {
  assert.ok(isEncodable(1, 1));
  assert.ok(isEncodable(100 * megabyte, 100 * megabyte));
  assert.ok(isEncodable(300 * megabyte, 300 * megabyte));
  assert.ok(!isEncodable(0, 1));
  assert.ok(!isEncodable(1, 0));
  assert.ok(!isEncodable(1000 * megabyte, 1000 * megabyte));
  for (const size of [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40]) {
    assert.ok(!isEncodable(size, 1), `from ${size}`);
    assert.ok(!isEncodable(1, size), `to ${size}`);
  }
});
