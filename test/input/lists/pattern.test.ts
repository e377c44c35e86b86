import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern } from '../../../src/input/lists/pattern.js';

function matches(pattern: string, path: string): boolean {
  const compiled = compilePattern(pattern);
  assert.ok(typeof compiled === 'function', pattern);
  return compiled(path);
}

test('unit: rows of backslashes of any length end, and stand for backslashes', () => {
  for (let count = 1; count <= 60; count++) {
    const row = '\\'.repeat(count);
    const meant = '\\'.repeat(Math.ceil(count / 2));
    for (const [before, some] of [
      ['*', 'any'],
      ['**/', 'a/'],
      ['', ''],
    ] as const) {
      assert.equal(matches(`${before}${row}`, `${some}${meant}`), true, `${before} and ${count}`);
      assert.equal(matches(`${before}${row}`, `${some}${meant}/x`), false, `${before} and ${count}`);
    }
    assert.equal(matches(`*${row}\\*`, `any${'\\'.repeat(count >> 1)}*`), count % 2 === 0, `${count} before a star`);
  }
});

test('unit: a backslash takes the next unit as it is', () => {
  assert.equal(matches('SYSTEM/a\\*?', 'SYSTEM/a*b'), true);
  assert.equal(matches('SYSTEM/a\\*?', 'SYSTEM/axb'), false);
  assert.equal(matches('SYSTEM/?', 'SYSTEM/\\'), true);
  assert.equal(matches('SYSTEM/[\\\\x]?', 'SYSTEM/\\y'), true);
});
