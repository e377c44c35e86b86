/** Patches in place, applied in one flash. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeltaError } from '../../src/imagedelta/decoder/fault.js';
import { readDeltaHeader } from '../../src/imagedelta/decoder/header.js';
import { applyInPlace } from '../../src/imagedelta/decoder/one-flash.js';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { readVector } from './c-decoder.js';
import { plainPlan } from './vector-cases.js';

test('unit: a patch in place makes the new image where the old one was, whose bytes stay', () => {
  for (const name of ['in-place-upwards', 'in-place-downwards', 'in-place-text', 'in-place-shorter']) {
    const [old, patch] = [readVector(name, 'old'), readVector(name, 'patch')];
    const before = old.slice();
    const made = applyInPlace(old, readDeltaHeader(patch), patch);
    assert.ok(Buffer.compare(made, readVector(name, 'new')) === 0, name);
    assert.ok(Buffer.compare(old, before) === 0, name);
  }
});

test('unit: images of no byte and of one, blocks of one byte, and write units that no block holds', () => {
  const images = [new Uint8Array(0), Uint8Array.of(7), new Uint8Array(3000).map((_, i) => i * i)];
  for (const old of images)
    for (const fresh of images)
      for (const [flashBlock, writeUnit, segmentSize] of [
        [1, 1, 1000],
        [1, 32, 4096],
        [1000, 32, 2000],
        [64, 32, 128],
      ] as const) {
        const plan = { ...plainPlan, inPlace: true, downwards: 'try', segmentSize, flashBlock, writeUnit } as const;
        const { patch } = encodeDelta(old, fresh, plan);
        assert.ok(Buffer.compare(applyInPlace(old, readDeltaHeader(patch), patch), fresh) === 0);
      }
});

test('unit: a patch for two areas is refused with the code of the flash', () => {
  const [old, patch] = [readVector('segments', 'old'), readVector('segments', 'patch')];
  assert.throws(
    () => applyInPlace(old, readDeltaHeader(patch), patch),
    (error) => error instanceof DeltaError && error.code === 12,
  );
});
