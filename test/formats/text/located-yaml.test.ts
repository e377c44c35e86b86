import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Located, parseYaml, showLocated, textOf } from '../../../src/formats/text/located-yaml.js';

function field(at: Located | undefined, name: string): Located {
  assert.ok(at?.value.kind === 'map');
  const found = at.value.fields.get(name);
  assert.ok(found !== undefined, name);
  return found.value;
}

test('unit: every value knows its line and column', () => {
  const { root, problems } = parseYaml('\uFEFFa: 1\nb:\n  - x\n  - {c: true}\n');
  assert.deepEqual(problems, []);
  const list = field(root, 'b');
  assert.ok(list.value.kind === 'list');
  const places = [field(root, 'a'), ...list.value.items].map(({ line, column }) => [line, column]);
  assert.deepEqual(places, [
    [1, 4],
    [3, 5],
    [4, 5],
  ]);
});

test('unit: JSON is read too, indented with tabs as well', () => {
  const { root, problems } = parseYaml('{\n\t"a": {\n\t\t"b": [1, "x", false, null]\n\t}\n}\n');
  assert.deepEqual(problems, []);
  const list = field(field(root, 'a'), 'b');
  assert.ok(list.value.kind === 'list');
  assert.deepEqual(list.value.items.map(showLocated), ['1', 'x', 'false', 'nothing']);
});

test('unit: single values stay as they are written: versions, words of older YAML', () => {
  const { root } = parseYaml('a: 1.10\nb: no\nc: 0x10\nd: true\ne: 2026-11-21\n');
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].map((name) => textOf(field(root, name))),
    ['1.10', 'no', '0x10', 'true', '2026-11-21'],
  );
});

test('unit: wrong syntax, doubled keys, a second document and aliases are told', () => {
  const wrong: [text: string, said: RegExp, line: number, column: number][] = [
    ['a: 1\nb: "x\n', /Missing closing "quote/, 3, 1],
    ['a: 1\nb: 2\na: 3\n', /Map keys must be unique/, 3, 1],
    ['a: {b: 1, b: 2}\n', /Map keys must be unique/, 1, 11],
    ['a: 1\n---\nb: 2\n', /multiple documents/, 2, 1],
    ['a: b: c\n', /Nested mappings/, 1, 4],
  ];
  for (const [text, said, line, column] of wrong) {
    const { root, problems } = parseYaml(text);
    assert.equal(root, undefined, text);
    assert.match(problems[0]?.message ?? '', said, text);
    assert.deepEqual([problems[0]?.line, problems[0]?.column], [line, column], text);
  }
  assert.equal(showLocated(field(parseYaml('a: &x 1\nb: *x\n').root, 'b')), 'an alias');
});

test('unit: what is nested too deeply ends with a message, and does not reach the parser', () => {
  const deep = [
    '['.repeat(100_000),
    '- '.repeat(100_000),
    '{a: '.repeat(60_000),
    'x:\n'.concat(' '.repeat(5000), 'y: 1'),
  ];
  for (const text of deep) assert.match(parseYaml(text).problems[0]?.message ?? '', /nested too deeply/);
  assert.deepEqual(parseYaml(`${'['.repeat(20)}${']'.repeat(20)}`).problems, []);
  assert.equal(parseYaml(`${'a: [x]\n'.repeat(1)}${'- "[[[[[["\n'.repeat(0)}`).problems.length, 0);
});

test('property: any text gives a value or problems', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .array(
        fc.constantFrom('a', ': ', '\n', '  ', '- ', '[', ']', '{', '}', '"', "'", '#', '&x', '*x', '|', '\t', '? '),
      )
      .map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, (each) => {
      const { root, problems } = parseYaml(each);
      assert.ok(root === undefined || problems.length === 0);
    }),
    { numRuns: 500 },
  );
});
