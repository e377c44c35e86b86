/** What is known of earlier starts hides nothing: sweeps with it and without it show the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeReuse } from '../../../src/device/reuse/reuse.js';
import { randomEntries, randomScript, randomSource } from './random-script.js';
import { sweepEach } from './swept.js';

const profile = fc.constantFrom('android-4.4' as const, 'le-7' as const);
/** Most starts may visit what they like; some are stopped in the middle. */
const mostVisits = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.integer({ min: 30, max: 300 }));

test('property: sweeps of random packages show the same with what is known of earlier starts and without', async () => {
  const seen = { swept: 0, arrived: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(randomScript, profile, mostVisits, async (script, profile, mostVisits) => {
      const options = { cacheSize: 48 * 1024, profile, mostVisits };
      const ways = [undefined, makeReuse()];
      const swept = await sweepEach(randomSource, { script, entries: randomEntries }, ways, options);
      const [without, withIt] = swept ?? [];
      if (without === undefined) return;
      seen.swept++;
      seen[without.cuts.failed === 0 ? 'arrived' : 'failed']++;
      assert.deepEqual(withIt?.cuts, without.cuts);
    }),
    { numRuns: 400 },
  );
  // the packages are of all kinds: else the property says little
  assert.ok(seen.arrived > 40 && seen.failed > 8, JSON.stringify(seen));
});
