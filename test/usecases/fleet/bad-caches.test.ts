/** Whole fleets, and workers, with caches that refuse, fail, break off and lie: every package is right, or missing with a reason. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FleetOutcome } from '../../../src/model/fleet.js';
import { openFleet } from '../../../src/usecases/fleet/plan.js';
import { fleetWorker, runFleetByQueue } from '../../../src/usecases/fleet/queue.js';
import { runFleet } from '../../../src/usecases/fleet/run.js';
import { makeArchive, product, writeFleet } from '../../support/fleet.js';
import { type FolderServer, serveFolder } from '../../support/folder-server.js';
import { type RedisServer, startRedis } from '../../support/redis.js';
import { without } from '../../support/tools.js';
import { type CacheTwist, startTwistedCache, type TwistedCache } from '../../support/twisted-cache.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('bad-caches');
let archive: FolderServer;
let cache: TwistedCache;
let redis: RedisServer | undefined;
let only: readonly string[] = [];
let reference: FleetOutcome;

const fileOf = (name: string): string => writeFleet(work, product(name), `${name}.yaml`);

before(async () => {
  await makeArchive(work, 6);
  archive = await serveFolder(work);
  cache = await startTwistedCache();
  const file = fileOf('reference');
  only = (await openFleet({ file })).jobs.slice(0, 2).map(({ id }) => id);
  reference = await runFleet({ file, only, encoding: { jobs: 2 } });
  if (without('redis-server') === false) redis = await startRedis(mkdtempSync(join(work, 'redis-')));
});

after(async () => {
  await archive.close();
  await cache.close();
  await redis?.kill();
});

const sums = ({ packages }: FleetOutcome) => packages.map(({ id, sha256 }) => [id, sha256]);

/** A byte of the middle is another one. */
const other = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte));

const twists: Readonly<Record<string, readonly [CacheTwist, string]>> = {
  'refuses all': [() => 401, 'cache-refused'],
  'fails always': [() => 500, 'cache-unreachable'],
  'breaks off in contents': [(path) => (path.startsWith('/cas') ? 'half' : undefined), 'cache-fails'],
  'gives other contents': [(path, bytes) => (path.startsWith('/cas') ? other(bytes) : undefined), 'cache-entry-wrong'],
  'gives short contents': [
    (path, bytes) => (path.startsWith('/cas') ? bytes.subarray(0, bytes.length - 1) : undefined),
    'cache-entry-wrong',
  ],
  'has no records that are any': [
    (path) => (path.startsWith('/ac') ? Buffer.from('no record') : undefined),
    'cache-entry-wrong',
  ],
  'has for each key the result of another': [
    (path) =>
      path.startsWith('/ac')
        ? [...cache.stored].filter(([key]) => key.startsWith('/ac') && key !== path)[0]?.[1]
        : undefined,
    'cache-entry-wrong',
  ],
};

for (const [what, [twist, code]] of Object.entries(twists)) {
  test(`end-to-end: a fleet whose cache ${what} is byte for byte the fleet without one, and tells of it`, async () => {
    const file = fileOf('twisted');
    const run = () => runFleet({ file, only, encoding: { jobs: 2, cache: cache.url } });
    cache.twist = undefined;
    await run();
    rmSync(join(work, 'twisted'), { recursive: true });
    cache.twist = twist;
    const outcome = await run();
    cache.twist = undefined;
    rmSync(join(work, 'twisted'), { recursive: true });
    assert.deepEqual(sums(outcome), sums(reference));
    const told: readonly string[] = outcome.findings.map((finding) => finding.code);
    assert.ok(told.includes(code), told.join());
    assert.ok(outcome.findings.every(({ severity }) => severity === 'warning'));
  });
}

describe('integration: workers without a shared folder', { skip: without('redis-server') }, () => {
  const cases: Readonly<Record<string, readonly [CacheTwist | undefined, string | undefined]>> = {
    works: [undefined, undefined],
    // Packages are the large contents that are asked for last.
    'gives other packages': [(path, bytes) => (isPackage(path, bytes) ? other(bytes) : undefined), 'queue-elsewhere'],
    'breaks off in packages': [(path, bytes) => (isPackage(path, bytes) ? 'half' : undefined), 'queue-elsewhere'],
    'has lost packages': [(path, bytes) => (isPackage(path, bytes) ? 404 : undefined), 'queue-elsewhere'],
    'fails always': [() => 500, 'queue-elsewhere'],
  };

  function isPackage(path: string, bytes: Uint8Array): boolean {
    return path.startsWith('/cas') && Buffer.from(bytes.subarray(0, 4)).equals(Buffer.from('PK\x03\x04', 'latin1'));
  }

  for (const [at, [what, [twist, code]]] of Object.entries(cases).entries()) {
    test(`end-to-end: with a cache that ${what} every package is right or missing with a reason`, async () => {
      const name = `away-${at}`;
      const file = fileOf(name);
      const queue = redis?.url ?? '';
      const encoding = { jobs: 1, cache: cache.url };
      const stop = new AbortController();
      const lines: string[] = [];
      const copies = { folder: join(work, 'copies') };
      const working = fleetWorker(
        { queue, queueName: name, root: archive.url, concurrency: 2, copies, encoding },
        { signal: stop.signal, onLine: (line) => lines.push(line) },
      );
      cache.twist = twist;
      try {
        const outcome = await runFleetByQueue({ file, only, queue, queueName: name, encoding });
        if (code === undefined) assert.deepEqual(sums(outcome), sums(reference));
        else {
          assert.deepEqual(
            outcome.packages.map(({ state, faults }) => [state, faults[0]?.code]),
            only.map(() => ['missing', code]),
          );
          assert.equal(existsSync(join(work, name)), false);
        }
      } finally {
        cache.twist = undefined;
        stop.abort(new Error('stopped'));
        await working;
      }
    });
  }
});
