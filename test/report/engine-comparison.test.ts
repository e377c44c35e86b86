import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparedPatch } from '../../src/model/engine-comparison.js';
import { mostComparedPatchesShown } from '../../src/model/limits/explain.js';
import { engineComparisonText } from '../../src/report/engine-comparison.js';

const figures = (size: number) => ({ size, wallSeconds: 1, processorSeconds: 0.5 });
const patch = (path: string, ours: number, other: number | null): ComparedPatch => ({
  path,
  base: path,
  format: 'BSDIFF40',
  targetSize: 10_000,
  ours: figures(ours),
  other: other === null ? null : figures(other),
});
const text = (patches: readonly ComparedPatch[]): readonly string[] =>
  engineComparisonText({
    engine: 'other 1',
    patches,
    totals: { patches: patches.length, ours: figures(7), other: figures(14) },
  })
    .trimEnd()
    .split('\n');

test('unit: the costliest files stand first, whichever encoder they cost most, and the totals last', () => {
  const lines = text([patch('a', 10, 20), patch('b', 30, null), patch('c', 5, 40), patch('d', 10, 20)]);
  assert.deepEqual(
    lines.slice(1, -1).map((line) => line.slice(0, 1)),
    ['c', 'b', 'a', 'd'],
  );
  assert.match(lines[2] ?? '', /^b .*no patch/);
  assert.match(lines.at(-1) ?? '', /^all 4 patches .* 7 .* 14 .* 50\.0 %$/);
});

test('unit: what is more than a screen is told by its number', () => {
  const many = Array.from({ length: mostComparedPatchesShown + 3 }, (_, at) => patch(`file ${at}`, at + 1, at + 2));
  const lines = text(many);
  assert.equal(lines.length, 1 + mostComparedPatchesShown + 2);
  assert.match(lines[1] ?? '', /^file 42 /);
  assert.match(lines.at(-2) ?? '', /^… and 3 smaller ones; --json tells all *$/);
  assert.equal(text(many.slice(3)).length, 1 + mostComparedPatchesShown + 1);
});
