import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deflateClassic } from '../../../src/encode/deflate/classic.js';
import { encodeFile } from '../../../src/encode/encode-file.js';
import { estimateFile, quickWhole } from '../../../src/encode/estimate/estimate-file.js';
import { sample } from '../../../src/encode/estimate/sample.js';
import { indexSource } from '../../../src/encode/estimate/source.js';
import { sha1Of } from '../../../src/model/digest.js';
import { noise, prose } from '../../applypatch/make-patch.js';

function estimate(target: Uint8Array, ...bases: readonly Uint8Array[]) {
  const bytes = new Uint8Array(target);
  return estimateFile({ target: bytes, bases: bases.map((base) => new Uint8Array(base)) }, quickWhole(bytes));
}

function encoded(target: Uint8Array, ...bases: readonly Uint8Array[]) {
  const bytes = new Uint8Array(target);
  const request = {
    target: bytes,
    targetSha1: sha1Of(bytes),
    bases: bases.map((base) => new Uint8Array(base)),
    costs: [],
  };
  return encodeFile(request, { effort: 'normal', worthwhile: 0.95 }).chosen;
}

/** Words like those of a program: few of many values, and a call in eight whose address moves with `shift`. */
function program(words: number, seed: number, shift: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(words * 4));
  const kinds = noise(words * 2, seed);
  for (let i = 0; i < words; i += 1) {
    const kind = kinds[2 * i] ?? 0;
    const value = kinds[2 * i + 1] ?? 0;
    view.setUint32(
      4 * i,
      kind < 32 ? 0x94000000 + value * 512 + shift : 0xaa0003e0 + (kind & 15) + ((value & 7) << 16),
      true,
    );
  }
  return new Uint8Array(view.buffer);
}

const within = (about: number, real: number, share: number): void =>
  assert.ok(Math.abs(about / real - 1) <= share, `${about} for ${real}`);

test('unit: an estimate comes near to what the encoder makes: a moved program, an edited text, a new file', () => {
  const before = program(60_000, 1, 0);
  const after = Buffer.concat([program(500, 2, 0), program(60_000, 1, 48)]);
  within(estimate(after, before).bytes, encoded(after, before).packed.bytes.length, 0.3);
  const text = prose(200_000, 3);
  const edited = Buffer.concat([text.subarray(0, 90_000), prose(4000, 4), text.subarray(100_000)]);
  within(estimate(edited, text).bytes, encoded(edited, text).packed.bytes.length, 0.3);
  const fresh = estimate(text);
  assert.equal(fresh.method, 'whole');
  within(fresh.bytes, encoded(text).packed.bytes.length, 0.2);
});

test('unit: of several bases the nearest counts, and what is like none travels whole', () => {
  const text = prose(100_000, 5);
  const edited = Buffer.concat([text.subarray(0, 50_000), noise(50, 6), text.subarray(50_000)]);
  const other = noise(100_000, 7);
  assert.equal(estimate(edited, other, text).bytes, estimate(edited, text).bytes);
  assert.equal(estimate(edited, other).method, encoded(edited, other).kind);
  within(estimate(edited, other).bytes, encoded(edited, other).packed.bytes.length, 0.1);
  assert.equal(estimate(other, text).method, 'whole');
});

test('unit: a file that only moved takes what its copying takes', () => {
  const bytes = noise(70_000, 8);
  const about = estimate(bytes, prose(1000, 1), bytes);
  assert.equal(about.method, 'patch');
  assert.equal(about.bytes, encoded(bytes, bytes).packed.bytes.length);
});

test('unit: streams that zlib makes again are compared by what is in them, others are not', () => {
  const gzip = (content: Uint8Array, level: 6 | 9): Buffer => {
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(crc(content), 0);
    tail.writeUInt32LE(content.length, 4);
    return Buffer.concat([
      Buffer.from([31, 139, 8, 0, 0, 0, 0, 0, level === 9 ? 2 : 0, 3]),
      deflateClassic(new Uint8Array(content), { level }),
      tail,
    ]);
  };
  const before = program(100_000, 9, 0);
  const after = Buffer.concat([program(40, 10, 0), program(100_000, 9, 16)]);
  const image = (content: Uint8Array): Buffer => Buffer.concat([noise(2048, 11), gzip(content, 9), noise(3000, 12)]);
  const about = estimate(image(after), image(before));
  within(about.bytes, encoded(image(after), image(before)).packed.bytes.length, 0.3);
  const odd = image(after);
  // A flag that no gzip file has: the stream is not seen.
  odd[2048 + 3] = 0xe0;
  assert.ok(estimate(odd, image(before)).bytes > about.bytes * 2);
});

test('property: an estimate is above nothing and never above the whole file, and the same bytes give the same', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.integer({ min: 0, max: 5000 }).map((n) => new Uint8Array(prose(n, 2))),
  );
  fc.assert(
    fc.property(bytes, fc.array(bytes, { maxLength: 3 }), (target, bases) => {
      const about = estimate(target, ...bases);
      assert.ok(about.bytes >= 0 && about.bytes <= Math.max(quickWhole(new Uint8Array(target)), 150));
      assert.deepEqual(estimate(target, ...bases), about);
    }),
    { numRuns: 300 },
  );
});

test('unit: a sample of what differs much is a small part, evenly spread; what differs little is walked through', () => {
  const size = { pieceBytes: 4096, fewestPieces: 8, enoughSearches: 10_000 };
  const source = noise(1 << 20, 13);
  const other = noise(1 << 20, 14);
  assert.equal(sample(indexSource(source), other, size).share, 1 / 16);
  const near = Buffer.from(source);
  near[500_000] = (near[500_000] ?? 0) ^ 1;
  const { streams, share } = sample(indexSource(source), near, size);
  assert.equal(share, 1);
  assert.equal(streams.diff.length, near.length);
  assert.equal(streams.diff.filter((byte) => byte !== 0).length, 1);
});

test('unit: twice as much of the same takes at most about twice the searches', () => {
  const searches = (n: number): number => {
    const source = program(n, 15, 0);
    const target = program(n, 15, 4);
    const all = { pieceBytes: 32_768, fewestPieces: 1, enoughSearches: Number.POSITIVE_INFINITY };
    return sample(indexSource(source), target, all).streams.searches;
  };
  const [once, twice] = [searches(40_000), searches(80_000)];
  assert.ok(twice <= once * 2.2, `${once} and ${twice}`);
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ ((value & 1) * 0xedb88320);
  }
  return (value ^ 0xffffffff) >>> 0;
}
