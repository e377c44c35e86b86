import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { GenerateOptions } from '../../../src/usecases/generate/generate.js';
import type { ProfileName } from '../../../src/usecases/verify/verify.js';
import { withGenerated } from '../../support/generated.js';
import { randomPair } from '../../support/random-pair.js';
import type { TargetFilesSpec } from '../../support/targetfiles.js';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'dfota-generate-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function generate(
  source: TargetFilesSpec,
  target: TargetFilesSpec,
  name: string,
  changes: Partial<GenerateOptions> = {},
) {
  return withGenerated(join(folder, name), { source, target }, changes, async ({ generated }) => generated);
}

const firstSeed = Number(process.env.DFOTA_SEED ?? 1);
const seeds = Number(process.env.DFOTA_SEEDS ?? 24);
const setPerm: readonly ProfileName[] = ['strict', 'android-4.1', 'android-4.4', 'linux-embedded'];
const setMetadata: readonly ProfileName[] = ['strict', 'android-4.4', 'android-5.1', 'android-7.1'];

describe('end-to-end: random pairs of builds', () => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const metadata = seed % 3 === 0;
    const profile = (metadata ? setMetadata : setPerm)[seed % 4] ?? 'strict';
    it(`seed ${seed} arrives at the target from every power cut, on ${profile}`, async () => {
      const { source, target } = randomPair(seed, { rounds: 1 });
      const { verification } = await generate(source, target, `seed-${seed}`, {
        permissions: metadata ? 'set_metadata' : 'set_perm',
        dialect: metadata ? 'abort' : 'assert',
        verify: { level: 'full', profile },
      });
      assert.equal(verification?.proved, true);
      assert(verification.powerCuts !== undefined && verification.powerCuts.points > 20);
      assert.equal(verification.powerCuts.failed, 0);
    });
  }
});

describe('end-to-end: little free space', () => {
  for (let seed = firstSeed + 1000; seed < firstSeed + 1000 + seeds / 4; seed += 1) {
    it(`seed ${seed} arrives although the device moves sources to /cache`, async () => {
      const { source, target } = randomPair(seed, { rounds: 1 });
      // No patch has the room that the device wants beside its source, so that every source goes to /cache first.
      const systemFree = 240 * 1024;
      const { needs } = await generate(source, target, `tight-${seed}`, {
        limits: { systemFree },
        verify: { level: 'off', profile: 'strict' },
      });
      assert(needs.cachePeak > 0 && needs.cacheForRetry >= needs.cachePeak);
      const { verification } = await generate(source, target, `tighter-${seed}`, {
        limits: { systemFree, cacheSize: needs.cacheForRetry },
      });
      assert.equal(verification?.proved, true);
    });
  }
});
