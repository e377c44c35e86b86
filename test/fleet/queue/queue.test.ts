/** Fleets on several machines, by a real redis-server: workers that are killed, a server that is, versions that differ, jobs that are none. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { encoderVersion } from '../../../src/encode/encode-file.js';
import { queueAddress } from '../../../src/fleet/queue/connect.js';
import { messageId, messageOf, patchesMessage, readFailure, readMessage } from '../../../src/fleet/queue/message.js';
import { runByQueue } from '../../../src/fleet/queue/producer.js';
import { isSha256 } from '../../../src/model/digest.js';
import { InputError, UsageError } from '../../../src/model/errors.js';
import type { FleetJob, FleetOutcome } from '../../../src/model/fleet.js';
import { openPatchCache } from '../../../src/store/cache/folder.js';
import { makePatches } from '../../../src/usecases/fleet/make-patches.js';
import { fleetPatches } from '../../../src/usecases/fleet/patches.js';
import { openFleet } from '../../../src/usecases/fleet/plan.js';
import { fleetStatus, fleetWorker, runFleetByQueue } from '../../../src/usecases/fleet/queue.js';
import { runFleet } from '../../../src/usecases/fleet/run.js';
import { dfotaVersion } from '../../../src/version.js';
import { makeArchive, product, revisionOf, writeFleet } from '../../support/fleet.js';
import { type RedisServer, startRedis } from '../../support/redis.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('queue');
const cache = join(work, 'cache');
const queueName = 'dfota-fleet';
const wants = { dfota: dfotaVersion, engine: encoderVersion };
const workers: ChildProcess[] = [];
const servers: RedisServer[] = [];
let reference: FleetOutcome | undefined;

before(async () => {
  await makeArchive(work, 6);
  reference = await runFleet({
    file: writeFleet(work, product('reference'), 'reference.yaml'),
    encoding: { jobs: 2, cache },
  });
});

after(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  for (const server of servers) await server.kill();
});

async function redis(options: Parameters<typeof startRedis>[1] = {}): Promise<RedisServer> {
  const server = await startRedis(mkdtempSync(join(work, 'redis-')), options);
  servers.push(server);
  return server;
}

/** A worker is silent for long where a machine is busy: only tests that kill some wait for less. */
function startWorker(url: string, silenceMs = 20_000, shared = cache): ChildProcess {
  const script = fileURLToPath(new URL('../../support/fleet-worker.js', import.meta.url));
  const child = spawn(process.execPath, [script, url, work, shared, String(silenceMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.push(child);
  return child;
}

/** Each package is the one of a run on one machine, or missing with a reason. */
function assertRight(outcome: FleetOutcome, made: number): void {
  const digests = new Map(reference?.packages.map(({ id, sha256 }) => [id, sha256]));
  for (const { id, state, sha256, faults } of outcome.packages) {
    if (state === 'missing') assert.ok(faults.length > 0, id);
    else assert.equal(sha256, digests.get(id), id);
  }
  assert.equal(outcome.packages.filter(({ state }) => state === 'made').length, made);
}

describe('integration: a queue on redis-server', { skip: without('redis-server') }, () => {
  test('end-to-end: two workers make a fleet, byte for byte as one process; the next run makes nothing', async () => {
    const { url: queue } = await redis();
    const file = writeFleet(work, product('two'), 'two.yaml');
    startWorker(queue);
    startWorker(queue);
    assertRight(await runFleetByQueue({ file, queue, queueName }), 8);
    const status = await fleetStatus({ queue, queueName });
    assert.deepEqual([status.completed, status.failed, status.waiting, status.active], [8, 0, 0, 0]);
    const again = await runFleetByQueue({ file, queue, queueName });
    assert.ok(again.packages.every(({ state }) => state === 'there'));
  });

  test('end-to-end: patches are jobs of their own, each named once, and packages take all of them from the cache', async () => {
    const { url: queue } = await redis();
    const file = writeFleet(work, product('flow'), 'flow.yaml');
    const shared = join(work, 'flow-cache');
    const { patches } = await fleetPatches(await openFleet({ file }), work, {});
    startWorker(queue, 20_000, shared);
    startWorker(queue, 20_000, shared);
    assertRight(await runFleetByQueue({ file, queue, queueName, encoding: { cache: shared } }), 8);
    const raw = new Queue(queueName, { connection: queueAddress(queue, undefined).connection });
    const jobs = await raw.getCompleted();
    const messages = jobs.map(({ data }) => readMessage(data));
    const keys = messages.flatMap((message) =>
      message.kind === 'patches' ? message.job.tasks.map(({ key }) => key) : [],
    );
    assert.equal(new Set(keys).size, keys.length);
    assert.deepEqual([...keys].sort(), patches.map(({ key }) => key).sort());
    for (const { name, returnvalue } of jobs) {
      if (returnvalue.cached !== undefined) assert.equal(returnvalue.cached.hits, returnvalue.cached.all, name);
    }
    assert.equal(jobs.filter(({ returnvalue }) => returnvalue.cached?.all > 0).length, 8);
    // No patch of a pair whose patches the cache has is a job.
    const again = writeFleet(work, product('flow-again'), 'flow-again.yaml');
    assertRight(await runFleetByQueue({ file: again, queue, queueName, encoding: { cache: shared } }), 8);
    const later = await raw.getCompleted();
    assert.equal(later.length, jobs.length + 8);
    await raw.close();
  });

  test('end-to-end: workers killed at any moment: every package is right in the end, and nothing half written has a name', async () => {
    const { url: queue } = await redis();
    const shared = join(work, 'killed-cache');
    const file = writeFleet(work, product('killed'), 'killed.yaml');
    const run = runFleetByQueue({ file, queue, queueName, encoding: { cache: shared } });
    let ended = false;
    void run.finally(() => {
      ended = true;
    });
    let current = startWorker(queue, 4000, shared);
    // At other moments in each run of the test; whichever they are, the outcome must be right.
    for (let kill = 0; kill < 4 && !ended; kill += 1) {
      await setTimeout(700 + Math.random() * 900);
      current.kill('SIGKILL');
      current = startWorker(queue, 4000, shared);
    }
    const outcome = await run;
    for (const { state, faults } of outcome.packages) {
      if (state === 'missing') assert.equal(faults[0]?.code, 'queue-worker-lost');
    }
    assertRight(outcome, outcome.packages.filter(({ state }) => state === 'made').length);
    // Those that lost two workers are made by the next run.
    const next = await runFleetByQueue({ file, queue, queueName, encoding: { cache: shared } });
    assertRight(next, next.packages.filter(({ state }) => state === 'made').length);
    assert.ok(next.packages.every(({ state }) => state !== 'missing'));
  });

  test('end-to-end: a server that is killed and started again, with its data and without', async () => {
    for (const kept of [true, false]) {
      const server = await redis({ kept });
      const { url: queue } = server;
      const name = kept ? 'restarted' : 'forgotten';
      const file = writeFleet(work, product(name), `${name}.yaml`);
      const worker = startWorker(queue, 20_000, join(work, `${name}-cache`));
      const run = runFleetByQueue({ file, queue, queueName, encoding: { cache: join(work, `${name}-cache`) } });
      if (worker.stdout !== null) await once(worker.stdout, 'data');
      await setTimeout(1000);
      await server.kill();
      await setTimeout(500);
      await server.start();
      assertRight(await run, 8);
      worker.kill('SIGKILL');
    }
  });

  test('integration: a job that kills its worker is tried elsewhere once, then told', async () => {
    const { url: queue } = await redis();
    const file = writeFleet(work, product('deadly'), 'deadly.yaml');
    const [job] = (await openFleet({ file })).jobs;
    assert.ok(job !== undefined);
    const ends: unknown[] = [];
    const address = queueAddress(queue, undefined);
    const waiting = runByQueue([job], {
      address,
      name: queueName,
      wants,
      pollMs: 100,
      onEnd: (_job, end) => ends.push(end),
    });
    let died = 0;
    // Each worker is killed as soon as it has begun.
    const keepKilling = async (): Promise<void> => {
      while (ends.length === 0 && died < 6) {
        const worker = startWorker(queue, 1000);
        const began = await Promise.race([
          once(worker.stdout ?? worker, 'data').then(([line]) => String(line).startsWith('begins')),
          setTimeout(6000, false),
        ]);
        worker.kill('SIGKILL');
        if (began) died += 1;
      }
    };
    await Promise.all([waiting, keepKilling()]);
    assert.equal(died, 2);
    assert.ok(JSON.stringify(ends).includes('queue-worker-lost'), JSON.stringify(ends));
    const status = await fleetStatus({ queue, queueName });
    assert.equal(status.failed, 1);
    assert.equal(status.failures[0]?.faults[0]?.code, 'queue-worker-lost');
    assert.equal(existsSync(join(work, job.output)), false);
  });

  test('integration: patches that kill their workers are tried elsewhere once, then their package is told, without a third', async () => {
    const { url: queue } = await redis();
    const file = writeFleet(work, product('deadly-patches'), 'deadly-patches.yaml');
    const [id = ''] = (await openFleet({ file })).jobs.map((job) => job.id);
    const shared = join(work, 'deadly-cache');
    const request = { file, queue, queueName, only: [id], encoding: { cache: shared } };
    let outcome: FleetOutcome | undefined;
    const waiting = runFleetByQueue(request).then((made) => {
      outcome = made;
    });
    const begun: string[] = [];
    // Each worker is killed as soon as it has begun with patches; the package would be let through.
    const keepKilling = async (): Promise<void> => {
      while (outcome === undefined && begun.length < 6) {
        const worker = startWorker(queue, 1000, shared);
        const line = await Promise.race([
          once(worker.stdout ?? worker, 'data').then(([text]) => String(text)),
          setTimeout(6000, ''),
        ]);
        if (line.startsWith('begins')) begun.push(line.trim());
        worker.kill('SIGKILL');
      }
    };
    await Promise.all([waiting, keepKilling()]);
    assert.deepEqual(begun, [`begins patches of ${id}`, `begins patches of ${id}`]);
    assert.deepEqual(
      outcome?.packages.map(({ state, faults }) => [state, faults[0]?.code]),
      [['missing', 'queue-worker-lost']],
    );
  });

  test('integration: patches that are not what they are asked for by fail with a reason, and cost no package', async () => {
    const { url: queue } = await redis();
    const file = writeFleet(work, product('wrong-patches'), 'wrong-patches.yaml');
    const [job] = (await openFleet({ file })).jobs;
    assert.ok(job !== undefined);
    const other = '0'.repeat(64);
    assert.ok(isSha256(other));
    const { archive, from, to, fromDigest, toDigest, fromContent, toContent } = job;
    const common = {
      id: 'patches of x',
      archive,
      from,
      to,
      fromDigest,
      toDigest,
      fromContent,
      toContent,
      effort: 'fast',
    } as const;
    const wrong = [
      { ...common, tasks: [{ key: other, target: 'SYSTEM/bin/app', bases: [] }] },
      { ...common, tasks: [{ key: other, target: 'SYSTEM/no/such', bases: [] }] },
      { ...common, tasks: [{ key: other, target: '../../etc/passwd', bases: [] }] },
      { ...common, archive: '../releases', tasks: [{ key: other, target: 'SYSTEM/bin/app', bases: [] }] },
    ];
    for (const each of wrong) {
      const place = {
        root: work,
        making: { jobs: 1 },
        cache: await openPatchCache({ directory: join(work, 'unused') }),
      };
      const { faults } = await makePatches(each, place);
      assert.equal(faults.length, 1, JSON.stringify(faults));
    }
    const raw = new Queue(queueName, { connection: queueAddress(queue, undefined).connection });
    const [bad] = wrong;
    assert.ok(bad !== undefined);
    await raw.add('bad', patchesMessage(bad, wants), { jobId: 'bad1' });
    await raw.add(job.id, messageOf(job, wants, ['bad1', 'not-there']), { jobId: 'good1' });
    startWorker(queue);
    let state: string | undefined;
    for (let look = 0; look < 600 && state !== 'completed'; look += 1) {
      await setTimeout(50);
      state = await (await raw.getJob('good1'))?.getState();
    }
    assert.equal(state, 'completed');
    assert.equal(readFailure((await raw.getJob('bad1'))?.failedReason ?? '')[0]?.code, 'queue-job');
    await raw.close();
  });

  test('integration: a worker of another version refuses a job, says which, and puts it back', async () => {
    const { url: queue } = await redis();
    const file = writeFleet(work, product('version'), 'version.yaml');
    const [job] = (await openFleet({ file })).jobs;
    assert.ok(job !== undefined);
    const address = queueAddress(queue, undefined);
    const stop = new AbortController();
    const lines: string[] = [];
    const other = { dfota: dfotaVersion, engine: 'engine-of-tomorrow' };
    const worker = fleetWorker(
      { queue, queueName, root: work, concurrency: 1, encoding: { jobs: 1 }, silenceMs: 3000 },
      { signal: stop.signal, onLine: (line) => lines.push(line) },
    );
    const gone = new AbortController();
    const waiting = runByQueue([job], {
      address,
      name: queueName,
      wants: other,
      signal: gone.signal,
      pollMs: 100,
      onEnd: () => {},
    });
    while (lines.length === 0) await setTimeout(50);
    gone.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    stop.abort(new Error('stopped'));
    await worker;
    assert.match(lines[0] ?? '', /^refused gateway\/.*found: +dfota .*expected: dfota .*engine-of-tomorrow/);
    const raw = new Queue(queueName, { connection: address.connection });
    const kept = await raw.getJob(messageId(messageOf(job, other)));
    assert.equal(readMessage(kept?.data).refusals >= 1, true);
    assert.notEqual(await kept?.getState(), 'failed');
    await raw.close();
  });

  test('integration: what is no job, and a job that would write elsewhere, fail with a reason', async () => {
    const { url: queue } = await redis();
    const file = writeFleet(work, product('hostile'), 'hostile.yaml');
    const [job] = (await openFleet({ file })).jobs;
    assert.ok(job !== undefined);
    const address = queueAddress(queue, undefined);
    const raw = new Queue(queueName, { connection: address.connection });
    await raw.add('x', { hello: 'world' }, { jobId: 'x1' });
    const outside: FleetJob = { ...job, output: '../../outside.zip' };
    await raw.add('y', messageOf(outside, wants), { jobId: 'y1' });
    startWorker(queue);
    for (const id of ['x1', 'y1']) {
      let state: string | undefined;
      for (let look = 0; look < 200 && state !== 'failed'; look += 1) {
        await setTimeout(50);
        state = await (await raw.getJob(id))?.getState();
      }
      assert.equal(state, 'failed', id);
      assert.equal(readFailure((await raw.getJob(id))?.failedReason ?? '')[0]?.code, 'queue-job');
    }
    assert.equal(existsSync(join(work, '../../outside.zip')), false);
    await raw.close();
  });

  test('integration: a package that cannot be made is missing with the reason that the worker gave', async () => {
    const { url: queue } = await redis();
    const lines = product('limited', 'cache-size: 4K').map((line) =>
      line.replace('0[1-4]', '01').replace('0[56]', '05'),
    );
    startWorker(queue);
    const outcome = await runFleetByQueue({ file: writeFleet(work, lines, 'limited.yaml'), queue, queueName });
    assert.deepEqual(
      outcome.packages.map(({ state, faults }) => [state, faults[0]?.code]),
      [['missing', 'cache-too-small']],
    );
  });

  test('integration: a server that asks for a password, or is not there, is told at once', async () => {
    const { url, port } = await redis({ password: 'open sesame' });
    const code = async (queue: string): Promise<string | undefined> => {
      try {
        await fleetStatus({ queue, queueName });
      } catch (error) {
        assert.ok(error instanceof InputError);
        assert.doesNotMatch(error.message, /sesame|wrong-one/);
        return error.faults[0]?.code;
      }
      return undefined;
    };
    assert.equal(await code(url), 'queue-refused');
    assert.equal(await code(`redis://:wrong-one@127.0.0.1:${port}`), 'queue-refused');
    assert.equal(await code(`redis://:open%20sesame@127.0.0.1:${port}`), undefined);
    assert.equal(await code('redis://127.0.0.1:1'), 'queue-unreachable');
    assert.equal(await code('redis://no-such-host.invalid'), 'queue-unreachable');
  });
});

test('unit: addresses of queues', () => {
  assert.deepEqual(queueAddress('rediss://user:p%40ss@host:6380/2', undefined), {
    shown: 'rediss://host:6380',
    connection: { host: 'host', port: 6380, username: 'user', password: 'p@ss', db: 2, tls: {} },
  });
  assert.equal(queueAddress('redis://[::1]', 'secret').connection.password, 'secret');
  for (const text of ['http://host', 'redis://', 'host:6379', 'redis://h/x', 'redis://h?a=b', 'redis://u:secret@h/x']) {
    assert.throws(
      () => queueAddress(text, undefined),
      (error) =>
        error instanceof UsageError && error.faults[0]?.code === 'queue-url' && !error.message.includes('secret'),
      text,
    );
  }
});

test('unit: content never goes through the queue: a message is as large for a large build as for a small one', async () => {
  const file = writeFleet(work, product('sizes'), 'sizes.yaml');
  for (const job of (await openFleet({ file })).jobs) {
    assert.ok(JSON.stringify(messageOf(job, wants)).length < 4096);
    assert.deepEqual(readMessage(JSON.parse(JSON.stringify(messageOf(job, wants)))).job.id, job.id);
  }
  assert.equal(readFileSync(file, 'utf8').includes(revisionOf(1)), false);
});
