/** Patches from files of the target, which workers of a fleet make from what their job names. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { test } from 'node:test';
import { program, rebuilt } from '../../../samples/every-change/firmware.js';
import { encoderVersion } from '../../../src/encode/encode-file.js';
import { patchesMessage, readMessage } from '../../../src/fleet/queue/message.js';
import { openPatchCache } from '../../../src/store/cache/folder.js';
import { archiveAdd } from '../../../src/usecases/archive/add.js';
import { makePatches } from '../../../src/usecases/fleet/make-patches.js';
import { patchNamer } from '../../../src/usecases/fleet/name-patches.js';
import { openFleet } from '../../../src/usecases/fleet/plan.js';
import { runFleet } from '../../../src/usecases/fleet/run.js';
import { dfotaVersion } from '../../../src/version.js';
import { product, writeFleet } from '../../support/fleet.js';
import { file, type TargetFilesSpec, writeTargetFiles } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('fleet-updated');
const wants = { dfota: dfotaVersion, engine: encoderVersion };

/** Two programs with much in common, each time something else. */
function version(n: number): TargetFilesSpec {
  const common = program(20 + n, 1500);
  return {
    nodes: {
      'SYSTEM/bin/first': file(Buffer.concat([program(1, 1500), common])),
      'SYSTEM/bin/second': file(Buffer.concat([rebuilt(common, 3), program(30 + n, 100)])),
    },
    revision: `A0${n}`,
    packageTime: `2022-06-0${n},10:00`,
  };
}

test('integration: a job names files of the target as bases, a worker makes its patches, and the package takes them', async () => {
  for (const n of [4, 5])
    await archiveAdd({ build: writeTargetFiles(join(work, `v${n}`), version(n)), archive: join(work, 'releases') });
  const fleet = writeFleet(work, product('out'));
  const { jobs } = await openFleet({ file: fleet });
  const [job] = jobs;
  assert(job !== undefined && jobs.length === 1);
  const directory = join(work, 'cache');
  const cache = await openPatchCache({ directory });
  const { own } = await patchNamer({ root: work, cache, wants, jobs })(job);
  const bases = own.flatMap(({ tasks }) =>
    tasks.flatMap((task) => task.bases.map((base) => [task.target, base] as const)),
  );
  assert.deepEqual(
    bases.filter(([, { updated }]) => updated === true).map(([target, { path }]) => [target, path]),
    [['SYSTEM/bin/second', 'SYSTEM/bin/first']],
  );
  for (const each of own) {
    const sent: unknown = JSON.parse(JSON.stringify(patchesMessage(each, wants)));
    const read = readMessage(sent);
    assert(read.kind === 'patches');
    const made = await makePatches(read.job, { root: work, making: { jobs: 1 }, cache });
    assert.deepEqual([made.faults, made.hits, made.all], [[], 0, each.tasks.length]);
  }
  const { packages } = await runFleet({ file: fleet, encoding: { jobs: 1, cache: directory } });
  assert.deepEqual(
    packages.map(({ state, faults }) => [state, faults]),
    [['made', []]],
  );
});

test('unit: a message whose base is neither of the source nor of the target is refused', () => {
  const pair = { archive: 'a', from: '1', to: '2', fromDigest: '', toDigest: '', fromContent: '', toContent: '' };
  const withBase = (more: object): unknown => ({
    format: 'dfota-fleet-job',
    version: 2,
    kind: 'patches',
    wants,
    refusals: 0,
    job: {
      ...pair,
      id: 'x',
      effort: 'fast',
      tasks: [{ key: 'k', target: 't', bases: [{ path: 'SYSTEM/x', cost: 0, ...more }] }],
    },
  });
  assert.equal(readMessage(withBase({ updated: true })).kind, 'patches');
  assert.throws(() => readMessage(withBase({ updated: 'yes' })), /no job of dfota/);
});
