import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeKinds, randomPair } from './random-pair.js';
import { allNodes, makeTargetFiles } from './targetfiles.js';

test('unit: the same seed gives the same bytes, another seed others', () => {
  const [first, again, other] = [randomPair(7), randomPair(7), randomPair(8)];
  assert.ok(makeTargetFiles(first.source).equals(makeTargetFiles(again.source)));
  assert.ok(makeTargetFiles(first.target).equals(makeTargetFiles(again.target)));
  assert.ok(!makeTargetFiles(first.source).equals(makeTargetFiles(other.source)));
});

test('unit: every kind of change is there, and each tree can exist', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const pair = randomPair(seed);
    for (const kind of changeKinds) {
      assert.ok(
        pair.changes.some((change) => change.startsWith(`${kind} `)),
        kind,
      );
    }
    for (const side of [pair.source, pair.target]) {
      const nodes = allNodes(side);
      for (const path of nodes.keys()) {
        const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
        if (parent !== '') assert.equal(nodes.get(parent)?.kind, 'directory', `seed ${seed}: ${path}`);
      }
    }
  }
});
