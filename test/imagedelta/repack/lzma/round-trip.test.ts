import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyRepacked } from '../../../../src/imagedelta/decoder/repack/apply-repacked.js';
import { encodeDelta } from '../../../../src/imagedelta/encoder/encode.js';
import { encodeRepacked, expandPair } from '../../../../src/imagedelta/repack/encode.js';
import { repackProofs } from '../../../../src/usecases/image-delta/repack-proofs.js';
import { seededRandom } from '../../../support/random.js';
import { plainPlan } from '../../vector-cases.js';
import { imageOf, texts } from '../packed-images.js';
import { lzmaPackers } from './lzma-packers.js';

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

for (const { name, way, exact, pack } of lzmaPackers) {
  const [before, after] = texts.map(pack);
  test(`integration: a part packed by ${name} is compared unpacked, and comes back byte for byte`, {
    skip: (before === undefined || after === undefined) && 'what packs it is missing',
  }, () => {
    if (before === undefined || after === undefined) return;
    const [old, fresh] = [imageOf(before), imageOf(after)];
    const expanded = expandPair(old, fresh, [way], repackProofs);
    assert.deepEqual([expanded.old.refused, expanded.fresh.refused], [[], []]);
    const { parts } = expanded.fresh;
    assert.equal(
      parts.reduce((sum, { text }) => sum + text.length, 0),
      texts[1].length,
    );
    assert.ok(parts.every(({ exceptions }) => (exceptions === 0) === exact));
    // Text is compared as it was before a filter that is undone.
    if (!name.includes('left')) assert.ok(equal(Buffer.concat(parts.map(({ text }) => text)), texts[1]));
    const { patch } = encodeRepacked(old, fresh, expanded, plainPlan);
    assert.ok(equal(applyRepacked(old, patch), fresh));
    const plain = encodeDelta(old, fresh, plainPlan).patch.length;
    assert.ok(patch.length < 0.8 * plain, `${patch.length} of ${plain}`);
  });
}

test('integration: parts with bytes that were not packed, runs, and repeated pieces come back without exceptions', (context) => {
  const packer = lzmaPackers.find(({ name }) => name === 'xz -6');
  const random = seededRandom(11);
  const noise = random.bytes(140_000);
  const text = Buffer.concat([texts[0], noise, Buffer.alloc(50_000), texts[1], noise.subarray(0, 70_000), texts[0]]);
  const packed = packer?.pack(text);
  if (packed === undefined) {
    context.skip('xz is missing');
    return;
  }
  const { fresh } = expandPair(packed, packed, ['xz'], repackProofs);
  const [part] = fresh.parts;
  assert.ok(part !== undefined && fresh.refused.length === 0);
  assert.equal(part.exceptions, 0);
  assert.ok(equal(part.text, text));
});

test('integration: a damaged part is left packed, or comes back as it is', (context) => {
  const packed = lzmaPackers.find(({ name }) => name === 'xz --format=lzma, preset=6')?.pack(texts[0]);
  if (packed === undefined) {
    context.skip('xz is missing');
    return;
  }
  const random = seededRandom(3);
  for (let round = 0; round < 6; round++) {
    const damaged = Uint8Array.from(packed);
    const at = 14 + random.below(packed.length - 14);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
    const image = imageOf(damaged);
    const expanded = expandPair(image, image, ['lzma'], repackProofs);
    if (expanded.fresh.parts.length === 0) continue;
    const { patch } = encodeRepacked(image, image, expanded, plainPlan);
    assert.ok(equal(applyRepacked(image, patch), image));
  }
});
