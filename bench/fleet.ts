/**
 * Measures a fleet of 12 sources and 3 targets, 36 packages: whether each has the bytes of a single run of `generate`; processor time of the first run and of
 * the second, out of the cache; and one process against two workers of a queue.
 *
 *   node dist/bench/fleet.js                         versions that the samples' maker makes
 *   node dist/bench/fleet.js V1.zip V2.zip           versions between two real builds, cut down: some files of each, of which more and more are the later ones
 *       [--megabytes 2] [--workers]                  so many of them; also with redis-server and two workers
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readTree } from '../src/input/read-tree.js';
import type { FleetOutcome } from '../src/model/fleet.js';
import type { BuildPath } from '../src/model/path.js';
import type { Tree } from '../src/model/tree.js';
import { archiveAdd } from '../src/usecases/archive/add.js';
import { fleetPatches } from '../src/usecases/fleet/patches.js';
import { openFleet } from '../src/usecases/fleet/plan.js';
import { runFleetByQueue } from '../src/usecases/fleet/queue.js';
import { runFleet } from '../src/usecases/fleet/run.js';
import { generateDefaults, generateFiles } from '../src/usecases/generate/generate-files.js';
import { revisionOf, version, writeFleet } from '../test/support/fleet.js';
import { startRedis } from '../test/support/redis.js';
import { file, type NodeSpec, type TargetFilesSpec, writeTargetFiles } from '../test/support/targetfiles.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { megabytes: { type: 'string', default: '2' }, workers: { type: 'boolean', default: false } },
});

const [sources, targets] = [12, 3];
const versions = sources + targets;
const folder = mkdtempSync(join(tmpdir(), 'dfota-bench-fleet-'));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Files that both builds have and that differ, small ones, up to so many bytes: every nth, so that they are of all kinds. */
async function changedFiles(before: Tree, after: Tree, most: number): Promise<readonly BuildPath[]> {
  const all = [...after.nodes].flatMap(([path, node]) => {
    const old = before.nodes.get(path);
    if (!path.startsWith('SYSTEM/') || path === 'SYSTEM/etc/quectel-project-version') return [];
    if (node.kind !== 'file' || old?.kind !== 'file' || old.content.sha1 === node.content.sha1) return [];
    const { size } = node.content;
    return size === 0 || size > 512 * 1024 ? [] : [{ path, size, order: createHash('md5').update(path).digest('hex') }];
  });
  let bytes = 0;
  const chosen: BuildPath[] = [];
  for (const { path, size } of all.sort((a, b) => (a.order < b.order ? -1 : 1))) {
    if (bytes + size > most) continue;
    bytes += size;
    chosen.push(path);
  }
  say(`${chosen.length} files of both builds, ${(bytes / 1e6).toFixed(2)} MB`);
  return chosen;
}

/** The nth version between two real builds: of its files n in 15 are the later ones. */
async function realVersions(first: string, second: string): Promise<readonly TargetFilesSpec[]> {
  const options = { stage: 'read-source', onProgress: () => {}, signal: undefined } as const;
  const [before, after] = [await readTree(first, options), await readTree(second, options)];
  try {
    const paths = await changedFiles(before, after, Number(values.megabytes) * 1e6);
    const specs: TargetFilesSpec[] = [];
    for (let n = 1; n <= versions; n += 1) {
      const nodes: Record<string, NodeSpec> = {};
      for (const [at, path] of paths.entries()) {
        const tree = (at * 7) % versions < n ? after : before;
        nodes[path] = file(Buffer.from(await tree.read(path)));
      }
      const day = String(n).padStart(2, '0');
      specs.push({ nodes, revision: `A${day}`, packageTime: `2022-06-${day},10:00` });
    }
    return specs;
  } finally {
    await before.close();
    await after.close();
  }
}

function sampleVersions(): readonly TargetFilesSpec[] {
  return Array.from({ length: versions }, (_, at) => version(at + 1));
}

