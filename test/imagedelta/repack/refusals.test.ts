import assert from 'node:assert/strict';
import { test } from 'node:test';
import pako from 'pako';
import type { DeltaDevice } from '../../../src/imagedelta/decoder/device.js';
import { DeltaError, type DeltaFaultName } from '../../../src/imagedelta/decoder/fault.js';
import { applyRepacked } from '../../../src/imagedelta/decoder/repack/apply-repacked.js';
import { packPart, unpackPart } from '../../../src/imagedelta/decoder/repack/expanded-image.js';
import type { PackedPlace } from '../../../src/imagedelta/decoder/repack/part.js';
import { encodeRepacked, expandPair } from '../../../src/imagedelta/repack/encode.js';
import { repackProofs } from '../../../src/usecases/image-delta/repack-proofs.js';
import { seededRandom } from '../../support/random.js';
import { changeProgram, linkProgram, makeProgram } from '../code-images.js';
import { faultOfApplying, resealed } from '../faults.js';
import { plainPlan } from '../vector-cases.js';
import { imageOf } from './packed-images.js';

const program = makeProgram('thumb', 61, 40);
const packed = (of: typeof program): Uint8Array => imageOf(pako.gzip(linkProgram(of), { level: 9 }));
const [old, fresh] = [packed(program), packed(changeProgram(program, 62))];
const expanded = expandPair(old, fresh, ['deflate'], repackProofs, 'all', 'all');
const plan = { ...plainPlan, product: 'EC25', counter: 5 };
const { patch } = encodeRepacked(old, fresh, expanded, plan);
const headerLength = Buffer.from(patch).readUInt32LE(8);
const partAt = 204;

function faultOf(from: Uint8Array, bytes: Uint8Array, device: DeltaDevice = {}): DeltaFaultName | 'none' {
  return faultOfApplying(() => applyRepacked(from, bytes, device), fresh);
}

function changed(change: (header: Buffer) => void): Uint8Array {
  return resealed(patch, change, 'repack');
}

const u8 = (at: number, value: number): Uint8Array => changed((header) => header.writeUInt8(value, at));
const u16 = (at: number, value: number): Uint8Array => changed((header) => header.writeUInt16LE(value, at));
const u32 = (at: number, value: number): Uint8Array => changed((header) => header.writeUInt32LE(value, at));
const at32 = (at: number): number => Buffer.from(patch).readUInt32LE(at);

test('unit: each fault of a patch over packed parts has its code', () => {
  const cases: readonly (readonly [DeltaFaultName | 'none', Uint8Array, Uint8Array?, DeltaDevice?])[] = [
    ['none', patch],
    ['not-a-patch', Buffer.from('DFI')],
    ['not-a-patch', fresh],
    ['version', u8(4, 2)],
    ['header-cut', patch.subarray(0, 100)],
    ['header-damaged', Buffer.concat([patch.subarray(0, 60), Buffer.of(7), patch.subarray(61)])],
    ['feature', u16(6, 1)],
    ['value', u8(5, 1)],
    ['value', u32(12, 2 ** 31)],
    ['value', u32(20, at32(20) + 16)],
    ['value', u32(24, at32(24) + 1)],
    ['value', u32(40, 8192)],
    ['value', u16(34, 0)],
    ['value', u16(34, 2)],
    ['value', u32(partAt, old.length)],
    ['value', u32(partAt + 4, 0)],
    ['value', u16(partAt + 18, 1)],
    ['codec', u8(partAt + 16, 9)],
    ['codec', u8(partAt + 17, 13)],
    ['codec', u8(partAt + 20, 3)],
    ['codec', u8(partAt + 21, 17)],
    ['codec', u16(partAt + 28, 4097)],
    ['signature', patch, old, { verify: () => true }],
    ['product', patch, old, { product: 'BG95' }],
    ['counter', patch, old, { counter: 6 }],
    ['memory', patch, old, { memory: 100 }],
    ['none', patch, old, { product: 'EC25', counter: 5 }],
    ['patch-cut', patch.subarray(0, patch.length - 1)],
    ['patch-long', Buffer.concat([patch, Buffer.of(0)])],
    ['old-size', patch, Buffer.concat([old, Buffer.of(0)])],
    ['old-image', patch, Buffer.concat([Buffer.of(9), old.subarray(1)])],
    ['expanded-old', u8(108, 1 ^ (patch[108] ?? 0))],
    ['inner', Buffer.concat([patch.subarray(0, -1), Buffer.of(255 ^ (patch.at(-1) ?? 0))])],
    // The settings of the old part's prediction: other decisions come out.
    ['old-part', u16(partAt + 28, 1)],
    ['new-image', u8(76, 1 ^ (patch[76] ?? 0))],
  ];
  for (const [index, [expected, bytes, from = old, device]] of cases.entries()) {
    const found = faultOf(from, bytes, device);
    // Both name the expanded old image: the inner header says what it is, so the outer one is found to disagree.
    if (expected === 'expanded-old') assert.ok(['expanded-old', 'inner'].includes(found), `case ${index}: ${found}`);
    else assert.equal(found, expected, `case ${index}`);
  }
});

