import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BuildPath, isWithin, toBuildPath } from '../../src/model/path.js';
import { PathTree } from '../../src/model/path-tree.js';
import { SortedPaths } from '../../src/model/sorted-paths.js';

const path = fc
  .array(fc.constantFrom('a', 'b', 'a-', 'a.b'), { minLength: 1, maxLength: 4 })
  .map((parts) => toBuildPath(parts.join('/')));
const step = fc.tuple(fc.constantFrom('set', 'set', 'set', 'delete', 'tree'), path);

test('property: a tree of paths holds what a plain map holds, whatever is put in and taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const tree = new PathTree<number>();
      const plain = new Map<BuildPath, number>();
      for (const [index, [what, at]] of steps.entries()) {
        if (what === 'set') {
          tree.set(at, index);
          plain.set(at, index);
        } else if (what === 'delete') {
          tree.delete(at);
          plain.delete(at);
        } else {
          const removed: number[] = [];
          for (const [other, value] of [...plain]) {
            if (!isWithin(other, at)) continue;
            removed.push(value);
            plain.delete(other);
          }
          assert.deepEqual([...tree.deleteTree(at)].sort(), removed.sort());
        }
        assert.deepEqual([...tree.entries].sort(), [...plain].sort());
        assert.equal(tree.has(at), plain.has(at));
        assert.equal(tree.get(at), plain.get(at));
      }
    }),
    { numRuns: 2000 },
  );
});

test('property: what lies within a folder is found in byte order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 30 }), path, (paths, folder) => {
      const sorted = new SortedPaths(paths);
      assert.deepEqual(
        [...sorted.within(folder)],
        sorted.all.filter((one) => isWithin(one, folder)),
      );
      assert.deepEqual(
        [...sorted.startingWith(folder)],
        sorted.all.filter((one) => one.startsWith(folder)),
      );
    }),
    { numRuns: 1000 },
  );
});
