/** Two compilations of one program with a compiler for microcontrollers: what patches are made for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDelta } from '../../src/imagedelta/decoder/apply.js';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { workFolder } from '../support/work-folder.js';
import { compileProgram, compilerMissing } from './compiled-programs.js';
import { plainPlan } from './vector-cases.js';

const work = workFolder('compiled');
const changed = new Set(Array.from({ length: 20 }, (_, k) => 20 * k + 3));

for (const [name, flags] of [
  ['thumb', ['-mcpu=cortex-m4', '-mthumb', '-Os']],
  ['arm', ['-march=armv5te', '-marm', '-Os']],
] as const) {
  test(`integration: two compilations of a program for ${name}, in both areas and in place`, {
    skip: compilerMissing,
  }, () => {
    const old = compileProgram(work, `${name}-old`, { count: 400, seed: 9 }, flags);
    const fresh = compileProgram(work, `${name}-new`, { count: 400, seed: 9, changed }, flags);
    assert.ok(old.length > 8000 && Buffer.compare(old, fresh) !== 0);
    const { patch, reading } = encodeDelta(old, fresh, plainPlan);
    assert.ok(Buffer.compare(applyDelta(old, patch), fresh) === 0);
    assert.equal(reading.format, name);
    const plain = encodeDelta(old, fresh, plainPlan, { codeAware: false }).patch.length;
    assert.ok(patch.length < 0.8 * plain, `${patch.length} of ${plain} bytes`);
    const inPlace = encodeDelta(old, fresh, { ...plainPlan, inPlace: true, downwards: 'try', segmentSize: 4096 });
    assert.ok(Buffer.compare(applyDelta(old, inPlace.patch), fresh) === 0);
  });
}
