import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineEndFindings } from '../../../src/input/lists/line-ends.js';

test('unit: a byte order mark and Windows line ends are told once each', () => {
  const told = (text: string) => lineEndFindings('noota', text).map(({ code, place }) => `${code}:${place?.line}`);
  assert.deepEqual(told('SYSTEM/a\nSYSTEM/b\n'), []);
  assert.deepEqual(told('\xef\xbb\xbfSYSTEM/a\nSYSTEM/b\r\nSYSTEM/c\r\n'), ['list-byte-order-mark:1', 'list-crlf:2']);
});
