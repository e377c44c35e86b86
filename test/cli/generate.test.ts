import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeSample } from '../../samples/make.js';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { file, writeTargetFiles } from '../support/targetfiles.js';
import { testTerminal } from '../support/terminal.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';

const program = fileURLToPath(new URL('../../../bin/dfota.js', import.meta.url));
const work = workFolder('cli-generate');
const sample = makeSample(join(work, 'sample'));
const builds = [sample.source, sample.target, '--lists', sample.lists, '--cache', join(work, 'cache'), '--jobs', '1'];

async function generate(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), ['generate', ...words], terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: generate makes a proved package and tells of it; verify and inspect agree', {
  skip: without('unzip'),
}, async () => {
  const output = join(work, 'update.zip');
  const plan = join(work, 'plan.json');
  const { code, stdout, stderr } = await generate(...builds, '--output', output, '--plan', plan);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /proved on the simulated device \(strict\)/);
  const stages = [...stderr.matchAll(/^(reading|planning|making|writing|proving)/gm)].map(([, word]) => word);
  assert.deepEqual(stages, ['reading', 'reading', 'planning', 'making', 'writing', 'proving']);
  assert.match(execFileSync('unzip', ['-tq', output], { encoding: 'utf8' }), /No errors/);
  const { decisions } = JSON.parse(readFileSync(plan, 'utf8'));
  const app = decisions.find(({ path }: { path: string }) => path === 'SYSTEM/bin/app');
  assert.deepEqual([app.change, app.reason, app.operations[0].kind], ['changed', 'content-differs', 'patch-file']);

  const { terminal, stdout: proof } = testTerminal();
  const words = ['verify', output, '--source', sample.source, '--target', sample.target, '--lists', sample.lists];
  assert.equal(await run(dfota('0.0.0'), words, terminal), 0, proof());
  assert.match(proof(), /^PROVED: /);
  const inspected = testTerminal();
  assert.equal(await run(dfota('0.0.0'), ['inspect', output, '--json'], inspected.terminal), 0);
  assert.equal(JSON.parse(inspected.stdout()).format, 'dfota-inspection');
});

test('integration: a part of the update is proved as such', async () => {
  const output = join(work, 'modem.zip');
  const made = await generate(...builds, '--parts', 'm', '--output', output, '--json', '--quiet');
  assert.equal(made.code, 0);
  assert.equal(made.stderr, '');
  const document = JSON.parse(made.stdout);
  assert.deepEqual([document.parts, document.verification.proved], ['m', true]);
  const { terminal, stdout } = testTerminal();
  const words = ['verify', output, '--source', sample.source, '--target', sample.target, '--lists', sample.lists];
  assert.equal(await run(dfota('0.0.0'), [...words, '--parts', 'm'], terminal), 0, stdout());
  const whole = testTerminal();
  assert.equal(await run(dfota('0.0.0'), words, whole.terminal), 1);
  assert.match(whole.stdout(), /^NOT PROVED/);
});

test('integration: several sources give a package each, named after the source', async () => {
  const nodes = { 'SYSTEM/bin/app': file('app') };
  const sources = ['A01', 'A02'].map((revision) => writeTargetFiles(join(work, revision), { nodes, revision }));
  const target = writeTargetFiles(join(work, 'A03'), { nodes: { 'SYSTEM/bin/app': file('new') }, revision: 'A03' });
  const folder = join(work, 'several');
  mkdirSync(folder);
  const words = [...sources.flatMap((source) => ['--from', source]), target, '--output', folder, '--no-cache'];
  const { code, stdout } = await generate(...words, '--verify', 'off');
  assert.equal(code, 0);
  assert.deepEqual(readdirSync(folder).sort(), [
    'update-from-RG520NNADAR01A01M4G_OCPU_01.001.zip',
    'update-from-RG520NNADAR01A01M4G_OCPU_01.001.zip.json',
    'update-from-RG520NNADAR01A02M4G_OCPU_01.001.zip',
    'update-from-RG520NNADAR01A02M4G_OCPU_01.001.zip.json',
  ]);
  assert.match(stdout, /NOT PROVED: verification was switched off/);
  assert.match(stdout, /^source +package +size +proof +findings$/m);
});

