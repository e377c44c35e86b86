/**
 * Measures a whole `generate` on a pair of builds, with a cold and with a warm patch cache, beside Debian's bsdiff over the
 * same changed files: time and CPU seconds by stage, peak memory, package size; medians of several runs.
 *
 *   node dist/bench/generate.js PAIR [--runs N] [--lists DIR] [--effort fast|normal|best] [--jobs N] [--memory BYTES]
 *                               [--verify quick|full|off] [--no-bsdiff]
 *
 * PAIR is a folder with v1/targetfiles.zip and v2/targetfiles.zip. Each run is a process of its own, since peak memory
 * belongs to a process. On a machine that does other work as well, the CPU seconds are the figures to compare.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { allParts } from '../src/model/parts.js';
import { tableLines } from '../src/report/table.js';
import { generateDefaults } from '../src/usecases/generate/generate-defaults.js';
import { type GenerateRequest, generateFiles } from '../src/usecases/generate/generate-files.js';
import { bsdiffPair } from './bsdiff.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lists: { type: 'string' },
    effort: { type: 'string', default: 'normal' },
    jobs: { type: 'string' },
    memory: { type: 'string' },
    runs: { type: 'string', default: '1' },
    'no-bsdiff': { type: 'boolean', default: false },
    verify: { type: 'string', default: 'quick' },
    cache: { type: 'string' },
    output: { type: 'string' },
    once: { type: 'boolean' },
  },
});

/** Milliseconds on the clock, and of all processors together. */
interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

/** What one run has measured. Times are milliseconds, sizes bytes. */
interface Measured {
  readonly total: number;
  readonly cpu: number;
  readonly peak: number;
  readonly size: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly stageCpu: Readonly<Record<string, number>>;
}

function oneOf<Word extends string>(words: readonly Word[], word: string): Word {
  const found = words.find((each) => each === word);
  if (found === undefined) throw new RangeError(`${word} is none of ${words.join(', ')}`);
  return found;
}

