import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editsBetween } from '../../../../src/audit/compare/text/edits.js';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });

/** Length of the longest common subsequence, by the table that textbooks give. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const line of a) {
    const next = [0];
    b.forEach(
      (other, j) => void next.push(line === other ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0)),
    );
    row = next;
  }
  return row[b.length] ?? 0;
}

test('property: applied to the old lines, the edits give the new ones, and there is no shorter list', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const edits = editsBetween(before, after);
      assert.ok(edits !== undefined);
      const rebuilt = edits.flatMap((edit) =>
        edit.sign === '-' ? [] : [edit.sign === '+' ? after[edit.after] : before[edit.before]],
      );
      const consumed = edits.flatMap((edit) => (edit.sign === '+' ? [] : [edit.before]));
      assert.deepEqual(rebuilt, after);
      assert.deepEqual(
        consumed,
        before.map((_, i) => i),
      );
      assert.equal(edits.filter((edit) => edit.sign === ' ').length, longestCommon(before, after));
    }),
    { numRuns: 500 },
  );
});

test('unit: texts with nothing in common beyond the limit are given up', () => {
  const numbers = (from: number): readonly string[] => Array.from({ length: 2000 }, (_, i) => String(from + i));
  assert.equal(editsBetween(numbers(0), numbers(5000)), undefined);
});
