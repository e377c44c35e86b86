import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { applyDelta } from '../../src/imagedelta/decoder/apply.js';
import type { DeltaDevice } from '../../src/imagedelta/decoder/device.js';
import type { DeltaFaultName } from '../../src/imagedelta/decoder/fault.js';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { seededRandom } from '../support/random.js';
import { changeProgram, linkProgram, makeProgram } from './code-images.js';
import { faultOfApplying, resealed } from './faults.js';
import { plainPlan } from './vector-cases.js';

const program = makeProgram('thumb', 21, 30);
const old = linkProgram(program);
const fresh = linkProgram(changeProgram(program, 22));
const plan = { ...plainPlan, segmentSize: 1024, product: 'EC25', counter: 5 };
const { patch } = encodeDelta(old, fresh, plan);

const signed = encodeDelta(old, fresh, { ...plan, digests: true, signatureLength: 64 }).patch;
const inPlace = encodeDelta(old, fresh, { ...plan, inPlace: true, flashBlock: 1024, writeUnit: 8 }).patch;
const placed = { newRoom: 2 ** 16, writeUnit: 8, eraseBlock: 512, backupRoom: 1024, journalRoom: 4096 };
const headerLength = (bytes: Uint8Array): number => Buffer.from(bytes).readUInt32LE(8);

function faultOf(from: Uint8Array, bytes: Uint8Array, device: DeltaDevice = {}): DeltaFaultName | 'none' {
  return faultOfApplying(() => applyDelta(from, bytes, device), fresh);
}

function changed(change: (header: Buffer) => void): Uint8Array {
  return resealed(patch, change);
}

const table = 120 + 'EC25'.length + 12 * (patch[37] ?? 0);

test('unit: every flipped byte is refused', () => {
  for (let at = 0; at < patch.length; at++) {
    for (const mask of [1, 0x80, 0xff]) {
      const bytes = Buffer.from(patch);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      assert.notEqual(faultOf(old, bytes), 'none', `byte ${at}`);
    }
  }
});

test('unit: a patch cut anywhere, or with something behind it, is refused', () => {
  const header = Buffer.from(patch).readUInt32LE(8);
  for (let length = 0; length < patch.length; length++) {
    const fault = faultOf(old, patch.subarray(0, length));
    assert.equal(fault, length < 4 ? 'not-a-patch' : length < header ? 'header-cut' : 'patch-cut', String(length));
  }
  assert.equal(faultOf(old, Buffer.concat([patch, Buffer.alloc(1)])), 'patch-long');
});

test('unit: each fault has its code', () => {
  const cases: readonly (readonly [DeltaFaultName | 'none', Uint8Array, Uint8Array?, DeltaDevice?])[] = [
    ['none', patch, old, { product: 'EC25', counter: 5, memory: 16_384 }],
    ['not-a-patch', Buffer.from('PK\x03\x04 and more')],
    ['version', changed((header) => header.writeUInt8(2, 4))],
    ['header-damaged', Buffer.concat([patch.subarray(0, 60), Buffer.of((patch[60] ?? 0) ^ 1), patch.subarray(61)])],
    ['feature', changed((header) => header.writeUInt8(4, 5))],
    ['feature', changed((header) => header.writeUInt16LE(2, 6))],
    ['value', changed((header) => header.writeUInt32LE(0, 20))],
    ['value', changed((header) => header.writeUInt32LE(1, 28))],
    ['value', changed((header) => header.writeUInt8(7, 32))],
    ['value', changed((header) => header.writeUInt32LE(2 ** 31, 16))],
    ['format', changed((header) => header.writeUInt8(200, 36))],
    ['product', patch, old, { product: 'EC21' }],
    ['counter', patch, old, { counter: 6 }],
    ['memory', patch, old, { memory: 8192 }],
    ['signature', patch, old, { verify: () => true }],
    ['signature', signed, old, { verify: () => false }],
    ['none', signed, old, { verify: (bytes, { length }) => bytes.length + length === headerLength(signed) }],
    ['none', patch, old, { flash: { newRoom: 2 ** 16, writeUnit: 8, eraseBlock: 1024, journalRoom: 4096 } }],
    ['flash', patch, old, { flash: { newRoom: 2 ** 16, writeUnit: 8, eraseBlock: 4096 } }],
    ['flash', patch, old, { flash: { newRoom: fresh.length - 1, writeUnit: 1 } }],
    ['flash', patch, old, { flash: { newRoom: fresh.length, writeUnit: 32 } }],
    ['flash', patch, old, { flash: { newRoom: 2 ** 16, writeUnit: 33 } }],
    ['flash', patch, old, { flash: { newRoom: 2 ** 16, writeUnit: 8, journalRoom: 32 } }],
    ['flash', patch, old, { flash: placed }],
    ['none', inPlace, old, { flash: placed }],
    ['flash', inPlace, old, { flash: { ...placed, backupRoom: 1023 } }],
    ['flash', inPlace, old, { flash: { ...placed, eraseBlock: 2048 } }],
    ['flash', inPlace, old, { flash: { ...placed, eraseBlock: undefined } }],
    ['flash', inPlace, old, { flash: { ...placed, writeUnit: 16 } }],
    ['flash', inPlace, old, { flash: { ...placed, journalRoom: undefined } }],
    ['old-size', patch, old.subarray(1)],
    ['old-image', patch, Buffer.from(old).fill(1, 7, 9)],
    ['segment-damaged', Buffer.concat([patch.subarray(0, -1), Buffer.of((patch.at(-1) ?? 0) ^ 1)])],
    ['segment-wrong', changed((header) => header.writeUInt8(header.readUInt8(table + 8) ^ 1, table + 8))],
    ['new-image', changed((header) => header.writeUInt8(header.readUInt8(88) ^ 1, 88))],
  ];
  for (const [fault, bytes, from = old, device = {}] of cases) assert.equal(faultOf(from, bytes, device), fault);
});

test('unit: streams without sense whose check sums are right end in a fault, never in another image or a hang', () => {
  const random = seededRandom(8);
  const length = Buffer.from(patch).readUInt32LE(8);
  const seen = new Set<string>();
  for (let run = 0; run < 300; run++) {
    const bytes = changed((all) => {
      const end = length + (all.readUInt32LE(table) % 2 ** 31);
      const from = random.below(end - length);
      for (let k = 0; k <= run % 4; k++) all[length + from + random.below(end - length - from)] = random.below(256);
      all.writeUInt32LE(crc32(all.subarray(length, end)), table + 4);
    });
    seen.add(faultOf(old, bytes));
  }
  seen.delete('none');
  assert.deepEqual([...seen].sort(), ['segment-wrong', 'stream']);
});
