import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableLines } from '../../src/report/table.js';

test('unit: columns line up, numbers at the right, no blanks at the end of a line', () => {
  const columns = [{ heading: 'path' }, { heading: 'bytes', align: 'right' as const }, { heading: 'note' }];
  assert.deepEqual(
    tableLines(columns, [
      ['/a', '1', 'x'],
      ['/süd', '1,000', ''],
    ]),
    ['path  bytes  note', '/a        1  x', '/süd  1,000'],
  );
});

test('unit: no rows, no table', () => {
  assert.deepEqual(tableLines([{ heading: 'path' }], []), []);
});