test('integration: mistakes end with their exit code, and nothing is written', async () => {
  const output = join(work, 'none.zip');
  const cases: [words: string[], code: number, said: RegExp][] = [
    [[sample.source], 2, /give the source build and the target build/],
    [['--from', 'a', 'b', 'c'], 2, /with --from give the target build alone/],
    [[...builds, '--effort', 'huge'], 2, /effort/],
    [[...builds, '--memory', 'much'], 2, /the value of --memory is not valid/],
    [[sample.source, sample.target, '--jobs', '0'], 2, /the value of --jobs is not valid/],
    [[...builds, '--no-cache'], 2, /mutually exclusive/],
    [[sample.source, sample.source], 3, /the same build/],
    [[join(work, 'no.zip'), sample.target], 3, /no\.zip: there is nothing at this path/],
    [[...builds, '--usrdata-free', '10K'], 3, /usrdata/],
  ];
  for (const [words, code, said] of cases) {
    const outcome = await generate(...words, '--output', output);
    assert.equal(outcome.code, code, `${words.join(' ')}\n${outcome.stderr}`);
    assert.match(outcome.stderr, said);
    assert.equal(outcome.stdout, '');
    assert.ok(!existsSync(output));
  }
  const outcome = await generate(...builds, '--output', join(work, 'no', 'folder', 'update.zip'));
  assert.equal(outcome.code, 3, outcome.stderr);
});

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`end-to-end: ${signal} ends with ${expected} and leaves nothing behind`, async () => {
    const folder = join(work, `stopped-${signal}`);
    mkdirSync(folder);
    const words = [program, 'generate', ...builds, '--verify', 'full', '--output', join(folder, 'update.zip')];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (said.includes('writing package')) child.kill(signal);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, expected, said);
    assert.match(said, /stopped before the end/);
    assert.deepEqual(readdirSync(folder), []);
  });
}

test('end-to-end: a process that ends at once, as on a second signal, takes away what is under way', async () => {
  const folder = join(work, 'stopped-twice');
  mkdirSync(folder);
  const script = `
    process.on('message', () => {});
    const { writeOutput } = await import(${JSON.stringify(new URL('../../src/files/output.js', import.meta.url).href)});
    const { removeAllTemporary } = await import(${JSON.stringify(new URL('../../src/files/temporary.js', import.meta.url).href)});
    process.on('exit', removeAllTemporary);
    let signals = 0;
    process.on('SIGHUP', () => {
      signals += 1;
      if (signals === 2) process.exit(129);
      process.stdout.write('one ');
    });
    await writeOutput(${JSON.stringify(join(folder, 'out'))}, async (sink) => {
      await sink.write(Buffer.from('begun'));
      process.stdout.write('begun ');
      await new Promise((done) => setTimeout(done, 60000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let before: string[] = [];
  child.stdout.on('data', (chunk) => {
    said += chunk;
    if (before.length === 0) before = readdirSync(folder);
    child.kill('SIGHUP');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 129, said);
  assert.equal(before.length, 1);
  assert.deepEqual(readdirSync(folder), []);
});

test('end-to-end: a reader that goes away does not end the run', async () => {
  const output = join(work, 'piped.zip');
  const child = spawn(process.execPath, [program, 'generate', ...builds, '--verify', 'off', '--output', output], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.destroy();
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
  assert.ok(existsSync(output));
});

test('integration: --plan - writes the plan alone to the standard output, and the summary beside it', async () => {
  const output = join(work, 'with-plan.zip');
  const { code, stdout, stderr } = await generate(...builds, '--verify', 'off', '--output', output, '--plan', '-');
  assert.equal(code, 0, stderr);
  assert.ok(Array.isArray(JSON.parse(stdout).decisions));
  assert.match(stderr, /with-plan\.zip/);
  const both = await generate(...builds, '--output', output, '--plan', '-', '--json');
  assert.equal(both.code, 2);
});
