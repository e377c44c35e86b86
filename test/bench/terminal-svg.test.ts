/** The pictures of terminals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { screenOf, terminalSvg } from '../../bench/pictures/terminal-svg.js';

const texts = (text: string, columns: number): readonly string[] =>
  screenOf(text, columns).map((line) => line.map(({ char }) => char).join(''));

test('unit: a screen holds what stands there in the end', () => {
  assert.deepEqual(texts('one\ntwo\n', 10), ['one', 'two']);
  assert.deepEqual(texts('12345678\n', 5), ['12345', '678']);
  assert.deepEqual(texts('bar ###\r\u001b[Kdone\n', 10), ['done']);
  assert.deepEqual(texts('abc\rX\n', 10), ['Xbc']);
  assert.deepEqual(texts('a\u0007b\u001b[2Ac', 10), ['abc']);
  const [line] = screenOf('\u001b[31mred\u001b[39m \u001b[1mbold\u001b[22m', 20);
  assert.deepEqual(
    line?.map(({ look }) => `${look.colour ?? '-'}${look.bold ? 'b' : ''}`),
    ['1', '1', '1', '-', '-b', '-b', '-b', '-b'],
  );
});

test('unit: a picture is the same each time, and holds text as text', () => {
  const text = '$ dfota <x> & "y"\n  indented \u001b[32mgreen\u001b[39m\n';
  const made = terminalSvg(text, 'a <title>', 40);
  assert.equal(made, terminalSvg(text, 'a <title>', 40));
  assert.match(made, /<title>a &lt;title&gt;<\/title>/);
  assert.match(made, />\$ dfota &lt;x&gt; &amp; &quot;y&quot;<\/text>/);
  assert.match(made, /fill="#7ee787">green<\/text>/);
  // Two columns in, whatever a viewer makes of blanks.
  assert.match(made, new RegExp(`<text x="${(16 + 2 * 8.43).toFixed(2)}"[^>]*>indented<`));
});
