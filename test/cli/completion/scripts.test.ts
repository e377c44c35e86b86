import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { helpPages } from '../../../src/cli/command-line.js';
import { completionScript, type Shell, shellOf } from '../../../src/cli/completion/scripts.js';
import { dfota } from '../../../src/cli/dfota.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const folder = workFolder('completion');
const pages = helpPages(dfota('1.2.3'));

/** What is typed, and what a shell must offer for it: all of these, and none of those. */
const typed: readonly [line: string, offered: readonly string[], not: readonly string[]][] = [
  ['dfota gen', ['generate'], ['verify']],
  ['dfota ', ['audit', 'archive', 'completion', 'generate', 'verify'], ['add']],
  ['dfota nvs ', ['make', 'dump', 'diff', 'generate'], ['verify']],
  ['dfota archive add --t', ['--to'], ['--target']],
  ['dfota --quiet archive ve', ['verify'], []],
  ['dfota generate a.zip b.zip --boot-update ', ['in-place', 'resumable', 'whole'], ['full']],
  ['dfota generate --effort b', ['best'], ['fast']],
  ['dfota verify update.zip --prof', ['--profile'], []],
];

function script(shell: Shell): string {
  const path = join(folder, `completion.${shell}`);
  writeFileSync(path, completionScript(shell, 'dfota', pages));
  return path;
}

function check(offeredFor: (line: string) => readonly string[]): void {
  for (const [line, offered, not] of typed) {
    const words = offeredFor(line);
    for (const word of offered) assert.ok(words.includes(word), `${line}: ${word} is not in ${words.join(' ')}`);
    for (const word of not) assert.ok(!words.includes(word), `${line}: ${word} is offered`);
  }
}

test('unit: the pages of help hold every command, option and choice', () => {
  const page = pages.find(({ words }) => words.join(' ') === 'archive add') ?? assert.fail();
  assert.deepEqual(page.usage, ['dfota archive add <build> [more..]']);
  assert.equal(page.text, 'Add builds to an archive, which is made when its folder is missing or empty');
  assert.deepEqual(
    page.groups.flatMap(({ options }) => options.map(({ name }) => name)),
    ['quiet', 'verbose', 'help', 'version', 'to', 'json'],
  );
  const options = pages.flatMap(({ groups }) => groups.flatMap((group) => group.options));
  assert.ok(
    options.every(({ text }) => text !== '' && !text.includes('[')),
    'texts without notes',
  );
  const effort = options.find(({ name }) => name === 'effort') ?? assert.fail();
  assert.deepEqual(effort.choices, ['fast', 'normal', 'best']);
  assert.equal(effort.standard, 'normal');
  for (const { words, text, examples } of pages) {
    assert.notEqual(text, '', words.join(' '));
    if (words.length > 0 && words[0] !== 'archive' && words[0] !== 'nvs') assert.notDeepEqual(examples, []);
  }
});

test('unit: the shell is told by its path', () => {
  assert.equal(shellOf('/usr/bin/zsh'), 'zsh');
  assert.equal(shellOf('/opt/fish/bin/fish'), 'fish');
  assert.equal(shellOf('/bin/sh'), 'bash');
  assert.equal(shellOf(undefined), 'bash');
});

test('end-to-end: bash completes commands, options and their values', () => {
  const offered = (line: string): readonly string[] => {
    const words = line.split(' ').map((word) => `'${word}'`);
    const run = `. "$1"; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _dfota_completion; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['--norc', '-c', run, '_', path], { encoding: 'utf8' }).trim().split('\n');
  };
  const path = script('bash');
  check(offered);
  // As bash parts it: the sign is a word of its own.
  assert.deepEqual(offered('dfota generate --boot-update = in'), ['in-place']);
  assert.deepEqual(offered('dfota generate --boot-update ='), ['resumable', 'in-place', 'whole']);
});

test('end-to-end: fish completes commands, options and their values', { skip: without('fish') }, () => {
  const path = script('fish');
  check((line) =>
    execFileSync('fish', ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', path, line], {
      encoding: 'utf8',
    })
      .split('\n')
      .map((row) => row.split('\t')[0] ?? ''),
  );
});

/** Types a line and the key for completion into a real zsh on a terminal, and prints what it showed. */
const typing = `
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM='dumb', COLUMNS='250', LINES='90')
    os.execvp('zsh', ['zsh', '-f', '-i'])
def read(until, limit=20):
    shown, end = b'', time.time() + limit
    while time.time() < end and until not in shown:
        if select.select([fd], [], [], 0.1)[0]:
            try: shown += os.read(fd, 65536)
            except OSError: break
    return shown
os.write(fd, ("autoload -U compinit; compinit -D -u; . '%s'; setopt no_beep no_always_last_prompt; PS1='p''rompt> '\\n" % sys.argv[1]).encode())
read(b'prompt> ')
os.write(fd, sys.argv[2].encode() + b'\\t\\t')
time.sleep(0.5)
os.write(fd, b'#end')
sys.stdout.write(read(b'#end').decode())
os.close(fd)
`;

test('end-to-end: zsh completes commands, options and their values', { skip: without('zsh', 'python3') }, () => {
  const path = script('zsh');
  check((line) => {
    const shown = execFileSync('python3', ['-c', typing, path, line], { encoding: 'utf8' });
    // The line that was typed stands in it too: its own words do not count, unless they were completed.
    return shown
      .replaceAll(line, ' ')
      .split(/\s+/)
      .concat(shown.split(/\s+/).filter((word) => !line.split(' ').includes(word)));
  });
});
