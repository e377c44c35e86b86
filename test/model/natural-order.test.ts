import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareNaturally } from '../../src/model/natural-order.js';

test('unit: versions stand in the order in which people read them', () => {
  const order = [
    '',
    '1.2',
    '1.9',
    '1.10',
    '1.10-rc',
    '2',
    'A9',
    'A010',
    'A11',
    'RG01A02',
    'RG01A10_01.001',
    'RG01A10_01.002',
  ];
  for (let at = 0; at + 1 < order.length; at += 1) {
    assert.ok(compareNaturally(order[at] ?? '', order[at + 1] ?? '') < 0, `${order[at]} ${order[at + 1]}`);
  }
  assert.equal(compareNaturally('A010', 'A10'), 0);
  assert.ok(compareNaturally('1', '99999999999999999999999') < 0);
});

test('property: it is an order', () => {
  const text = fc.array(fc.constantFrom('0', '1', '10', '9', 'a', '.', 'B')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      assert.equal(Math.sign(compareNaturally(a, b)), -Math.sign(compareNaturally(b, a)) || 0);
      if (compareNaturally(a, b) <= 0 && compareNaturally(b, c) <= 0) assert.ok(compareNaturally(a, c) <= 0);
    }),
  );
});
