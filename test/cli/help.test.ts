import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { dfota } from '../../src/cli/dfota.js';
import { examples } from '../../src/cli/examples.js';
import { run } from '../../src/cli/run.js';
import { updateGen } from '../../src/cli/update-gen.js';
import { testTerminal } from '../support/terminal.js';

const program = dfota('1.2.3');

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(program, words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

function helpText(words: readonly string[], columns: number, of = program): string {
  const asked = parseCommandLine(of, words, columns);
  return asked.kind === 'text' ? asked.text : assert.fail();
}

const commands = [...helpText(['--help'], 100).matchAll(/^ {2}dfota ([a-z-]+)/gm)].map(([, name = '']) => name);
const subcommands = [
  ...['add', 'get', 'list', 'verify'].map((name) => ['archive', name]),
  ...['ls', 'prune', 'verify', 'serve'].map((name) => ['cache', name]),
  ...['plan', 'run', 'worker', 'status'].map((name) => ['fleet', name]),
  ...['make', 'generate', 'mass', 'dump', 'diff'].map((name) => ['nvs', name]),
  ...['make', 'check', 'ls', 'extract'].map((name) => ['littlefs', name]),
  ...['update', 'backup'].map((name) => ['quecpython', name]),
  ['squashfs', 'make'],
];
const all = [...commands.map((name) => [name]), ...subcommands];

/** A command line as a shell parts it: an example of ours has single quotes at most. */
function shellWords(line: string): string[] {
  const [before = ''] = line.split(/ (?:\||>) /);
  return [...before.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

test('unit: every example of the help can be copied as it stands, at any width, and parses', () => {
  let seen = 0;
  for (const command of [...all, undefined]) {
    const of = command === undefined ? updateGen('1.2.3') : program;
    for (const columns of [40, 80, 100, 200]) {
      const [, list = ''] =
        /\nExamples:\n([\s\S]*?)(?:\n\n|\n$|$)/.exec(helpText([...(command ?? []), '--help'], columns, of)) ?? [];
      const lines = list.replaceAll(' \\\n', ' ').split('\n');
      for (const line of lines.filter((text) => !text.trimStart().startsWith('# '))) {
        const [name, ...words] = shellWords(line.trim());
        assert.equal(name, of.name, line);
        assert.equal(parseCommandLine(of, words, columns).kind, 'action', line);
        seen += 1;
      }
      assert.ok(list.split('\n').every((line) => line.length <= 80));
    }
  }
  assert.ok(seen > 80, String(seen));
});

test('unit: a long example goes on behind a backslash', () => {
  const text = examples([[`$0 x ${'--option value '.repeat(9).trim()}`, 'long']], 'The end.');
  assert.match(text, /^Examples:\n {2}# long\n {2}\$0 x .* \\\n {6}.*\n\nThe end\.$/s);
  assert.ok(
    text
      .replaceAll('$0', 'update_gen')
      .split('\n')
      .every((line) => line.length <= 80),
  );
});

test('unit: help COMMAND is COMMAND --help', async () => {
  for (const command of all) assert.deepEqual(await outcome('help', ...command), await outcome(...command, '--help'));
  assert.deepEqual(await outcome('help'), await outcome('--help'));
  const { code, stderr } = await outcome('help', 'gnerate');
  assert.equal(code, 2);
  assert.match(stderr, /there is no command gnerate\n.*Did you mean generate\?/);
  assert.equal((await outcome('nope', '--help')).code, 2);
});

test('unit: -V and a lone -v tell the version, -v beside a command is --verbose', async () => {
  for (const words of [['-V'], ['-v'], ['--version'], ['generate', '-V']])
    assert.equal((await outcome(...words)).stdout, '1.2.3\n');
  const asked = parseCommandLine(program, ['explain', '-v', '510'], 80);
  assert.ok(asked.kind === 'action' && asked.manner.verbose);
});

test('unit: every option is suggested for a typing error in it, in the first command that has it', async () => {
  let tried = 0;
  const seen = new Set<string>();
  for (const command of all) {
    const options = [...helpText([...command, '--help'], 100).matchAll(/^ +(?:-\w, )?--([a-z][\w-]*)/gm)].map(
      ([, name = '']) => name,
    );
    assert.ok(options.length > 3);
    for (const option of options.filter((name) => name.length > 3 && !seen.has(name))) {
      seen.add(option);
      const twice = `${option.slice(0, 2)}${option.slice(1)}`;
      const turned = `${option.slice(0, 1)}${option.charAt(2)}${option.charAt(1)}${option.slice(3)}`;
      for (const typed of [twice, turned].filter((text) => !options.includes(text))) {
        const { code, stderr } = await outcome(...command, `--${typed}`, 'x');
        assert.equal(code, 2);
        assert.match(
          stderr,
          new RegExp(`Unknown argument: ${typed}\n.*Did you mean --[a-z-]+\\?`),
          `${command.join(' ')} --${typed}`,
        );
        tried += 1;
      }
    }
  }
  assert.ok(tried > 60);
});

test('unit: every command is suggested for a typing error in it, and none for a word that only a few letters would make one', async () => {
  let tried = 0;
  for (const command of all) {
    const last = command.at(-1) ?? '';
    const cut = last.slice(0, -1);
    const turned = `${last.slice(0, 1)}${last.charAt(2)}${last.charAt(1)}${last.slice(3)}`;
    for (const typed of [cut, turned].filter((text) => text.length > 2 && text !== last)) {
      const words = [...command.slice(0, -1), typed];
      if (all.some((other) => other.join(' ') === words.join(' '))) continue;
      const { code, stderr } = await outcome(...words);
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`Did you mean ${command.join(' ')}\\? see`), words.join(' '));
      tried += 1;
    }
  }
  assert.ok(tried > 60, `${tried} typing errors`);
  for (const words of [['archive', 'mak'], ['cache', 'mak'], ['paint'], ['archive', 'remove'], ['image']]) {
    const { stderr } = await outcome(...words);
    assert.match(stderr, /^error: there is no command .*\n {2}to do: {4}see dfota (?:archive |cache )?--help\n$/);
  }
});

test('unit: what was meant is said whatever else is wrong', async () => {
  const cases: readonly (readonly [words: readonly string[], said: RegExp])[] = [
    [['generate', '--ouput', 'x'], /--output\?/],
    [['archive', 'add', 'x', '--too', 'y'], /--to\?/],
    [['--quite', 'generate', 'a', 'b'], /--quiet\?/],
    [['archive', 'ad', 'x'], /there is no command archive ad\n.*archive add\?/],
    [['archive', 'paint'], /there is no command archive paint/],
    [['generate', 'a', 'b', '--sourceversion', 'x'], /--source-version\?/],
    [
      ['generate', 'a', 'b', '--verify', 'ful'],
      /the value of --verify is not valid\n.*ful\n.*full, quick, off\n.*Did you mean full\?/,
    ],
    [['ls', 'a', '--onyl', 'x'], /--only\?/],
  ];
  for (const [words, said] of cases) {
    const { code, stderr } = await outcome(...words);
    assert.equal(code, 2);
    assert.match(stderr, said);
  }
});
