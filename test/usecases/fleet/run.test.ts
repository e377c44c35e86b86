/** Fleets made on this machine: bytes of single runs, what is not made twice, what is missing and why. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { FleetOutcome } from '../../../src/model/fleet.js';
import { outcomePage } from '../../../src/report/fleet/page.js';
import { fleetPatches } from '../../../src/usecases/fleet/patches.js';
import { openFleet } from '../../../src/usecases/fleet/plan.js';
import { runFleet } from '../../../src/usecases/fleet/run.js';
import { generateDefaults, generateFiles } from '../../../src/usecases/generate/generate-files.js';
import { reproduce } from '../../../src/usecases/reproduce/reproduce.js';
import { makeArchive, product, revisionOf, writeFleet } from '../../support/fleet.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('fleet');
let zips: readonly string[] = [];
before(async () => {
  zips = await makeArchive(work, 6);
});

function states({ packages }: FleetOutcome): string {
  const count = (wanted: string): number => packages.filter(({ state }) => state === wanted).length;
  return ['made', 'missing', 'there']
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${state}`)
    .join(', ');
}

const run = (file: string, cache?: string, only?: readonly string[]) =>
  runFleet({ file, only, encoding: { jobs: 2, cache } });

test('end-to-end: every package has the bytes of a single run; a second run makes nothing; a changed option makes all anew', async () => {
  const file = writeFleet(work, product('packages'));
  const cache = join(work, 'cache');
  const first = await run(file, cache);
  assert.equal(states(first), '8 made');
  for (const [from, to] of [
    [1, 5],
    [4, 6],
    [2, 6],
  ] as const) {
    const output = join(work, `single-${from}-${to}.zip`);
    const request = { ...generateDefaults, modes: 'build', parts: ['l', 'm', 'o', 'minor'], output } as const;
    const encoding = { effort: 'fast', jobs: 1 } as const;
    await generateFiles({ ...request, encoding, sources: [zips[from - 1] ?? ''], target: zips[to - 1] ?? '' });
    const made = readFileSync(join(work, `packages/${revisionOf(from)}-to-${revisionOf(to)}.zip`));
    assert.ok(readFileSync(output).equals(made), `${from} to ${to}`);
  }
  assert.equal(states(await run(file, cache)), '8 there');

  rmSync(join(work, 'packages'), { recursive: true });
  const again = await run(file, cache);
  assert.equal(states(again), '8 made');
  assert.ok(again.packages.every(({ cached }) => cached !== undefined && cached.all > 0 && cached.hits === cached.all));
  assert.deepEqual(
    again.packages.map(({ sha256 }) => sha256),
    first.packages.map(({ sha256 }) => sha256),
  );
  const other = writeFleet(work, product('packages', 'boot-update: whole'), 'other.yaml');
  assert.equal(states(await run(other, cache)), '8 made');
});

test('integration: packages that are made at once make no patch twice, whatever the cache is like', async () => {
  for (const readOnly of [false, true]) {
    const name = readOnly ? 'at-once-without' : 'at-once';
    const file = writeFleet(work, product(name), `${name}.yaml`);
    const cache = join(work, `${name}-cache`);
    mkdirSync(cache, { recursive: true });
    const { patches } = await fleetPatches(await openFleet({ file }), work, {});
    const { packages } = await runFleet({ file, encoding: { jobs: 3, cache, cacheReadOnly: readOnly } });
    const cached = packages.map((made) => made.cached ?? assert.fail());
    const [all, hits] = [
      cached.reduce((sum, each) => sum + each.all, 0),
      cached.reduce((sum, each) => sum + each.hits, 0),
    ];
    assert.ok(all > patches.length, `${all} for ${patches.length} patches`);
    assert.equal(all - hits, readOnly ? all : patches.length);
  }
});

test('integration: what is not what the record says is made again: other bytes, no record, another build of the name', async () => {
  const file = writeFleet(work, product('again'));
  const cache = join(work, 'cache');
  await run(file, cache);
  const [one = '', two = '', three = ''] = readdirSync(join(work, 'again')).filter((name) => name.endsWith('.zip'));
  writeFileSync(join(work, 'again', one), 'damaged');
  rmSync(join(work, 'again', `${two}.json`));
  const record = join(work, 'again', `${three}.json`);
  writeFileSync(record, readFileSync(record, 'utf8').replace(/"engine": "/, '"engine": "old '));
  assert.equal(states(await run(file, cache)), '3 made, 5 there');
  assert.equal(states(await run(file, cache)), '8 there');
});

test('integration: a package that was held against other limits, properties, flash or programs is made again', async () => {
  const only = [`gateway/${revisionOf(1)}-to-${revisionOf(5)}`];
  const cache = join(work, 'cache');
  const made = async (...more: readonly string[]): Promise<string> =>
    states(await run(writeFleet(work, product('conditions', ...more), 'conditions.yaml'), cache, only));
  assert.equal(await made(), '1 made');
  for (const more of [
    ['cache-size: 40M'],
    ['cache-size: 50M'],
    ['system-free: 100M'],
    ['usrdata-free: 100M'],
    ['device-memory: 500M'],
    ['erase-block: 256K'],
    ['property: ro.product.device=sdxlemur'],
    ['property: ro.product.device=other'],
    ['allow-program: /system/bin/true'],
    ['profile: android-4.4'],
    ['verify: "off"', 'cache-size: 40M'],
  ]) {
    assert.equal(await made(...more), '1 made', more.join());
    assert.equal(await made(...more), '1 there', more.join());
  }
  // Without a proof it does not matter what the proof would have been; a limit does.
  assert.equal(await made('verify: "off"', 'cache-size: 40M', 'erase-block: 128K'), '1 there');
  const record = join(work, 'conditions', `${revisionOf(1)}-to-${revisionOf(5)}.zip.json`);
  const { conditions: _, ...earlier } = JSON.parse(readFileSync(record, 'utf8'));
  writeFileSync(record, JSON.stringify(earlier));
  assert.equal(await made('verify: "off"', 'cache-size: 40M'), '1 made');
});

test('integration: ways back by request, and the cache that the file names', async () => {
  const file = writeFleet(work, product('asked'), 'asked.yaml');
  writeFileSync(file, `cache: cache\n${readFileSync(file, 'utf8')}`);
  const only = [[1, 5] as const, [5, 1] as const].map(([a, b]) => `gateway/${revisionOf(a)}-to-${revisionOf(b)}`);
  const request = { file, only, withRollback: true, encoding: { jobs: 2, defaultCache: join(work, 'not-used') } };
  const outcome = await runFleet(request);
  assert.equal(states(outcome), '2 made');
  assert.equal(existsSync(join(work, 'not-used')), false);
  const back = outcome.plan.jobs.find(({ rollback }) => rollback);
  assert.equal(back?.id, only[1]);
  rmSync(join(work, 'asked'), { recursive: true });
  const again = await runFleet(request);
  assert.ok(again.packages.every(({ cached }) => cached !== undefined && cached.hits === cached.all));
  await assert.rejects(runFleet({ ...request, withRollback: undefined }), /no package and no product of this name/);
});

test('integration: a package that cannot be made is missing with its reason, and keeps no other from it', async () => {
  const limited = writeFleet(work, product('limited', 'cache-size: 4K'), 'limited.yaml');
  const outcome = await run(limited);
  assert.equal(states(outcome), '8 missing');
  assert.ok(outcome.packages.every(({ faults }) => faults[0]?.code === 'cache-too-small'));
  assert.deepEqual(readdirSync(join(work, 'limited')), []);
  assert.match(outcomePage(outcome), /a package on the way is missing/);
});

test('integration: budgets are held', async () => {
  const file = writeFleet(work, product('budgeted', 'budgets: {package: 4KB}'), 'budgeted.yaml');
  const outcome = await run(file, join(work, 'cache'), [`gateway/${revisionOf(1)}-to-${revisionOf(5)}`]);
  assert.equal(states(outcome), '1 made');
  assert.deepEqual(
    outcome.findings.map(({ severity, code }) => `${severity} ${code}`),
    ['error fleet-budget-exceeded'],
  );
});

test('end-to-end: ways back, chains and whole packages are made and proved, and are made again out of their records', async () => {
  const lines = ['policy: {back: 2, beyond: whole}', 'with-rollback: true'];
  const file = writeFleet(work, product('policies', ...lines), 'policies.yaml');
  const outcome = await run(file, join(work, 'cache'));
  assert.equal(states(outcome), '16 made');
  assert.deepEqual(outcome.plan.noWayBack, []);
  assert.ok(outcome.packages.every(({ proof }) => proof?.startsWith('strict')));
  const kinds = outcome.plan.jobs.map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === 'whole').length, 5);
  for (const kind of ['whole', 'patches'] as const) {
    const job = outcome.plan.jobs.find((each) => each.kind === kind && (kind === 'whole' || each.rollback));
    const before = process.cwd();
    process.chdir(work);
    try {
      const reproduction = await reproduce({ record: `${job?.output}.json`, jobs: 1 });
      assert.deepEqual([reproduction.same, reproduction.differences], [true, []]);
    } finally {
      process.chdir(before);
    }
  }
  assert.equal(states(await run(file)), '16 there');
});

test('integration: two products that want the same bytes get them, made once', async () => {
  mkdirSync(join(work, 'twice'), { recursive: true });
  const file = join(work, 'twice.yaml');
  const one = ['archive: releases', `sources: [${revisionOf(3)}]`, `targets: [${revisionOf(4)}]`, 'effort: fast'];
  const lines = (name: string): string =>
    [`  ${name}:`, ...one.map((line) => `    ${line}`), `    output: twice/${name}`].join('\n');
  writeFileSync(file, `products:\n${lines('left')}\n${lines('right')}\n`);
  const outcome = await run(file);
  assert.equal(states(outcome), '1 made');
  const name = `${revisionOf(3)}-to-${revisionOf(4)}.zip`;
  for (const ending of ['', '.json']) {
    const [left, right] = ['left', 'right'].map((folder) =>
      readFileSync(join(work, `twice/${folder}/${name}${ending}`)),
    );
    assert.ok(left !== undefined && right !== undefined && left.equals(right));
  }
  assert.equal(states(await run(file)), '1 there');
});

test('integration: patches are named once across pairs, and no package is larger than its estimate says', async () => {
  const file = writeFleet(work, product('estimated'), 'estimated.yaml');
  const empty = join(work, 'estimates');
  const before = await fleetPatches(await openFleet({ file }), work, { cache: empty });
  const uses = before.patches.reduce((sum, { jobs }) => sum + jobs.length, 0);
  assert.ok(before.patches.length < uses, `${before.patches.length} for ${uses}`);
  assert.ok(before.estimates.every(({ kind }) => kind === 'at-most'));
  const outcome = await run(file, empty);
  const sizes = new Map(outcome.packages.map(({ id, bytes = 0 }) => [id, bytes]));
  for (const { id, bytes } of before.estimates) assert.ok(bytes >= (sizes.get(id) ?? 0), id);
  rmSync(join(work, 'estimated'), { recursive: true });
  const known = await fleetPatches(await openFleet({ file }), work, { cache: empty });
  assert.ok(known.patches.every(({ packageBytes }) => packageBytes !== undefined));
  for (const { id, bytes, kind } of known.estimates) {
    assert.equal(kind, 'known');
    assert.ok(bytes >= (sizes.get(id) ?? 0), id);
  }
});

test('integration: without a cache packages are estimated, near to what they become', async () => {
  const file = writeFleet(work, product('guessed'), 'guessed.yaml');
  const estimate = async () => {
    const { estimates } = await fleetPatches(await openFleet({ file }), work, {}, { estimate: true });
    return estimates;
  };
  const before = await estimate();
  assert.ok(before.every(({ kind }) => kind === 'estimate'));
  const outcome = await run(file, join(work, 'cache'));
  const sizes = new Map(outcome.packages.map(({ id, bytes = 0 }) => [id, bytes]));
  for (const { id, bytes } of before) {
    const ratio = bytes / (sizes.get(id) ?? 0);
    assert.ok(ratio > 0.7 && ratio < 1.3, `${id}: ${ratio}`);
  }
  assert.deepEqual(
    (await estimate()).map(({ kind, bytes, id }) => [kind, bytes === sizes.get(id)]),
    before.map(() => ['exact', true]),
  );
});

test('integration: a stopped run leaves whole packages and nothing else, and the next one goes on', async () => {
  const file = writeFleet(work, product('stopped'), 'stopped.yaml');
  const stop = new AbortController();
  let made = 0;
  const stopped = runFleet(
    { file, encoding: { jobs: 1, cache: join(work, 'cache') } },
    {
      signal: stop.signal,
      onPackage: () => {
        made += 1;
        if (made === 3) stop.abort(new Error('stopped'));
      },
    },
  );
  await assert.rejects(stopped, /stopped/);
  assert.equal(readdirSync(join(work, 'stopped')).length, 6);
  assert.equal(states(await run(file, join(work, 'cache'))), '5 made, 3 there');
  assert.equal(existsSync(join(work, 'stopped', 'lock')), false);
});