/** Milliseconds that the processors have worked for this process, all its threads together. */
function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The run itself, in a process of its own: prints what it measured as JSON. */
async function runOnce(pair: string, cache: string, output: string): Promise<void> {
  const stages = new Map<string, Spent>();
  const start = performance.now();
  let stage = 'start';
  let since: Spent = { wall: start, cpu: 0 };
  const enter = (next: string): void => {
    if (next === stage) return;
    const now: Spent = { wall: performance.now(), cpu: cpuNow() };
    const before = stages.get(stage) ?? { wall: 0, cpu: 0 };
    stages.set(stage, { wall: before.wall + now.wall - since.wall, cpu: before.cpu + now.cpu - since.cpu });
    stage = next;
    since = now;
  };
  const request: GenerateRequest = {
    ...generateDefaults,
    sources: [join(pair, 'v1/targetfiles.zip')],
    target: join(pair, 'v2/targetfiles.zip'),
    lists: values.lists,
    modes: 'build',
    output,
    parts: allParts,
    encoding: {
      effort: oneOf(['fast', 'normal', 'best'], values.effort),
      // The run's own cache, as by default: what a named one holds is proved again.
      defaultCache: cache,
      jobs: values.jobs === undefined ? undefined : Number(values.jobs),
      memory: values.memory === undefined ? undefined : Number(values.memory),
    },
    verify: { level: oneOf(['full', 'quick', 'off'], values.verify), profile: 'strict' },
  };
  const [made] = await generateFiles(request, { onProgress: (progress) => enter(progress.stage) });
  enter('end');
  const measured: Measured = {
    total: performance.now() - start,
    cpu: cpuNow(),
    peak: process.resourceUsage().maxRSS * 1024,
    size: made?.generated.output.size ?? 0,
    stages: Object.fromEntries([...stages].map(([name, { wall }]) => [name, wall])),
    stageCpu: Object.fromEntries([...stages].map(([name, { cpu }]) => [name, cpu])),
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

/** Runs it in a new process and reads what it measured. */
function measure(words: readonly string[]): Measured {
  const script = fileURLToPath(import.meta.url);
  const { status, stdout } = spawnSync(process.execPath, [script, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the run ended with ${status}`);
  return JSON.parse(stdout);
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

/** A column: the medians of the runs of one kind. */
interface Column {
  readonly heading: string;
  readonly spent: Spent;
  readonly peak: number;
  readonly size: number;
  readonly stage: (name: string) => Spent;
}

function columnOf(heading: string, runs: readonly Measured[]): Column {
  const of = (pick: (run: Measured) => number): number => median(runs.map(pick));
  return {
    heading,
    spent: { wall: of(({ total }) => total), cpu: of(({ cpu }) => cpu) },
    peak: of(({ peak }) => peak),
    size: of(({ size }) => size),
    stage: (name) => ({
      wall: of(({ stages }) => stages[name] ?? 0),
      cpu: of(({ stageCpu }) => stageCpu[name] ?? 0),
    }),
  };
}

function show(columns: readonly Column[], stages: readonly string[]): string {
  const seconds = ({ wall, cpu }: Spent): readonly string[] =>
    wall === 0 ? ['', ''] : [(wall / 1000).toFixed(1), (cpu / 1000).toFixed(1)];
  const rows = [
    ['total', ...columns.flatMap(({ spent }) => seconds(spent))],
    ...stages.map((name) => [`  ${name}`, ...columns.flatMap(({ stage }) => seconds(stage(name)))]),
    ['peak memory, MB', ...columns.flatMap(({ peak }) => [String(Math.round(peak / 1e6)), ''])],
    ['bytes', ...columns.flatMap(({ size }) => [String(size), ''])],
  ];
  const headings = columns.flatMap(({ heading }) => [`${heading}, s`, 'CPU s']);
  const table = [{ heading: '' }, ...headings.map((heading) => ({ heading, align: 'right' as const }))];
  return `${tableLines(table, rows).join('\n')}\n`;
}

async function compare(pairFolder: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'dfota-bench-'));
  const cold: Measured[] = [];
  const warm: Measured[] = [];
  const bsdiff: Awaited<ReturnType<typeof bsdiffPair>>[] = [];
  try {
    for (let run = 0; run < Number(values.runs); run += 1) {
      const where = ['--cache', join(work, `cache-${run}`), '--output', join(work, 'update.zip')];
      const words = [...process.argv.slice(2), '--once', ...where];
      cold.push(measure(words));
      warm.push(measure(words));
      if (!values['no-bsdiff']) bsdiff.push(await bsdiffPair(pairFolder, join(work, 'bsdiff')));
      rmSync(join(work, `cache-${run}`), { recursive: true, force: true });
    }
    if (new Set([...cold, ...warm].map(({ size }) => size)).size > 1)
      throw new Error('the package is not always the same');
    const columns = [columnOf('cold cache', cold), columnOf('warm cache', warm)];
    if (bsdiff.length > 0) {
      const of = (pick: (run: (typeof bsdiff)[number]) => number): number => median(bsdiff.map(pick));
      const spent = { wall: of(({ wall }) => wall), cpu: of(({ cpu }) => cpu) };
      const [peak, size] = [of(({ peak: bytes }) => bytes), of(({ size: bytes }) => bytes)];
      columns.push({ heading: 'bsdiff', spent, peak, size, stage: () => ({ wall: 0, cpu: 0 }) });
    }
    const stages = [...new Set([...cold, ...warm].flatMap((run) => Object.keys(run.stages)))];
    const [first] = bsdiff;
    const about = first === undefined ? '' : `; bsdiff over ${first.files} changed files, ${first.atOnce} at a time`;
    process.stdout.write(
      `${pairFolder}, effort ${values.effort}, verify ${values.verify}, medians of ${values.runs}${about}\n${show(columns, stages)}`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const [pair] = positionals;
if (pair === undefined || !(Number(values.runs) >= 1)) {
  process.stderr.write(
    'usage: node dist/bench/generate.js PAIR [--runs N] [--effort …] [--jobs N] [--lists DIR] [--verify …]\n',
  );
  process.exitCode = 2;
} else if (values.once === true && values.cache !== undefined && values.output !== undefined) {
  await runOnce(pair, values.cache, values.output);
} else {
  await compare(pair);
}
