import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { barLine, showProgress, stageLine, truncate, widthOf } from '../../src/cli/progress.js';
import { plain } from '../../src/cli/style.js';
import type { Progress } from '../../src/model/progress.js';

const halfway: Progress = {
  stage: 'encode',
  doneBytes: 50_000_000,
  totalBytes: 100_000_000,
  doneItems: 12,
  totalItems: 1200,
  item: 'SYSTEM/bin/app',
};

/** A screen that keeps what was written, with a clock that the test turns. */
function screen(columns: number | undefined) {
  const written: string[] = [];
  const clock = { time: 0 };
  const view = showProgress({
    write: (text) => written.push(text),
    columns: () => columns,
    style: plain,
    now: () => clock.time,
  });
  return { written, clock, view };
}

test('unit: the bar tells stage, share, bytes and items done of how many, time left and the item', () => {
  assert.equal(
    barLine(halfway, 10_000, 200, plain),
    'making patches ##########----------  50%  50.0 MB of 100.0 MB  12 of 1,200 items  10 s left  SYSTEM/bin/app',
  );
});

test('property: the bar stays within the width and on one line, whatever is in it', () => {
  fc.assert(
    fc.property(
      fc.record({
        doneBytes: fc.nat(),
        totalBytes: fc.nat(),
        doneItems: fc.nat(),
        totalItems: fc.nat(),
        item: fc.string({ unit: 'binary' }),
      }),
      fc.nat({ max: 200 }),
      fc.nat(),
      (facts, columns, elapsed) => {
        const line = barLine({ stage: 'encode', ...facts }, elapsed, columns, plain);
        assert.ok(widthOf(line) <= Math.max(columns - 1, 0), line);
        assert.doesNotMatch(line, /[\x00-\x1f\x7f]/);
      },
    ),
  );
});

test('unit: truncation counts wide characters and leaves short text alone', () => {
  assert.equal(truncate('abcdef', 6), 'abcdef');
  assert.equal(truncate('abcdefg', 6), 'abcd…');
  assert.equal(truncate('日本語', 6), '日本語');
  assert.equal(truncate('日本語', 5), '日…');
  assert.equal(truncate('ab', 1), '');
});

test('unit: a terminal gets a bar that is redrawn ten times a second and replaced by a line at the end of a stage', () => {
  const { written, clock, view } = screen(80);
  view.onProgress({ ...halfway, doneBytes: 0, doneItems: 0 });
  for (let time = 1; time <= 200; time += 1) {
    clock.time = time;
    view.onProgress(halfway);
  }
  assert.equal(written.length, 3);
  assert.ok(written.every((text) => text.startsWith('\r') && text.endsWith('\u001b[K')));
  clock.time = 2000;
  view.onProgress({ ...halfway, stage: 'write' });
  assert.deepEqual(written.slice(3, 5), ['\r\u001b[K', 'making patches: 12 items, 50.0 MB in 2.0 s\n']);
  view.close(false);
  assert.equal(written.at(-1), '\r\u001b[K');
});

test('unit: elsewhere each stage leaves one line, and a run that failed none for the stage it failed in', () => {
  const { written, clock, view } = screen(undefined);
  view.onProgress(halfway);
  clock.time = 1500;
  view.onProgress({ ...halfway, doneItems: 1 });
  view.onProgress({ stage: 'plan', doneBytes: 0, totalBytes: 0, doneItems: 0, totalItems: 0 });
  clock.time = 1600;
  view.onProgress({ ...halfway, stage: 'write' });
  view.close(false);
  assert.deepEqual(written, ['making patches: 1 item, 50.0 MB in 1.5 s\n', 'planning: in 0.1 s\n']);
  view.onProgress(halfway);
  view.close(true);
  assert.equal(written.length, 3);
  assert.equal(stageLine(halfway, 0, plain), 'making patches: 12 items, 50.0 MB in 0.0 s');
});
