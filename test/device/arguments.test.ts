import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { type ProfileName, profileNames } from '../../src/device/profile.js';
import { openBuild } from '../../src/usecases/open-inputs.js';
import { argumentCases, argumentEntries } from '../support/argument-cases.js';
import { runCase, updaterCases, vectorSource } from '../support/updater-vectors.js';

const mountSystem = 'assert(mount("ubifs", "UBI", "system", "/system"));\n';

function endOf(ends: (typeof argumentCases)[number]['ends'], profile: ProfileName): string {
  return ends[profile === 'linux-embedded' ? 'le-7' : profile] ?? ends.all;
}

test('integration: scripts with odd arguments end as the sources of the updaters say, on every profile', async () => {
  const patch = updaterCases().find(({ case: name }) => name === 'ap-good')?.entries?.p;
  assert.ok(patch);
  const entries = {
    p: patch,
    ...Object.fromEntries(
      Object.entries(argumentEntries).map(([name, text]) => [name, Buffer.from(text, 'latin1').toString('base64')]),
    ),
  };
  const source = await openBuild(vectorSource, { role: 'source', modes: 'note' });
  const wrong: string[] = [];
  try {
    for (const { script, ends } of argumentCases) {
      for (const profile of profileNames) {
        const found = await runCase(
          source,
          { case: script, script: `${mountSystem}${script}`, entries, real: [] },
          profile,
        );
        if (found.end !== endOf(ends, profile)) {
          wrong.push(`${profile}: ${script}\n  found ${found.end}, expected ${endOf(ends, profile)}`);
        }
      }
    }
  } finally {
    await source.content.close();
  }
  assert.deepEqual(wrong, []);
});
