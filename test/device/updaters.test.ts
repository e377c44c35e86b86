import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProfileName, profileOf } from '../../src/device/profile.js';
import { openBuild } from '../../src/usecases/open-inputs.js';
import { type Ending, runCase, type UpdaterCase, updaterCases, vectorSource } from '../support/updater-vectors.js';

const profiles: readonly (readonly [updater: string, profile: ProfileName])[] = [
  ['4.1', 'android-4.1'],
  ['4.4', 'android-4.4'],
  ['5.1', 'android-5.1'],
  ['7.1', 'android-7.1'],
  ['LE', 'le-7'],
  ['LE', 'linux-embedded'],
];

function shown({ end, changed }: Ending): string {
  const lines = Object.entries(changed)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, state]) => {
      if (state === null) return `- ${path}`;
      const parts = [state.kind, state.sha1, state.owner, state.mode, state.text].filter((part) => part !== undefined);
      return `~ ${path} ${parts.join(' ')}`;
    });
  return [end, ...lines].join('\n');
}

function realOf(vector: UpdaterCase, updater: string): Ending {
  const real = vector.real.find(({ updaters }) => updaters.includes(updater));
  assert.ok(real, vector.case);
  return real;
}

async function withSource(use: (run: (vector: UpdaterCase, profile: ProfileName) => Promise<Ending>) => Promise<void>) {
  const source = await openBuild(vectorSource, { role: 'source', modes: 'note' });
  try {
    await use((vector, profile) => runCase(source, vector, profile));
  } finally {
    await source.content.close();
  }
}

/** Where the simulated device stops although the real updater goes on, and why. */
const moreCautious: ReadonlyMap<string, string> = new Map([
  ['format-ubifs', 'what format does to a volume is not simulated'],
  [
    'range-sha1',
    'the updaters of the vectors were built without it, others have it: nothing can be proved of the script',
  ],
]);

/** Where only the end is held against the real one, and why. */
const endAlone: ReadonlyMap<string, string> = new Map([
  ['mount-sub', 'the mount point is made in the RAM disk, which the vectors show in place of the unmounted /system'],
]);

for (const [updater, profile] of profiles) {
  test(`integration: ${profile} ends as the real updater of ${updater} does, and changes the same`, async () => {
    await withSource(async (run) => {
      const [wrong, excused]: [string[], Set<string>] = [[], new Set()];
      for (const vector of updaterCases()) {
        const real = realOf(vector, updater);
        const found = await run(vector, profile);
        if (shown(found) === shown(real)) continue;
        if (moreCautious.has(vector.case) && found.end === 'not simulated') excused.add(vector.case);
        else if (endAlone.has(vector.case) && found.end === real.end) excused.add(vector.case);
        else wrong.push(`${vector.case}\nfound ${shown(found)}\nreal ${shown(real)}`);
      }
      assert.deepEqual(wrong, []);
      assert.ok(excused.size <= moreCautious.size + endAlone.size);
    });
  });
}

/** What strict refuses although every updater of the vectors takes it, and why. */
const strictRefuses: ReadonlyMap<string, string> = new Map([
  ['ap-seek-out', 'the patch reads outside of the source: no encoder means that'],
  ['ap-size-0', 'the size in the script is wrong: the space that the updater asks for is wrong too'],
  ['ap-size-big', 'the same'],
  ['ap-trailing', 'bytes behind the end of a patch: it was spoilt on its way'],
  ['ap-trunc-extra', 'a patch that was cut short, in a part that is not needed by luck'],
  ['progress-text', 'a fraction that is no number'],
  ['setmeta-missing', 'permissions for a path that is not there: the script was made for another build'],
  ['setmetarec-missing', 'the same'],
  ['setmeta-unknown-key', 'a key that no updater knows'],
  ['ui-long', 'a line of more than the recovery reads'],
]);

function familyUpdaters({ script }: UpdaterCase): readonly string[] {
  if (/\bset_perm/.test(script)) return ['4.1', '4.4', 'LE'];
  return /\bset_metadata/.test(script) ? ['4.4', '5.1', '7.1', 'LE'] : ['4.1', '4.4', '5.1', '7.1', 'LE'];
}

test('integration: strict runs to its end only what every real updater of the family takes, and alike', async () => {
  assert.equal(profileOf('strict').strict, true);
  await withSource(async (run) => {
    const [wrong, refused]: [string[], string[]] = [[], []];
    for (const vector of updaterCases()) {
      const found = await run(vector, 'strict');
      const real = familyUpdaters(vector).map((updater) => realOf(vector, updater));
      // what strict does not know (modes under an unknown umask) is left to the comparison with the target
      const paths = new Set(real.map(({ changed }) => Object.keys(changed).sort().join()));
      const alike = real.every(({ end }) => end === 'done') && paths.size === 1;
      if (found.end === 'done' && !alike) wrong.push(`${vector.case}\nfound ${shown(found)}`);
      if (found.end !== 'done' && alike) refused.push(vector.case);
      if (found.end === 'done') assert.equal(Object.keys(found.changed).sort().join(), [...paths].join(), vector.case);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(refused.sort(), [...strictRefuses.keys()].sort());
  });
});
