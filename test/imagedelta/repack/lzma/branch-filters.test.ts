import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { filterBranches } from '../../../../src/imagedelta/decoder/repack/lzma/branch-filters.js';
import { undoFilter } from '../../../../src/imagedelta/repack/lzma/undo-filter.js';

/** Words of which many are branches. */
const code = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 0xffffff }).map((low) => 0xeb000000 + low),
      fc.integer({ min: 0, max: 0x3ffffff }).map((low) => 0x94000000 + low),
      fc.integer({ min: 0, max: 0xffffff }).map((low) => 0x90000000 + low),
      fc.integer({ min: 0, max: 0x3fffff }).map((low) => 0xf800f000 + (low & 0x7ff) * 65_536 + (low >> 11)),
    ),
    { maxLength: 60 },
  )
  .chain((words) => {
    const bytes = Buffer.alloc(4 * words.length);
    for (const [index, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, 4 * index);
    return fc
      .integer({ min: 0, max: 3 })
      .map((cut) => Uint8Array.from(bytes.subarray(0, Math.max(0, bytes.length - cut))));
  });

for (const filter of [0, 7, 8, 10] as const) {
  test(`property: filter ${filter} undone by both sides gives the same text, which filtered is what it was`, () => {
    fc.assert(
      fc.property(code, (bytes) => {
        const text = undoFilter(filter, bytes);
        assert.deepEqual(filterBranches(filter, bytes, 'undo'), text);
        assert.deepEqual(filterBranches(filter, text, 'apply'), bytes);
      }),
    );
  });
}
