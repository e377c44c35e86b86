import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureFile } from '../../../src/encode/estimate/measure-file.js';
import { openMeasurer } from '../../../src/encode/estimate/measurer.js';
import { noise, prose } from '../../applypatch/make-patch.js';

const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/** Files of several kinds, each made anew: a measurer takes the bytes. */
function files() {
  const text = prose(150_000, 1);
  const edited = Buffer.concat([text.subarray(0, 70_000), noise(900, 2), text.subarray(70_000)]);
  return [
    { target: own(edited), bases: [own(text)] },
    { target: own(edited), bases: [own(noise(100_000, 3)), own(text)] },
    { target: own(edited), bases: [] },
    { target: own(edited) },
    { target: own(edited), bases: [own(text)], whole: 50_000 },
    { target: own(new Uint8Array(0)), bases: [own(text)] },
    // A view into a pool of Node's, which no thread may be handed.
    { target: Buffer.from('short'), bases: [Buffer.from('sharp')] },
  ];
}

test('integration: a thread of its own says the same, and takes the bytes', async () => {
  const told = [];
  for (const apart of [true, false]) {
    const measurer = openMeasurer({ apart }, undefined);
    const mine = [];
    for (const file of files()) {
      const isLong = file.target.length > 100_000;
      mine.push(await measurer.measure(file));
      if (isLong) assert.equal(file.target.length, 0);
    }
    told.push(mine);
    await measurer.close();
  }
  const [apart, here] = told;
  assert.deepEqual(apart, here);
  assert.deepEqual(here, files().map(measureFile));
});

test('integration: who asks to stop need not wait for the file, and nothing is left running', async () => {
  const stop = new AbortController();
  const measurer = openMeasurer({ apart: true }, stop.signal);
  const measured = measurer.measure({ target: own(noise(4 << 20, 4)), bases: [own(noise(4 << 20, 5))] });
  stop.abort('SIGINT');
  await assert.rejects(measured, (reason) => reason === 'SIGINT');
  await measurer.close();
  await measurer.close();
});
