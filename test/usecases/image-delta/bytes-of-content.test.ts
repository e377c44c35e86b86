import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOfContent } from '../../../src/usecases/image-delta/bytes-of-content.js';

const bits = fc.double({ min: 0, max: 1e6, noNaN: true });
const content = fc.record({ covers: bits, literals: bits, data: bits, branches: bits, pages: bits, pointers: bits });

test('property: whole bytes add up to the payload, and each is within one of its share', () => {
  fc.assert(
    fc.property(content, fc.integer({ min: 0, max: 100_000 }), (spent, payload) => {
      const all = Object.values(spent).reduce((sum, each) => sum + each, 0);
      fc.pre(all > 0);
      const bytes = bytesOfContent(spent, payload);
      assert.equal(
        Object.values(bytes).reduce((sum, each) => sum + each, 0),
        payload,
      );
      for (const [kind, value] of Object.entries(bytes)) {
        const share = ((Object.entries(spent).find(([name]) => name === kind)?.[1] ?? 0) / all) * payload;
        assert.ok(Number.isInteger(value) && Math.abs(value - share) < 1.001, `${kind}: ${value} of ${share}`);
      }
    }),
  );
});

test('unit: nothing was coded, nothing is told', () => {
  const none = { covers: 0, literals: 0, data: 0, branches: 0, pages: 0, pointers: 0 };
  assert.deepEqual(bytesOfContent(none, 0), none);
});
