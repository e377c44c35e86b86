/** `dfota fleet` as users meet it: forms of the plan that CI and make run, and what is wrong, with its exit code. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { makeArchive, revisionOf, writeFleet } from '../support/fleet.js';
import { testTerminal } from '../support/terminal.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('cli-fleet');
const program = fileURLToPath(new URL('../../../bin/dfota.js', import.meta.url));
const cache = join(work, 'cache');

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

const lines = (output: string, ...more: readonly string[]): readonly string[] => [
  'archive: releases',
  'sources: ["*A0[12]M4G*"]',
  `targets: [${revisionOf(3)}]`,
  `output: ${output}`,
  'effort: fast',
  ...more,
];

const ids = [1, 2].map((n) => `gateway/${revisionOf(n)}-to-${revisionOf(3)}`);

before(async () => {
  await makeArchive(work, 3);
});

test('end-to-end: make -j2 makes the packages of a plan, and nothing is left to make', {
  skip: without('make'),
}, async () => {
  const file = writeFleet(work, lines('by-make'), "it's a fleet $x.yaml");
  const plan = await outcome('fleet', 'plan', file, '--format', 'make');
  assert.equal(plan.code, 0);
  writeFileSync(join(work, 'Makefile'), plan.stdout);
  const bin = join(work, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'dfota'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@" --cache "${cache}"\n`, {
    mode: 0o755,
  });
  execFileSync('make', ['-j2', '-f', join(work, 'Makefile')], {
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, MAKEFLAGS: '' },
    stdio: 'pipe',
  });
  assert.equal(readdirSync(join(work, 'by-make')).length, 4);
  const again = await outcome('fleet', 'plan', file, '--format', 'make');
  assert.match(again.stdout, /^all:$/m);
});

test('integration: a matrix of GitHub and a pipeline of GitLab hold a command for each package, which does what it says', async () => {
  const file = writeFleet(work, lines('by-ci'), 'ci.yaml');
  const matrix: unknown = JSON.parse((await outcome('fleet', 'plan', file, '--format', 'github')).stdout);
  const command = (id: string): string => `dfota fleet run '${file}' --only ${id}`;
  assert.deepEqual(matrix, { include: ids.map((id) => ({ name: id, only: id, command: command(id) })) });
  const pipeline: unknown = parse((await outcome('fleet', 'plan', file, '--format', 'gitlab')).stdout);
  const job = (id: string) => {
    const path = join(work, `by-ci/${id.replace('gateway/', '')}.zip`);
    return { stage: 'packages', script: [command(id)], artifacts: { paths: [path, `${path}.json`] } };
  };
  assert.deepEqual(pipeline, { stages: ['packages'], ...Object.fromEntries(ids.map((id) => [id, job(id)])) });
  const [first = '', second = ''] = ids;
  assert.equal((await outcome('fleet', 'run', file, '--only', `${first},${second}`, '--cache', cache)).code, 0);
  for (const id of ids) for (const path of job(id).artifacts.paths) assert.ok(existsSync(path), path);
  assert.equal(existsSync(file.replace('.yaml', '.html')), false);
  assert.deepEqual(JSON.parse((await outcome('fleet', 'plan', file, '--format', 'github')).stdout), { include: [] });
  const nothing: unknown = parse((await outcome('fleet', 'plan', file, '--format', 'gitlab')).stdout);
  assert.deepEqual(nothing, { stages: ['packages'], 'nothing-to-make': { stage: 'packages', script: ['true'] } });
});

test('end-to-end: a run tells a table, writes its page, and JSON lines are jobs', async () => {
  const file = writeFleet(work, lines('by-run', 'budgets: {package: 1MB}'), 'run.yaml');
  const made = await outcome('fleet', 'run', file, '--cache', cache);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /2 made, 0 there before, 0 missing/);
  const page = readFileSync(join(work, 'run.html'), 'utf8');
  for (const n of [1, 2, 3]) assert.ok(page.includes(revisionOf(n)));
  assert.match(page, /Left without a way to the newest version<\/h2>\n<p>Nobody/);
  const again = await outcome('fleet', 'plan', file, '--format', 'jsonl');
  const jobs = again.stdout
    .trim()
    .split('\n')
    .map((line): { id: string; there?: object } => JSON.parse(line));
  assert.deepEqual(
    jobs.map(({ id }) => id),
    ids,
  );
  assert.ok(jobs.every(({ there }) => there !== undefined));
});

test('end-to-end: what is wrong with a fleet is told, with the exit code that the documents give', async () => {
  const bad: Readonly<Record<string, readonly [lines: readonly string[], code: number, text: RegExp]>> = {
    'a version that the archive does not hold': [
      lines('x').map((line) => line.replace(revisionOf(3), revisionOf(9))),
      3,
      /the archive does not hold this version[\s\S]*did you mean RG520/,
    ],
    'chains in a circle': [
      lines('x', `policy: {chains: {${revisionOf(1)}: ${revisionOf(2)}, ${revisionOf(2)}: ${revisionOf(1)}}}`),
      3,
      /the chains lead in a circle/,
    ],
    'a budget without a unit': [lines('x', 'budgets: {package: 60}'), 3, /the budget has no unit[\s\S]*60MB/],
    'an archive that is none': [
      lines('x').map((line) => line.replace('releases', 'bin')),
      3,
      /is not an archive of builds/,
    ],
    'an output in the archive': [lines('releases/out'), 2, /lies in the archive/],
    'a table that is not there': [
      lines('x').map((line) => line.replace(/^sources:.*/, 'sources: {field: none.csv}')),
      3,
      /none\.csv/,
    ],
    'lists that are not there': [lines('x', 'lists: nowhere'), 3, /nowhere/],
    'a code that is none': [lines('x', 'allow: [nonsense]'), 2, /--allow does not take nonsense/],
    'a package over its budget': [lines('x', 'budgets: {package: 1B}'), 1, /larger than its budget/],
  };
  for (const [what, [text, code, message]] of Object.entries(bad)) {
    const file = writeFleet(work, text, 'bad.yaml');
    const found = await outcome('fleet', 'run', file, '--cache', cache);
    assert.equal(found.code, code, `${what}: ${found.stderr}`);
    assert.match(found.stdout + found.stderr, message, what);
  }
  const twice = writeFleet(work, [...lines('x')], 'twice.yaml');
  writeFileSync(
    twice,
    readFileSync(twice, 'utf8') + ['  meter:', ...lines('./x/').map((line) => `    ${line}`), ''].join('\n'),
  );
  const found = await outcome('fleet', 'plan', twice);
  assert.equal(found.code, 3);
  assert.match(found.stderr, /twice\.yaml:12:\d+: the products gateway and meter have the same output/);
  rmSync(join(work, 'x'), { recursive: true, force: true });
});

test('integration: a queue that cannot be reached, or has no valid address, is told with its exit code', async () => {
  const file = writeFleet(work, lines('queued'), 'queued.yaml');
  const gone = ['--queue', 'redis://127.0.0.1:1'];
  for (const words of [
    ['run', file, ...gone],
    ['worker', ...gone],
    ['status', ...gone],
  ]) {
    const { code, stderr } = await outcome('fleet', ...words);
    assert.equal(code, 3, words[0]);
    assert.match(stderr, /redis:\/\/127\.0\.0\.1:1: the queue cannot be reached/);
  }
  const wrong = await outcome('fleet', 'status', '--queue', 'http://:secret@host');
  assert.equal(wrong.code, 2);
  assert.doesNotMatch(wrong.stderr, /secret/);
  assert.equal((await outcome('fleet', 'run', file, ...gone, '--jobs', '2')).code, 2);
});

test('unit: names that the plan does not have are told with the nearest', async () => {
  const file = writeFleet(work, lines('x'), 'only.yaml');
  const { code, stderr } = await outcome('fleet', 'run', file, '--only', 'gatewy');
  assert.equal(code, 2);
  assert.match(stderr, /did you mean gateway\?/);
});
