import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlaceCounts, Places } from '../../src/plan/place-counts.js';

test('property: each round counts what was named since the one before', () => {
  const round = fc.array(fc.array(fc.nat(9), { maxLength: 8 }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(round, { maxLength: 5 }), (rounds) => {
      const counts = new PlaceCounts(10);
      for (const lists of rounds) {
        for (const place of lists.flat()) counts.add(place);
        const expected = new Map<number, number>();
        for (const place of lists.flat()) expected.set(place, (expected.get(place) ?? 0) + 1);
        const taken: [number, number][] = [];
        counts.take((place, count) => taken.push([place, count]));
        assert.deepEqual(taken, [...expected]);
      }
    }),
  );
});

test('property: the places of a number are counted, unless they are too many', () => {
  const list = fc.array(fc.nat(5), { maxLength: 20 });
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 4 }), (numbers, most) => {
      const places = new Places();
      for (const [place, number] of numbers.entries()) places.add(number, place);
      const counts = new PlaceCounts(numbers.length);
      for (const wanted of [0, 1, 2, 3, 4, 5, 6]) {
        places.count(wanted, most, counts);
        const taken: number[] = [];
        counts.take((place, count) => taken.push(place, count));
        const all = [...numbers.entries()].filter(([, number]) => number === wanted);
        assert.deepEqual(taken, all.length > most ? [] : all.flatMap(([place]) => [place, 1]));
      }
    }),
  );
});
