import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { imageApply } from '../../../src/usecases/image-delta/image-apply.js';
import { imageDelta } from '../../../src/usecases/image-delta/image-delta.js';
import { imageInfo } from '../../../src/usecases/image-delta/image-info.js';
import { changeProgram, linkProgram, makeProgram } from '../../imagedelta/code-images.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('image-delta-stopped');
const program = makeProgram('thumb', 7, 3000);
const [old, target, patch] = ['old', 'new', 'patch'].map((name) => join(work, name));
assert.ok(old !== undefined && target !== undefined && patch !== undefined);
writeFileSync(old, linkProgram(program));
writeFileSync(target, linkProgram(changeProgram(program, 8)));

test('integration: a signal stops each of the three in the middle of its work, and nothing is left behind', async () => {
  await imageDelta({ old, target, output: patch });
  const runs = {
    make: (output: string, signal: AbortSignal, onProgress: () => void) =>
      imageDelta({ old, target, output }, { signal, onProgress }),
    apply: (output: string, signal: AbortSignal, onProgress: () => void) =>
      imageApply({ old, patch, output }, { signal, onProgress }),
    info: (_output: string, signal: AbortSignal, onProgress: () => void) =>
      imageInfo({ old, patch }, { signal, onProgress }),
  };
  for (const [name, run] of Object.entries(runs)) {
    const folder = join(work, name);
    mkdirSync(folder);
    const reason = new Error(`${name} was stopped`);
    const before = AbortSignal.abort(reason);
    await assert.rejects(
      run(join(folder, 'out'), before, () => {}),
      reason,
    );
    // Heard while the work goes on elsewhere: its own thread of events is free.
    const stop = new AbortController();
    const running = run(join(folder, 'out'), stop.signal, () => stop.abort(reason));
    await assert.rejects(running, reason);
    assert.deepEqual(readdirSync(folder), []);
  }
});

test('integration: the event loop turns while a patch is made', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const kinds = new Set<number>();
  await imageDelta(
    { old, target, output: join(work, 'again') },
    { onProgress: ({ doneBytes }) => kinds.add(doneBytes) },
  );
  clearInterval(timer);
  assert.ok(turns > 5, `${turns} turns`);
  assert.ok(kinds.size > 2, 'it is told how far the work is');
});
