import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { applyRepacked, readRepackPatch } from '../../../src/imagedelta/decoder/repack/apply-repacked.js';
import { encodeDelta } from '../../../src/imagedelta/encoder/encode.js';
import { encodeRepacked, expandPair } from '../../../src/imagedelta/repack/encode.js';
import { repackProofs } from '../../../src/usecases/image-delta/repack-proofs.js';
import { seededRandom } from '../../support/random.js';
import { plainPlan } from '../vector-cases.js';
import { imageOf, packers, texts } from './packed-images.js';

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

for (const { name, way, pack } of packers) {
  const [before, after] = texts.map(pack);
  test(`integration: a part packed by ${name} is compared unpacked, and comes back byte for byte`, {
    skip: (before === undefined || after === undefined) && `what packs it is missing`,
  }, () => {
    if (before === undefined || after === undefined) return;
    const [old, fresh] = [imageOf(before), imageOf(after)];
    const expanded = expandPair(old, fresh, [way], repackProofs);
    assert.deepEqual([expanded.old.refused, expanded.fresh.refused], [[], []]);
    assert.ok(expanded.fresh.parts.length > 0);
    const size = expanded.fresh.parts.reduce((sum, { text }) => sum + text.length, 0);
    assert.equal(size, texts[1].length);
    const { patch } = encodeRepacked(old, fresh, expanded, plainPlan);
    assert.ok(equal(applyRepacked(old, patch), fresh));
    assert.ok(equal(encodeRepacked(old, fresh, expanded, plainPlan).patch, patch));
    // What is stored is compared well as it is.
    const plain = encodeDelta(old, fresh, plainPlan).patch.length;
    if (!name.includes('stored')) assert.ok(patch.length < 0.9 * plain, `${patch.length} of ${plain}`);
  });
}

test('unit: classic zlib and the levels of the slow lz4 are told by next to nothing', () => {
  for (const { name, way, pack } of packers) {
    if (!name.startsWith('classic zlib')) continue;
    const packed = pack(texts[0]);
    assert.ok(packed !== undefined);
    const [part] = expandPair(packed, packed, [way], repackProofs).fresh.parts;
    assert.ok(part !== undefined && part.exceptions <= 2, `${name}: ${part?.exceptions} exceptions`);
  }
});

/** Texts in which lengths of codes reach their limit: each byte is about 1.6 times as frequent as the one before. */
function steepText(): Uint8Array {
  const random = seededRandom(5);
  const bytes: number[] = [];
  for (let symbol = 0, count = 1; count < 20_000; symbol++, count = Math.ceil(count * 1.62))
    for (let i = 0; i < count; i++) bytes.push(symbol);
  for (let i = bytes.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [bytes[i], bytes[j]] = [bytes[j] ?? 0, bytes[i] ?? 0];
  }
  return Uint8Array.from(bytes);
}

test('unit: a code whose lengths had to be limited comes back as usual', () => {
  const packed = Buffer.concat([Buffer.of(0x78, 0x9c), deflateRawSync(steepText(), { strategy: 2, memLevel: 9 })]);
  const { fresh } = expandPair(packed, packed, ['deflate'], repackProofs);
  const [part] = fresh.parts;
  assert.ok(part !== undefined && fresh.refused.length === 0);
  // Without a prediction and with usual codes, decisions are the records of blocks only.
  assert.ok(part.decisions.length < 60, `${part.decisions.length} bytes`);
});

test('property: random images with several parts are expanded and packed again to the same bytes', () => {
  const text = fc
    .tuple(fc.integer({ min: 0, max: 2 ** 30 }), fc.integer({ min: 1200, max: 9000 }))
    .map(([seed, size]) => {
      const random = seededRandom(seed);
      const words = Array.from({ length: 20 }, () => random.bytes(1 + random.below(30)));
      const pieces: Uint8Array[] = [];
      for (let left = size; left > 0; ) {
        const piece =
          random.below(3) === 0 ? random.bytes(1 + random.below(200)) : (words[random.below(20)] ?? words[0]);
        if (piece === undefined) break;
        pieces.push(piece);
        left -= piece.length;
      }
      return Buffer.concat(pieces);
    });
  const image = fc
    .array(fc.tuple(text, fc.integer({ min: 0, max: 9 }), fc.uint8Array({ maxLength: 40 })), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) =>
      Buffer.concat(
        parts.flatMap(([bytes, level, gap]) => [gap, Buffer.of(0x78, 0x9c), deflateRawSync(bytes, { level })]),
      ),
    );
  fc.assert(
    fc.property(image, image, (old, fresh) => {
      const expanded = expandPair(old, fresh, ['deflate'], repackProofs);
      assert.deepEqual([expanded.old.refused, expanded.fresh.refused], [[], []]);
      if (expanded.fresh.parts.length === 0) return;
      const { patch } = encodeRepacked(old, fresh, expanded, plainPlan);
      assert.ok(equal(applyRepacked(old, patch), fresh));
      const { outer } = readRepackPatch(patch);
      assert.equal(outer.newParts.length, expanded.fresh.parts.length);
    }),
    { numRuns: 25 },
  );
});
