import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyPatch } from '../../../src/applypatch/index.js';
import { type BsdiffEffort, encodeBsdiff, encodeBsdiffFromBest } from '../../../src/encode/bsdiff/bsdiff.js';
import { noise, prose } from '../../applypatch/make-patch.js';

const target = prose(60_000, 1);
/** The target with so many bytes of it replaced by noise. */
const spoiled = (bytes: number, seed: number): Buffer =>
  Buffer.concat([target.subarray(0, 30_000 - bytes), noise(bytes, seed), target.subarray(30_000)]);

function outcomes(bases: readonly Buffer[], effort: BsdiffEffort, costs: readonly number[] = []) {
  return encodeBsdiffFromBest(
    bases.map((bytes, i) => ({ bytes, cost: costs[i] ?? 0 })),
    target,
    { effort },
  );
}

test('unit: of several bases only those that promise the smallest patch get one', () => {
  const bases = [spoiled(8000, 2), spoiled(100, 3), spoiled(101, 4)];
  const [far, near, asNear] = outcomes(bases, 'normal');
  assert.ok(far !== undefined && 'about' in far);
  for (const [i, outcome] of [near, asNear].entries()) {
    assert.ok(outcome !== undefined && 'patch' in outcome);
    const base = bases[i + 1] ?? Buffer.alloc(0);
    assert.deepEqual(Buffer.from(outcome.patch), Buffer.from(encodeBsdiff(base, target, { effort: 'normal' })));
    assert.ok(target.equals(applyPatch(outcome.patch, base)));
  }
});

test('unit: what the use of a base takes beside the patch counts, and best effort tries them all', () => {
  const bases = [spoiled(300, 2), spoiled(100, 3)];
  const kinds = (effort: BsdiffEffort, costs: readonly number[]) =>
    outcomes(bases, effort, costs).map((outcome) => ('patch' in outcome ? 'patch' : 'about'));
  assert.deepEqual(kinds('fast', []), ['about', 'patch']);
  assert.deepEqual(kinds('fast', [0, 10_000]), ['patch', 'about']);
  assert.deepEqual(kinds('best', []), ['patch', 'patch']);
  assert.deepEqual(outcomes([], 'normal'), []);
});

test('property: the smallest of several patches is within 5 % of the smallest of all', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(25_000), { minLength: 2, maxLength: 4 }), (sizes) => {
      const bases = sizes.map((size, i) => spoiled(size, i));
      const made = outcomes(bases, 'fast').flatMap((outcome) => ('patch' in outcome ? [outcome.patch.length] : []));
      const all = bases.map((base) => encodeBsdiff(base, target, { effort: 'fast' }).length);
      assert.ok(Math.min(...made) <= Math.min(...all) * 1.05 + 20, `${made} of ${all}`);
    }),
    { numRuns: 30 },
  );
});
