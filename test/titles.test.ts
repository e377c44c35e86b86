/** Every test says at what level it tests, so that `npm run test:unit` and a reader can tell them apart. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../test/', import.meta.url));
const level = /^(unit|property|integration|end-to-end): /;

/** The titles of the outermost tests and suites of a file; `undefined` where a title does not begin with literal text. */
function titlesOf(name: string, text: string): (string | undefined)[] {
  const titles: (string | undefined)[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      /^(test|it|describe|suite)(\.(skip|only|todo))?$/.test(node.expression.getText())
    ) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text);
      else if (title !== undefined && ts.isTemplateExpression(title)) titles.push(title.head.text);
      else titles.push(undefined);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
  return titles;
}

test('unit: every test says its level, by the first words of its title', () => {
  const without: string[] = [];
  let count = 0;
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('.test.ts')) continue;
    for (const title of titlesOf(name, readFileSync(join(root, name), 'utf8'))) {
      count++;
      if (title === undefined || !level.test(title)) without.push(`${name}: ${title ?? 'a title that is no literal'}`);
    }
  }
  assert.ok(count > 300, `${count} titles found`);
  assert.deepEqual(without, [], "begin each title with 'unit: ', 'property: ', 'integration: ' or 'end-to-end: '");
});

test('unit: a title without its level is found', () => {
  const text = `test('a', () => {}); describe(\`unit: \${b}\`, () => { it('c', f); }); it.skip(name, f); test('unit:d', f)`;
  assert.deepEqual(titlesOf('x.test.ts', text), ['a', 'unit: ', undefined, 'unit:d']);
});
