import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printedFor } from './quoted-output.js';

test('unit: a quoted line that is not printed, or not in that order, is found', () => {
  assert.deepEqual(printedFor('a 1 kB\n…\nb 22', 'x\na 9.5 MB\ny\nb 3', 'x.md'), ['a 9.5 MB', '…', 'b 3']);
  assert.throws(() => printedFor('b\na', 'a\nb', 'x.md'), /x\.md quotes what is not printed/);
  assert.throws(() => printedFor('a 1 kB', 'a one', 'x.md'), /is not printed/);
});
