/**
 * Runs the sample, and holds the README's excerpt of what it prints against what it printed.
 * `DFOTA_UPDATE_GOLDENS=1` writes the excerpt's figures anew.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { printedFor, withoutTimes } from '../support/quoted-output.js';
import { workFolder } from '../support/work-folder.js';

const readmeFile = fileURLToPath(new URL('../../../README.md', import.meta.url));

/** What people see: both streams, in the order in which they were written. */
function runSample(): { readonly status: number | null; readonly printed: string } {
  const folder = workFolder('sample-run');
  const log = join(folder, 'printed');
  const stream = openSync(log, 'a');
  const run = fileURLToPath(new URL('../../samples/run.js', import.meta.url));
  const { status } = spawnSync(process.execPath, [run], {
    stdio: ['ignore', stream, stream],
    env: { ...process.env, TMPDIR: folder },
  });
  closeSync(stream);
  return { status, printed: readFileSync(log, 'utf8') };
}

/** The excerpt in the README, and the lines around it. */
function excerptOf(readme: string): readonly [before: string, excerpt: string, after: string] {
  const begin = readme.indexOf('# Make the package, and prove it\n$ dfota generate ');
  const end = readme.indexOf('\n```', begin);
  assert.ok(begin > 0 && end > begin, 'README.md has no excerpt of what the sample prints');
  return [readme.slice(0, begin), readme.slice(begin, end), readme.slice(end)];
}

test('end-to-end: the sample of the README makes, proves and shows its package, and prints what the README quotes', () => {
  const { status, printed } = runSample();
  assert.equal(status, 0, printed);
  assert.match(printed, /^\$ dfota generate v1\/targetfiles\.zip v2\/targetfiles\.zip /m);
  assert.match(printed, /^PROVED: update\.zip on profile strict$/m);
  assert.match(printed, /^power cuts: (\d+) of \1 points/m);
  assert.match(printed, /^Largest contributors$/m);

  const [before, excerpt, after] = excerptOf(readFileSync(readmeFile, 'utf8'));
  const now = printedFor(excerpt, printed, 'README.md');
  if (process.env.DFOTA_UPDATE_GOLDENS === '1') {
    writeFileSync(readmeFile, [before, now.join('\n'), after].join(''));
  }
  const quoted = process.env.DFOTA_UPDATE_GOLDENS === '1' ? now : excerpt.split('\n');
  assert.deepEqual(
    quoted.map(withoutTimes),
    now.map(withoutTimes),
    'write the figures anew: DFOTA_UPDATE_GOLDENS=1 node dist/test/run.js readme',
  );
});