/** Processor and wall seconds of what is done. */
async function measured<T>(
  act: () => Promise<T>,
): Promise<{ readonly result: T; readonly cpu: number; readonly wall: number }> {
  const [cpu, wall] = [process.cpuUsage(), Date.now()];
  const result = await act();
  const used = process.cpuUsage(cpu);
  return { result, cpu: (used.user + used.system) / 1e6, wall: (Date.now() - wall) / 1e3 };
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function product(output: string): readonly string[] {
  const named = (from: number, to: number): string =>
    Array.from({ length: to - from + 1 }, (_, at) => revisionOf(from + at)).join(', ');
  return [
    'archive: releases',
    `sources: [${named(1, sources)}]`,
    `targets: [${named(sources + 1, versions)}]`,
    `output: ${output}`,
  ];
}

/** Packages by pair, of single runs without a cache. */
async function singleRuns(zips: readonly string[]): Promise<ReadonlyMap<string, string>> {
  mkdirSync(join(folder, 'single'));
  const made = new Map<string, string>();
  for (let to = sources + 1; to <= versions; to += 1) {
    for (let from = 1; from <= sources; from += 1) {
      const id = `gateway/${revisionOf(from)}-to-${revisionOf(to)}`;
      const output = join(folder, 'single', `${from}-${to}.zip`);
      const request = { ...generateDefaults, modes: 'build', parts: ['l', 'm', 'o', 'minor'], output } as const;
      const encoding = { effort: 'normal', jobs: 1 } as const;
      await generateFiles({ ...request, encoding, sources: [zips[from - 1] ?? ''], target: zips[to - 1] ?? '' });
      made.set(id, digest(output));
    }
  }
  return made;
}

function compare(what: string, { packages }: FleetOutcome, single: ReadonlyMap<string, string>): void {
  const same = packages.filter(({ id, sha256 }) => sha256 !== undefined && single.get(id) === sha256).length;
  const [hits, all] = packages.reduce(
    ([a, b], { cached }) => [a + (cached?.hits ?? 0), b + (cached?.all ?? 0)],
    [0, 0],
  );
  say(
    `${what}: ${same} of ${single.size} packages have the bytes of single runs${all > 0 ? `; ${hits} of ${all} patches and files from the cache` : ''}`,
  );
  if (same !== single.size) process.exitCode = 1;
}

async function withWorkers(single: ReadonlyMap<string, string>): Promise<void> {
  const redis = await startRedis(mkdtempSync(join(folder, 'redis-')));
  const script = fileURLToPath(new URL('../test/support/fleet-worker.js', import.meta.url));
  try {
    for (const count of [1, 2]) {
      const cache = join(folder, `cache-${count}`);
      const workers = Array.from({ length: count }, () =>
        spawn(process.execPath, [script, redis.url, folder, cache, '60000'], {
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
      );
      const file = writeFleet(folder, product(`workers-${count}`), `workers-${count}.yaml`);
      const request = { file, queue: redis.url, queueName: 'dfota-fleet', encoding: { cache } };
      const { result, wall } = await measured(() => runFleetByQueue(request));
      for (const worker of workers) worker.kill();
      compare(`${count} worker${count === 1 ? '' : 's'}, ${wall.toFixed(1)} s`, result, single);
    }
  } finally {
    await redis.kill();
  }
}

try {
  const [first, second] = positionals;
  const specs = first === undefined || second === undefined ? sampleVersions() : await realVersions(first, second);
  const zips: string[] = [];
  for (const [at, spec] of specs.entries()) {
    const build = writeTargetFiles(join(folder, `v${at + 1}`), spec);
    await archiveAdd({ build, archive: join(folder, 'releases') });
    zips.push(build);
  }
  const single = await measured(() => singleRuns(zips));
  say(`${single.result.size} single runs: ${single.cpu.toFixed(1)} CPU seconds, ${single.wall.toFixed(1)} s`);
  const file = writeFleet(folder, product('packages'));
  const { patches } = await fleetPatches(await openFleet({ file }), folder, {});
  const uses = patches.reduce((sum, { jobs }) => sum + jobs.length, 0);
  say(`${uses} patches and files are needed, ${patches.length} different ones`);
  const run = () => runFleet({ file, encoding: { jobs: 1, cache: join(folder, 'cache') } });
  const cold = await measured(run);
  compare(`the fleet, cold: ${cold.cpu.toFixed(1)} CPU seconds, ${cold.wall.toFixed(1)} s`, cold.result, single.result);
  rmSync(join(folder, 'packages'), { recursive: true });
  const warm = await measured(run);
  compare(
    `the fleet, from its cache: ${warm.cpu.toFixed(1)} CPU seconds, ${warm.wall.toFixed(1)} s`,
    warm.result,
    single.result,
  );
  say(
    `ratio of processor time, second run to first: ${(warm.cpu / cold.cpu).toFixed(2)}; first run to single runs: ${(cold.cpu / single.cpu).toFixed(2)}`,
  );
  const there = await measured(run);
  say(`a run that finds everything there: ${there.cpu.toFixed(1)} CPU seconds`);
  if (values.workers) await withWorkers(single.result);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
