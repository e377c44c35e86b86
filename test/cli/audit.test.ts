import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSample } from '../../samples/make.js';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const folder = workFolder('cli-audit');
const sample = makeSample(join(folder, 'sample'));

async function program(command: string, ...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(
    dfota('0.0.0'),
    [command, sample.source, sample.target, '--lists', sample.lists, ...words],
    terminal,
  );
  return { code, stdout: stdout(), stderr: stderr() };
}

const audit = (...words: string[]) => program('audit', ...words);

interface Row {
  readonly path: string;
  readonly change: string;
  readonly method: string;
  readonly cost: number;
  readonly entry?: string;
}

interface Document {
  readonly exact: boolean;
  readonly rows: readonly Row[];
  readonly package?: {
    readonly bytes: number;
    readonly entries: readonly { readonly name: string; readonly bytes: number; readonly path?: string }[];
  };
}

async function document(...words: string[]): Promise<Document> {
  const { code, stdout, stderr } = await audit('--json', '--quiet', ...words);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test('integration: the name of the output chooses the form, and it is there complete', async () => {
  for (const [name, begins] of [
    ['a.html', '<!doctype html>'],
    ['a.md', '### Firmware audit'],
    ['a.csv', 'path,'],
    ['a.sarif', '{'],
    ['a.xml', '<?xml'],
    ['a.txt', ' '],
  ] as const) {
    const { code, stdout } = await audit('--output', join(folder, name), '--quiet');
    assert.deepEqual([code, stdout], [0, '']);
    assert.ok(readFileSync(join(folder, name), 'utf8').startsWith(begins), name);
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('part')),
    [],
  );
});

test('integration: exact sizes are those of the package that generate makes, and of an audit of that package', async () => {
  const update = join(folder, 'update.zip');
  const made = await program('generate', '--output', update, '--no-cache', '--verify', 'off', '--quiet');
  assert.equal(made.code, 0, made.stderr);
  const exact = await document('--exact', '--no-cache');
  const viewed = await document('--package', update);
  assert.equal(exact.package?.bytes, readFileSync(update).length);
  const sizes = ({ package: pack }: Document) => pack?.entries.map(({ name, bytes }) => `${name} ${bytes}`);
  assert.deepEqual(sizes(exact), sizes(viewed));
  const sent = ({ rows }: Document) =>
    rows
      .filter(({ entry }) => entry !== undefined)
      .map(({ path, method, cost, entry }) => ({ path, method, cost, entry }));
  assert.deepEqual(sent(exact), sent(viewed));
  assert.ok(sent(exact).length > 5);
  assert.doesNotMatch(JSON.stringify(exact), /dfota-audit-/);
  assert.equal((await document()).exact, false);
});

test('integration: --only and --under show part of the rows', async () => {
  const all = await document();
  const some = await document(
    '--only',
    'removed,added',
    '--only',
    'moved',
    '--under',
    'SYSTEM/usr',
    '--under',
    'SYSTEM/bin',
  );
  const expected = all.rows.filter(
    ({ path, change }) => /^SYSTEM\/(usr|bin)(\/|$)/.test(path) && ['removed', 'added', 'moved'].includes(change),
  );
  assert.deepEqual(some.rows, expected);
  assert.ok(expected.length > 0 && expected.length < all.rows.length);
});

test('integration: exit code 1 when something offends the policy', async () => {
  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, 'schema: 1\npaths:\n  required: [SYSTEM/bin/not-there]\n');
  const { code, stdout } = await audit('--policy', policy, '--format', 'junit', '--quiet');
  assert.equal(code, 1);
  assert.match(stdout, /<failure type="path-required"/);
});

test('integration: mistakes are told, and nothing is written', async () => {
  const policy = join(folder, 'broken.yaml');
  writeFileSync(policy, 'schema: 1\nbudgets:\n  package: much\n');
  const output = join(folder, 'never.html');
  const broken = await audit('--policy', policy, '--output', output);
  assert.equal(broken.code, 3);
  assert.match(broken.stderr, /broken\.yaml:3:12: a budget is not a size/);
  assert.equal((await audit('--only', 'everything')).code, 2);
  assert.equal((await audit('--today', '2026-13-01')).code, 2);
  assert.equal((await audit('--exact', '--package', policy)).code, 2);
  assert.equal((await audit('--json', '--format', 'csv')).code, 2);
  assert.equal((await audit('--package', policy)).code, 3);
  assert.ok(!readdirSync(folder).includes('never.html'));
});

test('integration: the standard output by each of its names takes the report, and a package never goes there', async () => {
  const plain = await audit('--quiet');
  for (const name of ['-', '/dev/stdout', '/dev/fd/1'])
    assert.deepEqual(await audit('--output', name, '--quiet'), plain);
  const made = await program('generate', '--no-cache', '--output', '-');
  assert.equal(made.code, 3);
  assert.match(made.stderr, /cannot go to the standard output/);
});
