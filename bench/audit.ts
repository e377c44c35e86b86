/**
 * Measures `dfota audit` on a pair of builds, and Debian's diffoscope on the same pair in the same run, if it is installed.
 *
 *   node dist/bench/audit.js PAIR [--limit SECONDS]
 *
 * PAIR is a folder with v1/targetfiles.zip and v2/targetfiles.zip. diffoscope is stopped after the limit (default 600):
 * the ratio is then the least that it can be. Peak memory is the largest resident set of the process, by GNU time.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { showDuration, showSize } from '../src/report/quantities.js';
import { tableLines } from '../src/report/table.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string', default: '600' } },
});
const [pair] = positionals;
const limit = Number(values.limit);
if (pair === undefined || !(limit > 0)) {
  process.stderr.write('usage: node dist/bench/audit.js PAIR [--limit SECONDS]\n');
  process.exit(2);
}

const builds = ['v1', 'v2'].map((side) => join(pair, side, 'targetfiles.zip'));
const folder = mkdtempSync(join(tmpdir(), 'dfota-bench-audit-'));

/** What one program took. Milliseconds and bytes. */
interface Taken {
  readonly name: string;
  readonly time: number;
  readonly memory: number | undefined;
  readonly output: number | undefined;
  readonly stopped: boolean;
}

/** Runs a program under GNU time, where that is there, and stops it after the limit. */
function measure(name: string, words: readonly string[], output: string): Taken {
  const [program = '', ...rest] = words;
  const hasTime = spawnSync('/usr/bin/time', ['true']).status === 0;
  const measured = hasTime ? ['/usr/bin/time', '-f', 'peak %M', program, ...rest] : [program, ...rest];
  const started = performance.now();
  const { stderr, signal } = spawnSync('timeout', [`${limit}`, ...measured], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const time = performance.now() - started;
  const peak = /peak (\d+)/.exec(stderr ?? '')?.[1];
  const size = statSync(output, { throwIfNoEntry: false })?.size;
  return {
    name,
    time,
    memory: peak === undefined ? undefined : Number(peak) * 1024,
    output: size,
    stopped: signal !== null || time >= limit * 1000,
  };
}

try {
  const dfota = fileURLToPath(new URL('../../bin/dfota.js', import.meta.url));
  const page = join(folder, 'audit.html');
  const taken = [
    measure('dfota audit', [process.execPath, dfota, 'audit', ...builds, '--output', page, '--quiet'], page),
  ];
  const peer = join(folder, 'diffoscope.html');
  if (spawnSync('diffoscope', ['--version']).status === 0) {
    taken.push(measure('diffoscope', ['diffoscope', '--html', peer, ...builds], peer));
  }
  const rows = taken.map(({ name, time, memory, output, stopped }) => [
    name,
    `${stopped ? 'more than ' : ''}${showDuration(time)}`,
    memory === undefined ? '' : showSize(memory),
    output === undefined ? 'none' : showSize(output),
  ]);
  const columns = [{ heading: '' }, { heading: 'time' }, { heading: 'peak memory' }, { heading: 'report' }];
  process.stdout.write(`${tableLines(columns, rows).join('\n')}\n`);
  const [ours, theirs] = taken;
  if (ours !== undefined && theirs !== undefined) {
    process.stdout.write(`ratio: ${theirs.stopped ? 'more than ' : ''}${(theirs.time / ours.time).toFixed(1)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
