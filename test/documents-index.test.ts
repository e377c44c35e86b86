/** Holds the documents for newcomers against the tree, so that they cannot go stale unnoticed. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

/** The cells of the table rows below a heading. */
function rowsBelow(document: string, heading: string): readonly (readonly string[])[] {
  const start = document.indexOf(`\n${heading}\n`);
  assert.ok(start >= 0, `there is no heading ${heading}`);
  const end = document.indexOf('\n## ', start + heading.length);
  return document
    .slice(start, end < 0 ? undefined : end)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('unit: every decision is listed with its title and date', () => {
  const index = read('docs/decisions/README.md');
  const listed = rowsBelow(index, '## All decisions').map(([link = '', date = '']) => ({ link, date }));
  const expected = readdirSync(join(root, 'docs/decisions'))
    .filter((name) => name !== 'README.md')
    .sort()
    .map((name) => {
      const [heading = '', , date = ''] = read(`docs/decisions/${name}`).split('\n');
      return { link: `[${heading.replace(/^# (\d+\. )?/, '')}](${name})`, date };
    });
  assert.deepEqual(listed, expected);
});

test('unit: the ten questions of CONTRIBUTING.md are answered with files that are there', () => {
  const rows = rowsBelow(read('CONTRIBUTING.md'), '## Ten questions, answered by the tree');
  assert.equal(rows.length, 10);
  for (const [question = '', answer = ''] of rows) {
    const paths = [...answer.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    assert.ok(paths.length > 0, question);
    for (const path of paths) assert.ok(statSync(join(root, path)).isFile(), `${question} ${path}`);
  }
});

test('unit: the npm scripts that CONTRIBUTING.md names are there', () => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const [, name = ''] of read('CONTRIBUTING.md').matchAll(/npm run ([a-z:]+)/g)) assert.ok(name in scripts, name);
});

test('unit: types and files that the glossary names are there, and no word is told twice', () => {
  const rows = rowsBelow(read('docs/glossary.md'), '## Words');
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const code = sources.map((name) => read(`src/${name}`)).join('\n');
  const missing: string[] = [];
  for (const [word = '', , where = ''] of rows) {
    for (const [, name = ''] of where.matchAll(/`([^`]+)`/g)) {
      const [, type = '', member] = /^([A-Za-z]+)(?:\.([A-Za-z]+))?$/.exec(name) ?? [];
      const isThere = name.includes('/')
        ? existsSync(join(root, name))
        : new RegExp(`export (interface|type|function|const) ${type}\\b`).test(code) &&
          (member === undefined || new RegExp(`readonly ${member}\\??:`).test(code));
      // Reasons of decisions and members of unions are words in quotes.
      if (!isThere && !code.includes(`'${name}'`)) missing.push(`${word}: ${name}`);
    }
  }
  assert.deepEqual(missing, []);
  const words = rows.map(([word]) => word);
  assert.deepEqual(words, [...new Set(words)].sort(), 'sorted, each once');
});

test('unit: the changelog begins with what is not released, and knows the version of package.json', () => {
  const headings = [...read('CHANGELOG.md').matchAll(/^## \[([^\]]+)\]/gm)].map(([, name]) => name);
  assert.equal(headings[0], 'Unreleased');
  assert.ok(headings.includes(JSON.parse(read('package.json')).version));
});
