/**
 * What dfota makes of each file that differs between two folders, against Debian's bsdiff and bsdiff-node:
 *
 *     node dist/bench/engine.js OLD NEW [--effort normal] [--every 1] [--skip 'recovery.img'] [--runs 1]
 *                               [--contenders product,engine,bsdiff,bsdiff-node]
 *
 * `product` takes the smallest of BSDIFF40, IMGDIFF2 and the whole file, and proves it, as `generate` does; `engine` is the
 * BSDIFF40 encoder alone. Each contender works two files at a time, largest first, in a process of its own. Prints total size, median wall time of
 * the runs, processor time and peak memory, and each file that does not reach what is promised for single files.
 */
import { fork, spawn } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type BsdiffEffort, encodeBsdiff } from '../src/encode/bsdiff/bsdiff.js';
import { encodeFile } from '../src/encode/encode-file.js';
import { sha1Of } from '../src/model/digest.js';

interface Pair {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly sourceSize: number;
  readonly targetSize: number;
}

/** What became of one pair: patch bytes and processor seconds (0 where they cannot be told apart). */
type Made = readonly [index: number, size: number, seconds: number];

interface Run {
  readonly made: readonly Made[];
  readonly wall: number;
  readonly processor: number;
  readonly peak: number;
}

const self = fileURLToPath(import.meta.url);
const atOnce = 2;
const contenders = ['product', 'engine', 'bsdiff', 'bsdiff-node'] as const;
type Contender = (typeof contenders)[number];

function effortOf(text: string): BsdiffEffort {
  if (text === 'fast' || text === 'normal' || text === 'best') return text;
  throw new Error(`--effort ${text}: fast, normal or best`);
}

function changedPairs(from: string, to: string, every: number, skip: RegExp | undefined): Pair[] {
  return readdirSync(to, { recursive: true, encoding: 'latin1' })
    .filter((name) => skip?.test(name) !== true)
    .map((name) => ({ name, source: join(from, name), target: join(to, name) }))
    .filter(({ source, target }) => {
      const [a, b] = [source, target].map((path) => lstatSync(path, { throwIfNoEntry: false }));
      return a?.isFile() === true && b?.isFile() === true && !readFileSync(source).equals(readFileSync(target));
    })
    .map((pair) => ({ ...pair, sourceSize: statSync(pair.source).size, targetSize: statSync(pair.target).size }))
    .sort((a, b) => b.sourceSize + b.targetSize - a.sourceSize - a.targetSize || (a.name < b.name ? -1 : 1))
    .filter((_, i) => i % every === 0);
}

function engineSize(source: string, target: string, effort: BsdiffEffort): number {
  return encodeBsdiff(readFileSync(source), readFileSync(target), { effort }).length;
}

function productSize(source: string, target: string, effort: BsdiffEffort): number {
  const bytes = new Uint8Array(readFileSync(target));
  const request = {
    target: bytes,
    targetSha1: sha1Of(bytes),
    bases: [new Uint8Array(readFileSync(source))],
    costs: [],
  };
  return encodeFile(request, { effort, worthwhile: 0.95 }).chosen.packed.bytes.length;
}

/** Works the pairs off, two at a time. */
async function workOff(pairs: readonly Pair[], work: (pair: Pair, lane: number) => Promise<[number, number]>) {
  const made: Made[] = [];
  let next = 0;
  const lanes = Array.from({ length: atOnce }, async (_, lane) => {
    for (let index = next++; index < pairs.length; index = next++) {
      const pair = pairs[index];
      if (pair !== undefined) made.push([index, ...(await work(pair, lane))]);
    }
  });
  await Promise.all(lanes);
  return made;
}

async function runOurs(contender: Contender, pairs: readonly Pair[], effort: BsdiffEffort): Promise<readonly Made[]> {
  const workers = Array.from({ length: atOnce }, () => new Worker(self, { workerData: { effort, contender } }));
  const made = await workOff(pairs, (pair, lane) => {
    const worker = workers[lane];
    return new Promise((resolve) => {
      worker?.once('message', resolve).postMessage([pair.source, pair.target]);
    });
  });
  await Promise.all(workers.map((worker) => worker.terminate()));
  return made;
}

async function runBsdiffNode(pairs: readonly Pair[], folder: string): Promise<readonly Made[]> {
  const loaded: unknown = createRequire(import.meta.url)('bsdiff-node');
  if (typeof loaded !== 'object' || loaded === null || !('diff' in loaded) || typeof loaded.diff !== 'function') {
    throw new Error('bsdiff-node has no function diff');
  }
  const { diff } = loaded;
  return workOff(pairs, async ({ source, target }, lane) => {
    const patch = join(folder, `node-${lane}`);
    const done: unknown = Reflect.apply(diff, loaded, [source, target, patch, () => undefined]);
    await done;
    return [statSync(patch).size, 0];
  });
}

/** Debian's program runs in processes of its own: the peak is that of the largest, twice. */
async function runBsdiff(pairs: readonly Pair[], folder: string) {
  let peak = 0;
  const made = await workOff(pairs, ({ source, target }, lane) => {
    const patch = join(folder, `debian-${lane}`);
    return new Promise((resolve, reject) => {
      const child = spawn('bsdiff', [source, target, patch], { stdio: 'inherit' });
      const watch = setInterval(() => {
        try {
          const status = readFileSync(`/proc/${child.pid}/status`, 'latin1');
          peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0));
        } catch {
          // It has just ended.
        }
      }, 20);
      child.once('error', reject).once('exit', (code) => {
        clearInterval(watch);
        if (code === 0) resolve([statSync(patch).size, 0]);
        else reject(new Error(`bsdiff: exit code ${code}`));
      });
    });
  });
  return { made, peak: peak * atOnce };
}

