/** Both decoders on two compilations of random programs, and on streams without sense: every segment and every code is the same. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { applyDelta } from '../../src/imagedelta/decoder/apply.js';
import { DeltaError } from '../../src/imagedelta/decoder/fault.js';
import { readDeltaHeader } from '../../src/imagedelta/decoder/header.js';
import type { DeltaHeader } from '../../src/imagedelta/decoder/header-fields.js';
import { makeSegment } from '../../src/imagedelta/decoder/segment.js';
import { type EncodePlan, encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { seededRandom } from '../support/random.js';
import { workFolder } from '../support/work-folder.js';
import { assertAgree, compilers, type Pair, withDecoder } from './c-decoder.js';
import { compileProgram, compilerMissing } from './compiled-programs.js';
import { resealed } from './faults.js';
import { plainPlan } from './vector-cases.js';

const work = workFolder('agreement');
const seed = Math.floor(Math.random() * 2 ** 31);
const random = seededRandom(seed);
const some = (count: number, share: number): ReadonlySet<number> =>
  new Set(Array.from({ length: Math.ceil(count * share) }, () => random.below(count)));

const plans: readonly EncodePlan[] = [
  { ...plainPlan, segmentSize: 1024 },
  { ...plainPlan, segmentSize: 2048, inPlace: true, downwards: true, flashBlock: 1024 },
  { ...plainPlan, segmentSize: 2048, inPlace: true, flashBlock: 1024, tables: { ...plainPlan.tables, contexts: 3 } },
];

/** Where the rows of the segments begin, and where their packed bytes do. */
function placesOf(patch: Uint8Array): { readonly table: number; readonly header: number } {
  const [ranges = 0, product = 0] = [patch[37], patch[38]];
  return { table: 120 + product + 12 * ranges, header: Buffer.from(patch).readUInt32LE(8) };
}

/**
 * The patch with bytes of its packed segments changed, and all check sums made right for what the TypeScript decoder makes of it, so
 * that the other one has to make the very same bytes: of all segments, or of those before the one that is refused.
 */
function nonsense(old: Uint8Array, patch: Uint8Array): Uint8Array {
  const { table, header } = placesOf(patch);
  const sealed = (bytes: Uint8Array): Uint8Array =>
    resealed(bytes, (all) => {
      for (const { index, offset, packed, same } of readDeltaHeader(bytes).segments)
        if (!same) all.writeUInt32LE(crc32(all.subarray(offset, offset + packed)), table + 12 * index + 4);
    });
  const flipped = Buffer.from(patch);
  for (let k = 0; k <= random.below(3); k++) flipped[header + random.below(patch.length - header)] = random.below(256);
  const changed = sealed(flipped);
  const delta = readDeltaHeader(changed);
  const fresh = new Uint8Array(delta.newSize);
  const made = delta.segments.slice(0, segmentsMade(delta, changed, old, fresh));
  return resealed(changed, (all) => {
    for (const { index, start, end } of made)
      all.writeUInt32LE(crc32(fresh.subarray(start, end)), table + 12 * index + 8);
    all.set(createHash('sha256').update(fresh).digest(), 88);
  });
}

/** Makes segments in `fresh` and tells how many of them can be made. */
function segmentsMade(delta: DeltaHeader, patch: Uint8Array, old: Uint8Array, fresh: Uint8Array): number {
  for (const [made, segment] of delta.segments.entries()) {
    const { offset, packed, start, end, same } = segment;
    try {
      if (same) fresh.set(old.subarray(start, end), start);
      else makeSegment(delta, segment, patch.subarray(offset, offset + packed), old, fresh);
    } catch (error) {
      if (error instanceof DeltaError) return made;
      throw error;
    }
  }
  return delta.segments.length;
}

for (const [name, flags] of [
  ['Thumb, -Os', ['-mcpu=cortex-m4', '-mthumb', '-Os']],
  ['Thumb, -O2', ['-mcpu=cortex-m4', '-mthumb', '-O2']],
  ['ARM, -Os', ['-march=armv5te', '-marm', '-Os']],
] as const) {
  test(`property: two compilations for ${name}: both decoders make the new image, and the same of nonsense`, (t) => {
    const [compiler] = compilers;
    if (compilerMissing !== false || compiler === undefined) {
      t.skip(`NOT TESTED: ${compilerMissing || 'neither gcc nor clang is here'}`);
      return;
    }
    t.diagnostic(`seed ${seed}`);
    const count = 150;
    const first = { count, seed: 1 + random.below(1000) };
    const second = { ...first, changed: some(count, 0.05), removed: some(count, 0.04), inserted: some(count, 0.04) };
    const old = compileProgram(work, 'old', first, flags);
    const fresh = compileProgram(work, 'new', second, flags);
    assert.ok(Buffer.compare(old, fresh) !== 0);
    const good = plans.map((plan) => encodeDelta(old, fresh, plan).patch);
    for (const patch of good) assert.ok(Buffer.compare(applyDelta(old, patch), fresh) === 0, `seed ${seed}`);
    const pairs: readonly Pair[] = good.flatMap((patch) => [
      { old, patch },
      ...Array.from({ length: 25 }, () => ({ old, patch: nonsense(old, patch) })),
    ]);
    withDecoder(compiler, [], (program) => {
      const seen = assertAgree(program, pairs);
      assert.ok(
        [...seen].every((code) => code === 0 || code === 18),
        `seed ${seed}: codes ${[...seen].join()}`,
      );
      assert.ok(seen.has(18), `seed ${seed}: no stream was refused`);
    });
  });
}
