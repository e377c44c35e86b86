import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  emptyMap,
  mapDelete,
  mapEntries,
  mapGet,
  mapSet,
  type PersistentMap,
} from '../../src/device/persistent-map.js';

const key = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(2 ** 31, 2 ** 32, -1, 31, 32, 1024, 32768));

test('property: behaves as a Map does, and never changes an older state', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), key, fc.integer()), { maxLength: 80 }), (steps) => {
      const model = new Map<number, number>();
      const states: [PersistentMap<number, number>, [number, number][]][] = [];
      let map = emptyMap<number, number>();
      const sorted = (all: Iterable<[number, number]>) => [...all].sort(([a], [b]) => a - b);
      for (const [set, at, value] of steps) {
        if (set) model.set(at, value);
        else model.delete(at);
        map = set ? mapSet(map, at, value) : mapDelete(map, at);
        states.push([map, sorted(model)]);
      }
      for (const [state, expected] of states) {
        assert.deepEqual(sorted(mapEntries(state)), expected);
        assert.equal(state.size, expected.length);
        for (const [at, value] of expected) assert.equal(mapGet(state, at), value);
      }
    }),
  );
});

test('unit: names with equal hashes are kept apart', () => {
  // both have the same 32-bit FNV-1a hash
  const [a, b] = ['costarring', 'liquid'];
  let map = mapSet(mapSet(emptyMap<string, number>(), a, 1), b, 2);
  assert.deepEqual([mapGet(map, a), mapGet(map, b), map.size], [1, 2, 2]);
  map = mapDelete(map, a);
  assert.deepEqual([mapGet(map, a), mapGet(map, b), map.size], [undefined, 2, 1]);
});

test('unit: maps of the same keys are gone through alike, however they were made', () => {
  const names = ['costarring', 'a', 'liquid', 'b', 'c'];
  const order = (all: readonly string[]): readonly string[] =>
    mapEntries(all.reduce((map, name) => mapSet(map, name, 1), emptyMap<string, number>())).map(([name]) => name);
  assert.deepEqual(order(names), order([...names].reverse()));
  const changed = mapSet(
    mapDelete(mapSet(mapSet(emptyMap<string, number>(), 'costarring', 1), 'liquid', 1), 'costarring'),
    'costarring',
    1,
  );
  assert.deepEqual(
    mapEntries(changed).map(([name]) => name),
    order(['costarring', 'liquid']),
  );
});
