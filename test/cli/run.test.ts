import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/cli/command.js';
import type { Program } from '../../src/cli/command-line.js';
import { dfota } from '../../src/cli/dfota.js';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { run } from '../../src/cli/run.js';
import { InputError } from '../../src/model/errors.js';
import { testTerminal } from '../support/terminal.js';

const weigh: Command = (program, choose) =>
  program.command(
    'weigh <thing>',
    'Weigh a thing',
    (options) =>
      options
        .positional('thing', { type: 'string', demandOption: true })
        .option('scale', { type: 'string' })
        .option('from', { type: 'string', array: true })
        .option('json', { type: 'boolean' })
        .example('$0 weigh stone', 'weighs a stone'),
    (given) =>
      choose(async (session) => {
        session.log('weighing');
        session.onProgress({ stage: 'plan', doneBytes: 0, totalBytes: 0, doneItems: 1, totalItems: 1, item: 'grain' });
        session.endStage();
        if (given.thing === 'air') throw new InputError({ code: 'policy-value', message: 'too light' });
        if (given.thing === 'dream') throw new TypeError('no weight');
        session.out(JSON.stringify([given.thing, given.scale, given.from]));
        return exitCodes.done;
      }),
  );
const program: Program = {
  name: 'scales',
  version: '1.2.3',
  usage: '$0 <command>',
  epilogue: 'End.',
  commands: [weigh],
  wordsOnly: false,
};

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(program, words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('unit: help with examples and the version go to standard output', async () => {
  const help = await outcome('weigh', '--help');
  assert.equal(help.code, 0);
  assert.match(help.stdout, /weighs a stone/);
  assert.deepEqual(await outcome('--version'), { code: 0, stdout: '1.2.3\n', stderr: '' });
  assert.match((await outcome('completion', 'bash')).stdout, /complete -o default -F _scales_completion scales/);
});

test('unit: a wrong command line gives exit code 2, says what is wrong and where help is', async () => {
  const cases: [words: string[], said: RegExp][] = [
    [[], /a command is missing\n {2}to do: {4}see scales --help/],
    [['wiegh'], /Did you mean weigh\?/],
    [['paint'], /there is no command paint/],
    [['weigh'], /Not enough .*\n {2}to do: {4}see scales weigh --help/],
    [['weigh', 'a', 'b'], /Unknown argument: b/],
    [['weigh', 'a', '--colour', 'red'], /Unknown argument: colour/],
    [['weigh', 'a', '--scale', 'x', '--scale', 'y'], /--scale is given more than once/],
    [['weigh', 'a', '--scale'], /scale needs a value/],
    [['weigh', 'a', '--quiet', '--verbose'], /mutually exclusive/],
  ];
  for (const [words, said] of cases) {
    const { code, stdout, stderr } = await outcome(...words);
    assert.equal(code, 2, words.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /at .*\.js/);
  }
});

test('unit: words stay as they were written', async () => {
  assert.equal((await outcome('weigh', '007')).stdout, '["007",null,null]\n');
  assert.equal((await outcome('weigh', '--from', 'x', '--from', 'y', 'z')).stdout, '["z",null,["x","y"]]\n');
  assert.equal((await outcome('weigh', '--', '--thing')).stdout, '["./--thing",null,null]\n');
});

test('unit: messages go to standard error, none when quiet, more when verbose', async () => {
  assert.equal((await outcome('weigh', 'stone')).stderr, 'weighing\nplanning: 1 item in 0.0 s\n');
  assert.equal((await outcome('weigh', 'stone', '-q')).stderr, '');
  assert.equal((await outcome('weigh', 'stone', '--verbose')).stderr, 'weighing\n  grain\nplanning: 1 item in 0.0 s\n');
});

test('unit: with --json every failure is a document on standard output, and lines on standard error', async () => {
  const failed = await outcome('weigh', 'air', '--json');
  assert.equal(failed.code, 3);
  assert.equal(JSON.parse(failed.stdout).error.faults[0].code, 'policy-value');
  assert.match(failed.stderr, /error: too light/);
  const wrong = await outcome('weigh', '--json');
  assert.equal(wrong.code, 2);
  assert.equal(JSON.parse(wrong.stdout).error.kind, 'usage');
});

test('unit: a bug gives exit code 70 and no stack', async () => {
  const { code, stderr } = await outcome('weigh', 'dream');
  assert.equal(code, 70);
  assert.doesNotMatch(stderr, /run\.test/);
});

test('unit: every command has examples in its help', async () => {
  const images = ['image-delta', 'image-apply', 'image-info'];
  const names = [
    'generate',
    'verify',
    'check',
    'prepare',
    'inspect',
    'audit',
    'ls',
    'extract',
    'explain',
    'archive',
    'sign',
    'reproduce',
    'release',
    'support',
    'module',
    'deliver',
    'preflight',
    'serve',
    'watch',
    'nvs',
    'cache',
    'completion',
    'littlefs',
    'quecpython',
    'squashfs',
    'config',
    'fleet',
    'init',
    ...images,
  ];
  const archive = ['add', 'get', 'list', 'verify'].map((name) => ['archive', name]);
  const nvs = ['make', 'generate', 'mass', 'dump', 'diff'].map((name) => ['nvs', name]);
  const cache = ['ls', 'prune', 'verify', 'serve'].map((name) => ['cache', name]);
  const fleet = ['plan', 'run', 'worker', 'status'].map((name) => ['fleet', name]);
  const quecpython = ['update', 'backup'].map((name) => ['quecpython', name]);
  const littlefs = ['make', 'check', 'ls', 'extract'].map((name) => ['littlefs', name]);
  const squashfs = [['squashfs', 'make']];
  for (const words of [
    ...names.map((name) => [name]),
    ...archive,
    ...nvs,
    ...cache,
    ...littlefs,
    ...squashfs,
    ...quecpython,
    ...fleet,
  ]) {
    const { terminal, stdout } = testTerminal();
    assert.equal(await run(dfota('0.0.0'), [...words, '--help'], terminal), 0);
    assert.match(stdout(), /^Examples:$/m, words.join(' '));
  }
  const { terminal, stdout } = testTerminal();
  await run(dfota('0.0.0'), ['--help'], terminal);
  const listed = [...stdout().matchAll(/^ {2}dfota ([\w-]+)/gm)].map(([, name]) => name);
  assert.deepEqual(listed.sort(), [...names].sort());
});
