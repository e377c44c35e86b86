import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showCount, showDuration, showSize } from '../../src/cli/quantities.js';
import { parseSize } from '../../src/model/size-words.js';

test('unit: sizes parse as GNU tools read them', () => {
  const cases: [text: string, bytes: number | undefined][] = [
    ['0', 0],
    ['4096', 4096],
    ['4096b', 4096],
    ['512K', 524288],
    ['512k', 524288],
    ['1G', 1024 ** 3],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['70MB', 70_000_000],
    ['70mb', 70_000_000],
    ['0x1000', 4096],
    ['', undefined],
    ['-1', undefined],
    ['1 G', undefined],
    ['1X', undefined],
    ['1e9', undefined],
    ['.5M', undefined],
    ['0x', undefined],
    ['99999999999999999999', undefined],
    ['9000000T', undefined],
  ];
  for (const [text, bytes] of cases) assert.equal(parseSize(text), bytes, text);
});

test('unit: sizes, durations and counts for people', () => {
  assert.deepEqual([0, 999, 1000, 999_940, 999_960, 70_300_000, 2e12].map(showSize), [
    '0 B',
    '999 B',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '70.3 MB',
    '2.0 TB',
  ]);
  assert.deepEqual([0, 380, 9949, 9960, 59_400, 59_600, 185_000, 3_723_000].map(showDuration), [
    '0.0 s',
    '0.4 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1:00 min',
    '3:05 min',
    '1:02:03 h',
  ]);
  assert.equal(showCount(1, 'file'), '1 file');
  assert.equal(showCount(1234567, 'file'), '1,234,567 files');
  assert.equal(showCount(0, 'entry', 'entries'), '0 entries');
});
