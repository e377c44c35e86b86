import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { didYouMean } from '../../../src/checks/lists/near-path.js';
import { nearest } from '../../../src/model/nearest.js';

/** The whole table, as in a textbook. */
function edits(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      line.push(Math.min(replaced, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above[b.length] ?? 0;
}

const text = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 16 }).map((units) => units.join(''));

test('property: the nearest text is the first of those with the fewest edits, within the limit', () => {
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 8 }), (wanted, candidates) => {
      const limit = Math.min(3, Math.floor(wanted.length / 4));
      const near = candidates.map((one) => edits(wanted, one));
      const least = Math.min(...near);
      assert.equal(nearest(wanted, candidates), least <= limit ? candidates[near.indexOf(least)] : undefined);
    }),
    { numRuns: 5000 },
  );
});

test('unit: folders are put before a line only where somebody may have left them out', () => {
  const under = (folders: number): string => `${'d/'.repeat(folders)}lib/x.so`;
  const matches = (path: string): boolean => path === 'lib/x.so';
  assert.equal(didYouMean('lib/x.so', matches, [under(16)]), under(16));
  assert.equal(didYouMean('lib/x.so', matches, [under(17)]), undefined);
});
