/** Fleets whose builds come by HTTP: a run out of such an archive, and workers that share no folder with the run. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { UsageError } from '../../../src/model/errors.js';
import type { FleetOutcome } from '../../../src/model/fleet.js';
import { serveCache } from '../../../src/store/cache/server.js';
import { fleetWorker, runFleetByQueue } from '../../../src/usecases/fleet/queue.js';
import { runFleet } from '../../../src/usecases/fleet/run.js';
import { makeArchive, product, writeFleet } from '../../support/fleet.js';
import { type FolderServer, serveFolder } from '../../support/folder-server.js';
import { type RedisServer, startRedis } from '../../support/redis.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('away');
const queueName = 'dfota-fleet';
const copies = { folder: join(work, 'copies') };
const servers: { readonly close: () => Promise<void> }[] = [];
let archive: FolderServer;
let redis: RedisServer | undefined;
let reference: FleetOutcome;

before(async () => {
  await makeArchive(work, 6);
  mkdirSync(join(work, 'lists'));
  writeFileSync(join(work, 'lists/quectel_noota_filelist.txt'), 'SYSTEM/etc/seed\n');
  archive = await serveFolder(work);
  servers.push(archive);
  const file = writeFleet(work, product('reference', 'lists: lists'), 'reference.yaml');
  reference = await runFleet({ file, encoding: { jobs: 2, cache: join(work, 'cache') } });
  if (without('redis-server') === false) redis = await startRedis(mkdtempSync(join(work, 'redis-')));
});

after(async () => {
  for (const server of servers) await server.close();
  await redis?.kill();
});

const sums = ({ packages }: FleetOutcome) => packages.map(({ id, sha256 }) => [id, sha256]);

async function cacheServer(folder: string): Promise<string> {
  const server = await serveCache({
    directory: folder,
    host: '127.0.0.1',
    port: 0,
    maxBytes: 2 ** 30,
    onRequest: () => {},
  });
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

test('end-to-end: a run out of an archive on a server makes the bytes of one out of the folder', async () => {
  const lines = product('by-http', 'lists: lists').map((line) =>
    line.replace('archive: releases', `archive: ${archive.url}/releases`),
  );
  const file = writeFleet(work, lines, 'by-http.yaml');
  const outcome = await runFleet({ file, encoding: { jobs: 2, cache: join(work, 'cache') } });
  assert.deepEqual(sums(outcome), sums(reference));
});

describe('integration: workers that share no folder', { skip: without('redis-server') }, () => {
  async function runAway(
    name: string,
    cache: string,
    worker: Partial<Parameters<typeof fleetWorker>[0]> = {},
  ): Promise<{ readonly outcome: FleetOutcome; readonly lines: readonly string[] }> {
    const queue = redis?.url ?? '';
    const file = writeFleet(work, product(name, 'lists: lists'), `${name}.yaml`);
    const stop = new AbortController();
    const lines: string[] = [];
    const encoding = { jobs: 1, cache };
    const working = fleetWorker(
      { queue, queueName: name, root: archive.url, concurrency: 2, copies, encoding, ...worker },
      { signal: stop.signal, onLine: (line) => lines.push(line) },
    );
    try {
      const outcome = await runFleetByQueue({ file, queue, queueName: name, encoding: { cache } });
      return { outcome, lines };
    } finally {
      stop.abort(new Error('stopped'));
      await working;
    }
  }

  test('end-to-end: builds and lists by HTTP, patches and packages through the shared cache: the bytes of one machine', async () => {
    const cache = await cacheServer(join(work, 'shared'));
    const { outcome } = await runAway('delivered', cache);
    assert.deepEqual(sums(outcome), sums(reference));
    assert.ok(outcome.packages.every(({ state, proof }) => state === 'made' && proof?.startsWith('strict')));
    for (const name of readdirSync(join(work, 'reference'))) {
      assert.ok(readFileSync(join(work, 'delivered', name)).equals(readFileSync(join(work, 'reference', name))), name);
    }
  });

  test('integration: a worker may keep its packages in a folder of its own', async () => {
    const cache = join(work, 'cache');
    const outputs = join(work, 'theirs');
    const { outcome } = await runAway('kept', cache, { outputs });
    assert.ok(outcome.packages.every(({ faults }) => faults[0]?.code === 'queue-elsewhere'));
    assert.equal(readdirSync(join(outputs, 'kept')).length, 16);
    assert.equal(existsSync(join(work, 'kept')), false);
  });

  test('integration: servers that fail or lie cost packages, each with its reason, and make none wrong', async () => {
    const cache = await cacheServer(join(work, 'shared-by-liars'));
    const cases: readonly (readonly [string, FolderServer['twist'], string])[] = [
      ['refused', () => ({ status: 401 }), 'archive-refused'],
      [
        'lied',
        (path, body) =>
          path.includes('/blobs/') && body.length > 9 ? { body: Buffer.from(body).reverse() } : undefined,
        'archive-blob-damaged',
      ],
      [
        'other-lists',
        (path) => (path.includes('/lists/') ? { body: Buffer.from('SYSTEM/bin/app\n') } : undefined),
        'fleet-inputs-changed',
      ],
    ];
    for (const [name, twist, code] of cases) {
      rmSync(copies.folder, { recursive: true, force: true });
      archive.twist = twist;
      try {
        const { outcome } = await runAway(name, cache);
        assert.ok(
          outcome.packages.every(({ state }) => state === 'missing'),
          name,
        );
        assert.deepEqual([...new Set(outcome.packages.map(({ faults }) => faults[0]?.code))], [code]);
        assert.equal(existsSync(join(work, name)), false);
      } finally {
        archive.twist = undefined;
      }
    }
  });

  test('integration: a worker that has no way to deliver does not begin', async () => {
    const queue = redis?.url ?? '';
    const request = { queue, queueName, root: archive.url, concurrency: 1, encoding: { jobs: 1 } };
    await assert.rejects(fleetWorker(request), UsageError);
  });

  test('integration: a job cannot have a worker ask another server, or leave the folder of the fleet', async () => {
    const queue = redis?.url ?? '';
    const other = await serveFolder(work);
    servers.push(other);
    const lines = product('elsewhere', 'lists: lists').map((line) =>
      line
        .replace('archive: releases', `archive: ${other.url}/releases`)
        .replace('0[56]', '05')
        .replace('0[1-4]', '01'),
    );
    const file = writeFleet(work, lines, 'elsewhere.yaml');
    const stop = new AbortController();
    const working = fleetWorker(
      {
        queue,
        queueName: 'elsewhere',
        root: archive.url,
        concurrency: 1,
        copies,
        outputs: join(work, 'x'),
        encoding: {},
      },
      { signal: stop.signal },
    );
    const before = other.asked.length;
    try {
      const outcome = await runFleetByQueue({ file, queue, queueName: 'elsewhere' });
      assert.deepEqual(
        outcome.packages.map(({ faults }) => faults[0]?.code),
        ['queue-job'],
      );
      // The run has asked for the index; the worker for nothing.
      assert.deepEqual(other.asked.slice(before), ['/releases/index.json']);
    } finally {
      stop.abort(new Error('stopped'));
      await working;
    }
  });
});
