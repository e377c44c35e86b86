/** An option that takes several values can be given, once and several times: the list of them is held against the help. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpPages, parseCommandLine, repeatable } from '../../src/cli/command-line.js';
import { dfota } from '../../src/cli/dfota.js';

const program = dfota('0.0.0');

/** The options that a command's help calls arrays, and its words. */
function arraysOf(words: readonly string[]): {
  readonly options: readonly string[];
  readonly words: readonly string[];
} {
  const asked = parseCommandLine(program, [...words, '--help'], Number.POSITIVE_INFINITY);
  const lines = asked.kind === 'text' ? asked.text.split('\n').filter((line) => line.includes('[array]')) : [];
  const names = (form: RegExp) => lines.flatMap((line) => form.exec(line)?.[1] ?? []);
  return { options: names(/^ +(?:-\w, )?--([\w-]+)/), words: names(/^ +(\w[\w-]*) /) };
}

const pages = helpPages(program).map(({ words }) => ({ command: words, ...arraysOf(words) }));

test('unit: every option and word that takes several values may be given several times, and no other', () => {
  const arrays = new Set(pages.flatMap(({ options, words }) => [...options, ...words]));
  const camel = (name: string) => name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
  const wanted = new Set([...arrays].flatMap((name) => [name, camel(name)]));
  assert.ok(arrays.has('allow') && arrays.has('only') && arrays.has('more'), [...arrays].join(' '));
  // The original's command line takes words alone.
  assert.deepEqual([...repeatable].sort(), [...new Set([...wanted, 'words'])].sort());
});

for (const words of [
  ['check', 'a.zip', 'b.zip', '--allow', 'firmware-gone', '--allow', 'image-unfit'],
  ['verify', 'u.zip', '--source', 'a.zip', '--property', 'a=b', '--allow-program', '/bin/a'],
  ['generate', 'a.zip', 'b.zip', '--allow', 'firmware-gone', '--property', 'a=b', '--property', 'c=d'],
  ['prepare', '--source', 'a.zip', '--boot', 'b.img', '--output', 'c.zip', '--allow', 'boot-image-unfit'],
]) {
  test(`unit: ${words.join(' ')} is taken`, () => {
    assert.equal(parseCommandLine(program, words, 100).kind, 'action');
  });
}
