/** Whatever stops a run, the folder of the output holds what it held before, and nothing else. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBuild } from '../../src/input/open-build.js';
import { InputError, ProofError, UsageError } from '../../src/model/errors.js';
import { noListRules } from '../../src/model/list-rules.js';
import type { Ports } from '../../src/model/ports.js';
import type { Stage } from '../../src/model/progress.js';
import { generatePackage } from '../../src/usecases/generate/generate.js';
import { testOptions } from '../support/generated.js';
import { mutationPair } from '../support/mutation-pair.js';
import { smallDisk } from '../support/small-disk.js';
import { writeTargetFiles } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('nothing-left');
const builds = [
  writeTargetFiles(join(work, 'v1'), mutationPair.source),
  writeTargetFiles(join(work, 'v2'), mutationPair.target),
] as const;

type Changes = Parameters<typeof testOptions>[1];

async function generate(output: string, changes: Changes = {}, ports: Ports = {}): Promise<void> {
  const source = await openBuild(builds[0], { modes: 'build', role: 'source' });
  const target = await openBuild(builds[1], { modes: 'build', role: 'target' });
  try {
    await generatePackage({ source, target, rules: noListRules, findings: [] }, testOptions(output, changes), ports);
  } finally {
    await source.content.close();
    await target.content.close();
  }
}

/** A folder with an older package in it; `untouched` says that nothing happened to it. */
function olderPackage(name: string): { readonly output: string; readonly untouched: () => void } {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  const output = join(folder, 'update.zip');
  writeFileSync(output, 'an older package');
  return {
    output,
    untouched: () => {
      assert.deepEqual(readdirSync(folder), ['update.zip']);
      assert.equal(readFileSync(output, 'utf8'), 'an older package');
    },
  };
}

const stages: readonly Stage[] = ['encode', 'write', 'verify'];
for (const stage of stages) {
  test(`integration: an abort during ${stage} leaves nothing`, async () => {
    const { output, untouched } = olderPackage(stage);
    const stop = new AbortController();
    const reason = new Error('enough');
    await assert.rejects(
      generate(
        output,
        {},
        {
          signal: stop.signal,
          onProgress: (progress) => {
            if (progress.stage === stage) stop.abort(reason);
          },
        },
      ),
      (error) => error === reason,
    );
    untouched();
  });
}

test('integration: a package that is not proved is not written', async () => {
  const { output, untouched } = olderPackage('not-proved');
  // in place, the boot image cannot survive a cut in the middle of its write
  await assert.rejects(generate(output, { bootUpdate: 'in-place' }), ProofError);
  untouched();
});

test('integration: a limit of the device that the package exceeds stops the run', async () => {
  const { output, untouched } = olderPackage('limit');
  await assert.rejects(generate(output, { limits: { cacheSize: 1000 } }), (error) => {
    assert(error instanceof InputError);
    assert.equal(error.faults[0]?.code, 'cache-too-small');
    return true;
  });
  untouched();
});

test('integration: an output folder that does not exist is not made', async () => {
  const output = join(work, 'missing', 'update.zip');
  await assert.rejects(generate(output), (error) => {
    assert(error instanceof InputError);
    assert.equal(error.faults[0]?.code, 'output-folder');
    return true;
  });
  assert(!existsSync(join(work, 'missing')));
});

test('integration: a full disk leaves nothing', async (t) => {
  const folder = join(work, 'small-disk');
  if (!smallDisk(t, folder, 32)) return;
  writeFileSync(join(folder, 'filler'), new Uint8Array(24 * 1024));
  const output = join(folder, 'update.zip');
  await assert.rejects(generate(output), (error) => {
    assert(error instanceof InputError);
    assert.equal(error.faults[0]?.code, 'disk-full');
    return true;
  });
  assert.deepEqual(readdirSync(folder), ['filler']);
});

test('integration: a package never replaces a build that it is made of, also where the builds were opened before', async () => {
  for (const build of builds) {
    const before = readFileSync(build);
    await assert.rejects(generate(build), UsageError);
    assert.deepEqual(readFileSync(build), before);
  }
});
