import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainText } from '../../../src/formats/text/plain-text.js';
import { lineEndFindings } from '../../../src/input/lists/line-ends.js';

test('unit: a byte order mark and Windows line ends are told once each', () => {
  const told = (text: string) => {
    const bytes = Buffer.from(text, 'latin1');
    return lineEndFindings('noota', bytes, plainText(bytes)).map(({ code, place }) => `${code}:${place?.line}`);
  };
  assert.deepEqual(told('SYSTEM/a\nSYSTEM/b\n'), []);
  assert.deepEqual(told('\xef\xbb\xbfSYSTEM/a\nSYSTEM/b\r\nSYSTEM/c\r\n'), ['list-byte-order-mark:1', 'list-crlf:2']);
  const wide = Buffer.from('\ufeffSYSTEM/a\r\n', 'utf16le');
  assert.deepEqual(told(wide.toString('latin1')), ['list-byte-order-mark:1', 'list-crlf:1']);
  assert.deepEqual(told(wide.swap16().toString('latin1')), ['list-byte-order-mark:1', 'list-crlf:1']);
});
