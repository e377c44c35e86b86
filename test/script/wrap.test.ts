import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { wrap } from '../../src/script/wrap.js';

interface Case {
  readonly in: string;
  readonly out: string;
}

function isCases(value: unknown): value is readonly Case[] {
  return (
    Array.isArray(value) &&
    value.every((one: unknown) => typeof one === 'object' && one !== null && 'in' in one && 'out' in one)
  );
}

async function readCases(): Promise<readonly Case[]> {
  const file = new URL('../../../test/script/vectors/wordwrap.json', import.meta.url);
  const cases: unknown = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(isCases(cases));
  return cases;
}

/** The rule as the reference words it, without a thought for speed. */
function wrapByTheBook(command: string): string {
  const indent = command.indexOf('(') + 1;
  const lines: string[] = [];
  let rest = command;
  while (rest.includes('|')) {
    const breaks = [...rest].flatMap((unit, at) => (unit === '|' ? [at] : []));
    const cut = breaks.filter((at) => at <= 80 - indent).at(-1) ?? breaks[0] ?? 0;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut + 1);
  }
  lines.push(rest);
  return lines.join(`\n${' '.repeat(indent)}`).replaceAll('|', ' ');
}

test('unit: lines are wrapped as in the recorded cases', async () => {
  const cases = await readCases();
  assert.equal(cases.length, 12);
  for (const { in: command, out } of cases) {
    // The recorded break points are NUL bytes; in a JSON file written by hand they may stand as backslash and zero.
    const pieces = command.split(command.includes('\0') ? '\0' : '\\0');
    assert.equal(wrap(pieces, command.indexOf('(') + 1).join('\n'), out);
  }
});

test('unit: the two ways to say the rule agree on any call', () => {
  const piece = fc.integer({ min: 1, max: 90 }).map((length) => 'x'.repeat(length));
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 30 }), (pieces, name) => {
      const all = pieces.map((text, index) => (index === 0 ? `${'f'.repeat(name)}(${text}` : text));
      assert.equal(wrap(all, name + 1).join('\n'), wrapByTheBook(all.join('|')));
    }),
    { numRuns: 500 },
  );
});
