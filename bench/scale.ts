/**
 * Measures how time and memory of a whole `generate` grow: pairs of builds with n, 2n and 4n files, and with n, 2n and
 * 4n megabytes, made on top of the sample pair. An exponent of 1 is growth in proportion, 2 is four times the time for
 * twice the input; what costs the same for any input makes it smaller than 1. Stages are in processor time, which is nearly the same on
 * a busy machine.
 *
 *   node dist/bench/scale.js [files|bytes] [--files N] [--megabytes N] [--verify quick|full|off]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sampleBuilds } from '../samples/make.js';
import { tableLines } from '../src/report/table.js';
import { seededRandom } from '../test/support/random.js';
import { file, link, type NodeSpec, writeTargetFiles } from '../test/support/targetfiles.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '2000' },
    megabytes: { type: 'string', default: '8' },
    verify: { type: 'string', default: 'quick' },
  },
});

type Nodes = Record<string, NodeSpec>;

interface Pair {
  readonly before: Nodes;
  readonly after: Nodes;
}

/** Of ten files in folders of fifty: four stay, two change, and one each moves, goes, comes and is a link elsewhere. */
function manyFiles(count: number): Pair {
  const before: Nodes = {};
  const after: Nodes = {};
  for (let i = 0; i < count; i += 1) {
    const folder = `SYSTEM/scale/d${Math.floor(i / 50)}`;
    const path = `${folder}/f${i}`;
    const text = `file ${i} `.repeat(20);
    const kind = i % 10;
    if (kind < 6) {
      before[path] = file(text);
      after[path] = file(kind < 4 ? text : `${text}changed`);
    } else if (kind === 6) {
      before[path] = file(text);
      after[`${folder}/moved/f${i}`] = file(text);
    } else if (kind === 7) {
      before[path] = file(text);
    } else if (kind === 8) {
      after[path] = file(text);
    } else {
      before[path] = link(`f${i - 1}`);
      after[path] = link(`f${i - 2}`);
    }
  }
  return { before, after };
}

/** Files of one megabyte of which a few bytes change. */
function manyBytes(megabytes: number): Pair {
  const before: Nodes = {};
  const after: Nodes = {};
  for (let i = 0; i < megabytes; i += 1) {
    const bytes = seededRandom(i + 1).bytes(2 ** 20);
    const changed = Buffer.from(bytes);
    for (let at = 1000; at < changed.length; at += 50_000) changed[at] = (changed[at] ?? 0) ^ 0xff;
    before[`SYSTEM/scale/f${i}`] = file(bytes);
    after[`SYSTEM/scale/f${i}`] = file(changed);
  }
  return { before, after };
}

/** Times in milliseconds, memory and size in bytes. */
interface Measured {
  readonly total: number;
  readonly cpu: number;
  readonly peak: number;
  readonly size: number;
  readonly stageCpu: Readonly<Record<string, number>>;
}

/** A generate in a process of its own, which gives its peak memory. */
function measure(folder: string, { before, after }: Pair): Measured {
  const { source, target } = sampleBuilds();
  mkdirSync(folder);
  writeTargetFiles(join(folder, 'v1'), { ...source, nodes: { ...source.nodes, ...before } });
  writeTargetFiles(join(folder, 'v2'), { ...target, nodes: { ...target.nodes, ...after } });
  const script = fileURLToPath(new URL('generate.js', import.meta.url));
  const where = ['--cache', join(folder, 'cache'), '--output', join(folder, 'update.zip')];
  const words = [script, folder, '--once', ...where, '--verify', values.verify];
  const { status, stdout } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the run ended with ${status}`);
  return JSON.parse(stdout);
}

/** The power of the input's size with which a figure grows over the runs, each of twice the input. */
function exponent(figures: readonly number[]): string {
  const [first = 0, last = 0] = [figures[0], figures.at(-1)];
  return first <= 0 || last <= 0 ? '' : (Math.log2(last / first) / (figures.length - 1)).toFixed(2);
}

function show(sizes: readonly string[], runs: readonly Measured[]): string {
  const row = (name: string, figures: readonly number[], text: (figure: number) => string): readonly string[] => [
    name,
    ...figures.map(text),
    exponent(figures),
  ];
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
  const stages = [...new Set(runs.flatMap(({ stageCpu }) => Object.keys(stageCpu)))];
  const rows = [
    row(
      'total',
      runs.map(({ total }) => total),
      seconds,
    ),
    row(
      'processor',
      runs.map(({ cpu }) => cpu),
      seconds,
    ),
    ...stages.map((stage) =>
      row(
        `  ${stage}`,
        runs.map((run) => run.stageCpu[stage] ?? 0),
        seconds,
      ),
    ),
    row(
      'peak memory',
      runs.map(({ peak }) => peak),
      (bytes) => `${Math.round(bytes / 1e6)} MB`,
    ),
    row(
      'package',
      runs.map(({ size }) => size),
      String,
    ),
  ];
  const columns = ['', ...sizes, 'exponent'].map((heading) => ({ heading, align: 'right' as const }));
  return `${tableLines(columns, rows).join('\n')}\n`;
}

const factors = [1, 2, 4];
const work = mkdtempSync(join(tmpdir(), 'dfota-scale-'));
try {
  for (const [what, unit, size, make] of [
    ['files', 'files', Number(values.files), manyFiles],
    ['bytes', 'MB', Number(values.megabytes), manyBytes],
  ] as const) {
    if (positionals.length > 0 && !positionals.includes(what)) continue;
    const sizes = factors.map((factor) => factor * size);
    const runs = sizes.map((count) => measure(join(work, `${what}-${count}`), make(count)));
    process.stdout.write(
      show(
        sizes.map((count) => `${count} ${unit}`),
        runs,
      ),
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
