import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { codeSubjects, codeTexts, isCode } from '../../src/model/codes.js';

const root = fileURLToPath(new URL('../../../src/', import.meta.url));

/** The values of all string literals of a source file: comments and parts of templates do not count. */
function literalsOf(text: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest));
  return found;
}

/** What is listed and stands in no source text. A code of one word must stand after `code:`, as such words are used for more. */
function unused(codes: readonly string[], texts: readonly string[]): readonly string[] {
  const literals = new Set(texts.flatMap(literalsOf));
  const all = texts.join('\n');
  return codes.filter((code) => (code.includes('-') ? !literals.has(code) : !new RegExp(`code: ?'${code}'`).test(all)));
}

test('unit: every code that is listed is used', () => {
  const texts = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.startsWith('model/codes'))
    .map((name) => readFileSync(join(root, name), 'utf8'));
  assert.deepEqual(unused(Object.keys(codeTexts), texts), [], 'take these codes out of src/model/codes/');
});

test('unit: a code that is only in a comment or a longer text counts as unused', () => {
  assert.deepEqual(unused(['a-b', 'c-d', 'size', 'count'], ["// 'a-b'\nf({ code: 'size' }, 'count'); g(`x c-d`)"]), [
    'a-b',
    'c-d',
    'count',
  ]);
});

test('unit: each code stands in one subject', () => {
  const listed = codeSubjects.flatMap(({ codes }) => Object.keys(codes));
  assert.equal(new Set(listed).size, listed.length);
  assert.deepEqual([...listed].sort(), Object.keys(codeTexts).sort());
});

test('unit: each code is kebab-case, and its two sentences are told in one style', () => {
  for (const [code, { meaning, remedy }] of Object.entries(codeTexts)) {
    assert.match(code, /^[a-z]+(-[a-z]+)*$/);
    for (const text of [meaning, remedy]) assert.doesNotMatch(text, /[.\n]$|^$|^[A-Z][a-z]/, code);
  }
  assert.ok(isCode('zip-truncated'));
  for (const word of ['constructor', '__proto__', 'ZIP-TRUNCATED', '']) assert.ok(!isCode(word));
});