async function contend(contender: Contender, pairs: readonly Pair[], effort: BsdiffEffort): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-engine-'));
  const start = performance.now();
  let peak = 0;
  let made: readonly Made[] = [];
  try {
    if (contender === 'product' || contender === 'engine') made = await runOurs(contender, pairs, effort);
    else if (contender === 'bsdiff-node') made = await runBsdiffNode(pairs, folder);
    else ({ made, peak } = await runBsdiff(pairs, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const use = process.resourceUsage();
  return {
    made,
    wall: (performance.now() - start) / 1e3,
    processor: (use.userCPUTime + use.systemCPUTime) / 1e6,
    peak: peak === 0 ? use.maxRSS : peak,
  };
}

/** A contender in a fresh process, so that its peak memory is its own. */
function contendApart(contender: Contender, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = fork(self, [...args, '--contender', contender], { serialization: 'advanced' });
    child.once('message', (run: Run) => resolve(run)).once('error', reject);
    child.once('exit', (code) => reject(new Error(`${contender}: exit code ${code}`)));
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      effort: { type: 'string', default: 'normal' },
      every: { type: 'string', default: '1' },
      skip: { type: 'string' },
      runs: { type: 'string', default: '1' },
      contender: { type: 'string' },
      contenders: { type: 'string', default: 'product,bsdiff,bsdiff-node' },
    },
  });
  const [from, to] = positionals;
  if (from === undefined || to === undefined) throw new Error('give two folders');
  const effort = effortOf(values.effort);
  const pairs = changedPairs(
    from,
    to,
    Number(values.every),
    values.skip === undefined ? undefined : new RegExp(values.skip),
  );
  const apart = contenders.find((name) => name === values.contender);
  if (apart !== undefined) {
    process.send?.(await contend(apart, pairs, effort), () => process.disconnect());
    return;
  }

  const bytes = pairs.reduce((sum, { sourceSize, targetSize }) => sum + sourceSize + targetSize, 0);
  console.log(
    `${pairs.length} changed files, ${(bytes / 1e6).toFixed(1)} MB old and new, ${atOnce} at a time, effort ${effort}`,
  );
  const results = new Map<Contender, { readonly last: Run; readonly wall: number; readonly total: number }>();
  const chosen = contenders.filter((name) => values.contenders.split(',').includes(name));
  for (const contender of chosen) {
    const runs: Run[] = [];
    for (let i = 0; i < Number(values.runs); i++) runs.push(await contendApart(contender, args));
    const last = runs.at(-1);
    if (last === undefined) throw new Error('--runs: at least 1');
    const total = last.made.reduce((sum, [, size]) => sum + size, 0);
    const wall = median(runs.map((run) => run.wall));
    results.set(contender, { last, wall, total });
    const processor = contender === 'bsdiff' ? '' : `, processor ${last.processor.toFixed(1)} s`;
    console.log(
      `${contender.padEnd(12)} ${total} bytes, ${wall.toFixed(1)} s (median of ${runs.length})${processor}, peak ${(last.peak / 1024).toFixed(0)} MB`,
    );
  }
  const [debian, peer] = [results.get('bsdiff'), results.get('bsdiff-node')];
  for (const contender of ['product', 'engine'] as const) {
    const ours = results.get(contender);
    if (ours === undefined) continue;
    const ratios = [
      ...(debian === undefined ? [] : [`size ${(ours.total / debian.total).toFixed(4)} of bsdiff's`]),
      ...(debian === undefined ? [] : [`time ${(ours.wall / debian.wall).toFixed(3)} of bsdiff's`]),
      ...(peer === undefined ? [] : [`time ${(ours.wall / peer.wall).toFixed(3)} of bsdiff-node's`]),
    ];
    console.log(`${contender}: ${ratios.join(', ')}`);
    tellExceptions(pairs, ours.last, debian?.last);
  }
}

/** Files that do not reach what is promised for single files: one per cent above bsdiff, a second for each megabyte. */
function tellExceptions(pairs: readonly Pair[], ours: Run, debian: Run | undefined): void {
  const sizes = new Map(debian?.made.map(([index, size]) => [index, size]));
  for (const [index, size, seconds] of ours.made) {
    const pair = pairs[index];
    const other = sizes.get(index) ?? 0;
    if (pair === undefined) continue;
    if (other > 50_000 && size > 1.01 * other) console.log(`larger: ${pair.name} ${size} (bsdiff ${other})`);
    const limit = (pair.sourceSize + pair.targetSize) / 1e6;
    if (seconds > Math.max(limit, 0.2))
      console.log(`slow: ${pair.name} ${seconds.toFixed(2)} s for ${limit.toFixed(2)} MB`);
  }
}

if (isMainThread) {
  await main();
} else {
  const { effort, contender } = workerData;
  parentPort?.on('message', ([source, target]: readonly [string, string]) => {
    const start = performance.now();
    const size = contender === 'engine' ? engineSize(source, target, effort) : productSize(source, target, effort);
    parentPort?.postMessage([size, (performance.now() - start) / 1e3]);
  });
}
