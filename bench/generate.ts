/**
 * Measures a whole `generate` on a pair of builds: time, peak memory, package size, a breakdown by stage, with a cold and
 * with a warm patch cache.
 *
 *   node dist/bench/generate.js PAIR [--lists DIR] [--effort fast|normal|best] [--jobs N] [--verify quick|full|off]
 *
 * PAIR is a folder with v1/targetfiles.zip and v2/targetfiles.zip. Each run is a process of its own, since peak memory
 * belongs to a process.
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lists: { type: 'string' },
    effort: { type: 'string', default: 'normal' },
    jobs: { type: 'string' },
    verify: { type: 'string', default: 'quick' },
    cache: { type: 'string' },
    output: { type: 'string' },
    once: { type: 'boolean' },
  },
});

/** What one run has measured. Times are milliseconds, sizes bytes. */
interface Measured {
  readonly total: number;
  readonly peak: number;
  readonly size: number;
  readonly stages: Readonly<Record<string, number>>;
}

function oneOf<Word extends string>(words: readonly Word[], word: string): Word {
  const found = words.find((each) => each === word);
  if (found === undefined) throw new RangeError(`${word} is none of ${words.join(', ')}`);
  return found;
}

/** The run itself, in a process of its own: prints what it measured as JSON. */
async function runOnce(pair: string, cache: string, output: string): Promise<void> {
  const stages = new Map<string, number>();
  const start = performance.now();
  let stage = 'start';
  let since = start;
  const enter = (next: string): void => {
    if (next === stage) return;
    const now = performance.now();
    stages.set(stage, (stages.get(stage) ?? 0) + now - since);
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
      cache,
      jobs: values.jobs === undefined ? undefined : Number(values.jobs),
    },
    verify: { level: oneOf(['full', 'quick', 'off'], values.verify), profile: 'strict' },
  };
  const [made] = await generateFiles(request, { onProgress: (progress) => enter(progress.stage) });
  enter('end');
  const measured: Measured = {
    total: performance.now() - start,
    peak: process.resourceUsage().maxRSS * 1024,
    size: made?.generated.output.size ?? 0,
    stages: Object.fromEntries(stages),
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

function show(runs: readonly (readonly [string, Measured])[]): string {
  const seconds = (milliseconds: number | undefined): string =>
    milliseconds === undefined ? '' : `${(milliseconds / 1000).toFixed(1)} s`;
  const names = [...new Set(runs.flatMap(([, run]) => Object.keys(run.stages)))];
  const rows = [
    ['total', ...runs.map(([, run]) => seconds(run.total))],
    ...names.map((name) => [`  ${name}`, ...runs.map(([, run]) => seconds(run.stages[name]))]),
    ['peak memory', ...runs.map(([, run]) => `${Math.round(run.peak / 1e6)} MB`)],
    ['package', ...runs.map(([, run]) => `${run.size}`)],
  ];
  const columns = [{ heading: '' }, ...runs.map(([heading]) => ({ heading, align: 'right' as const }))];
  return `${tableLines(columns, rows).join('\n')}\n`;
}

const [pair] = positionals;
if (pair === undefined) {
  process.stderr.write('usage: node dist/bench/generate.js PAIR [--effort …] [--jobs N] [--lists DIR] [--verify …]\n');
  process.exitCode = 2;
} else if (values.once === true && values.cache !== undefined && values.output !== undefined) {
  await runOnce(pair, values.cache, values.output);
} else {
  const work = mkdtempSync(join(tmpdir(), 'dfota-bench-'));
  try {
    const words = [...process.argv.slice(2), '--once', '--cache', join(work, 'cache')];
    const runs = (['cold cache', 'warm cache'] as const).map(
      (name) => [name, measure([...words, '--output', join(work, 'update.zip')])] as const,
    );
    process.stdout.write(`${pair}, effort ${values.effort}, verify ${values.verify}\n${show(runs)}`);
    if (runs[0]?.[1].size !== runs[1]?.[1].size) throw new Error('the cache changed the package');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