test('unit: every flipped byte is refused', () => {
  for (let at = 0; at < patch.length; at += at < headerLength ? 1 : 7) {
    const bytes = Buffer.from(patch);
    bytes[at] = (bytes[at] ?? 0) ^ 0x41;
    assert.notEqual(faultOf(old, bytes), 'none', `byte ${at}`);
  }
});

/** A part as the header lists it, and what it is told by. */
function samplePart(): { readonly part: PackedPlace; readonly text: Uint8Array; readonly decisions: Uint8Array } {
  const [found] = expanded.fresh.parts;
  assert.ok(found !== undefined);
  const part: PackedPlace = {
    codec: 'deflate',
    offset: 0,
    packedLength: found.packedLength,
    textLength: found.text.length,
    decisionsLength: found.decisions.length,
    prediction: {
      mode: 2,
      hashBits: 15,
      good: 32,
      lazy: 258,
      nice: 258,
      chain: 4096,
      farthest: 32_506,
      tooFar: 4096,
    },
  };
  return { part, text: found.text, decisions: found.decisions };
}

function refusedAs(fault: DeltaFaultName, ask: () => unknown, what: string): void {
  assert.throws(ask, (error) => error instanceof DeltaError && error.fault === fault, what);
}

test('unit: decisions that say what cannot be are refused, and nothing else comes of them', () => {
  const { part, text, decisions } = samplePart();
  const packedBytes = packPart({ text, decisions }, part);
  assert.equal(packedBytes.length, part.packedLength);
  const record = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
  const final = [6, 1, 0, 0, 0];
  for (const [what, bytes] of [
    ['no decisions', record()],
    ['a record that is cut', decisions.subarray(0, 3)],
    ['a block of an unknown kind', record(3, 0, 0, 0, 0)],
    ['flags of a stored block', record(12, 0, 0, 0, 0)],
    ['more tokens than text', record(6, 255, 255, 255, 255)],
    ['fewer tokens than text', record(...final)],
    ['a stored block of too many bytes', record(4, 255, 255, 255, 0)],
    ['too many symbols', record(6 | 8, 1, 0, 0, 0, 30, 0)],
    ['runs that stop', record(6 | 16, 1, 0, 0, 0, 1, 0, 0)],
    ['an exception that is cut', record(...decisions, 255)],
    [
      'exceptions behind the text',
      record(...decisions, ...new Array<number>(1 + Math.ceil(text.length / 255)).fill(255), 0, 0),
    ],
    ['a distance of nothing', record(...decisions, 0, 1, 0, 0, 0)],
    ['a match that is none', record(...decisions, 0, 1, 5, 3, 0)],
  ] as const)
    refusedAs('decisions', () => packPart({ text, decisions: bytes }, part), what);
  refusedAs(
    'decisions',
    () => packPart({ text, decisions }, { ...part, packedLength: part.packedLength - 1 }),
    'longer',
  );
  refusedAs(
    'decisions',
    () => packPart({ text, decisions }, { ...part, packedLength: part.packedLength + 1 }),
    'shorter',
  );
});

test('unit: an old part that is not what the list says is refused', () => {
  const { part, text, decisions } = samplePart();
  const bytes = packPart({ text, decisions }, part);
  for (const [what, from, as] of [
    ['cut', bytes.subarray(0, -1), part],
    ['longer', Buffer.concat([bytes, Buffer.of(0)]), part],
    ['a text that is longer', bytes, { ...part, textLength: part.textLength + 1 }],
    ['a text that is shorter', bytes, { ...part, textLength: part.textLength - 1 }],
    ['other decisions', bytes, { ...part, decisionsLength: part.decisionsLength + 1 }],
  ] as const)
    refusedAs('old-part', () => unpackPart(from, as), what);
});

test('property: mutated parts are refused or come back as they were, both ways', () => {
  const { part, text, decisions } = samplePart();
  const bytes = packPart({ text, decisions }, part);
  const random = seededRandom(63);
  for (let round = 0; round < 150; round++) {
    const mutated = Buffer.from(bytes);
    for (let i = random.below(3); i >= 0; i--) mutated[random.below(mutated.length)] = random.below(256);
    try {
      const told = unpackPart(mutated, part);
      assert.deepEqual(packPart(told, part), Uint8Array.from(mutated));
    } catch (error) {
      assert.ok(error instanceof DeltaError && error.fault === 'old-part', String(error));
    }
    const other = Buffer.from(decisions);
    other[random.below(other.length)] = random.below(256);
    try {
      assert.equal(packPart({ text, decisions: other }, part).length, part.packedLength);
    } catch (error) {
      assert.ok(error instanceof DeltaError && error.fault === 'decisions', String(error));
    }
  }
});
