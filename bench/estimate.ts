/**
 * Holds the estimate of an audit against the package itself: the whole, and each of the twenty costliest files.
 *
 *   node dist/bench/estimate.js SOURCE TARGET [--package update.zip] [--lists DIR]
 *
 * Without --package the package is made, by `dfota audit --exact`. SOURCE and TARGET are what `dfota audit` takes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tableLines } from '../src/report/table.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { package: { type: 'string' }, lists: { type: 'string' } },
});
const [source, target] = positionals;
if (source === undefined || target === undefined) {
  process.stderr.write('usage: node dist/bench/estimate.js SOURCE TARGET [--package update.zip] [--lists DIR]\n');
  process.exit(2);
}

interface Document {
  readonly totals: { readonly cost: number; readonly whole: number; readonly largest: readonly string[] };
  readonly rows: readonly { readonly path: string; readonly cost: number }[];
  readonly package?: { readonly bytes: number };
  readonly estimate?: { readonly bytes: number };
}

const folder = mkdtempSync(join(tmpdir(), 'dfota-bench-estimate-'));
const dfota = fileURLToPath(new URL('../../bin/dfota.js', import.meta.url));
const builds = [source, target, ...(values.lists === undefined ? ['--starter-lists'] : ['--lists', values.lists])];

/** Runs an audit; its document, and the processor time in seconds. */
function audit(more: readonly string[]): { readonly document: Document; readonly seconds: number } {
  const output = join(folder, 'audit.json');
  const words = [dfota, 'audit', ...builds, ...more, '--output', output, '--quiet'];
  const { status } = spawnSync(
    '/usr/bin/time',
    ['-f', '%U %S', '-o', join(folder, 'time'), process.execPath, ...words],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  if (status !== 0 && status !== 1) throw new Error(`dfota audit: exit code ${status}`);
  const [user = 0, system = 0] =
    readFileSync(join(folder, 'time'), 'utf8').trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return { document: JSON.parse(readFileSync(output, 'utf8')), seconds: user + system };
}

const right = (heading: string) => ({ heading, align: 'right' as const });
const show = (bytes: number): string => bytes.toLocaleString('en');
const ratio = (about: number, real: number): string => (real === 0 ? '' : (about / real).toFixed(2));

try {
  const about = audit([]);
  const real = audit(values.package === undefined ? ['--exact'] : ['--package', values.package]);
  const costs = new Map(about.document.rows.map(({ path, cost }) => [path, cost]));
  const reals = new Map(real.document.rows.map(({ path, cost }) => [path, cost]));
  const row = (label: string, a: number, b: number): readonly string[] => [label, show(a), show(b), ratio(a, b)];
  const lines = [
    row('package', about.document.estimate?.bytes ?? 0, real.document.package?.bytes ?? 0),
    row('files', about.document.totals.cost, real.document.totals.cost),
    ...real.document.totals.largest.map((path) => row(path, costs.get(path) ?? 0, reals.get(path) ?? 0)),
  ];
  process.stdout.write(
    `${tableLines([{ heading: '' }, right('estimate'), right('real'), right('ratio')], lines).join('\n')}\n`,
  );
  const off = lines.slice(2).map(([, , , text]) => Math.abs(Number(text) - 1));
  process.stdout.write(
    `furthest of the ${off.length} costliest: ${(100 * Math.max(0, ...off)).toFixed(0)} %; at most ${show(about.document.totals.whole)} if all files were sent whole\n`,
  );
  process.stdout.write(
    `processor: ${about.seconds.toFixed(1)} s for the estimate, ${real.seconds.toFixed(1)} s for the package\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
