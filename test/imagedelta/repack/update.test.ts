/** An update over packed parts on an emulated flash: a power cut at every write and erase. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pako from 'pako';
import { DeltaError } from '../../../src/imagedelta/decoder/fault.js';
import { type RepackArea, updateRepacked } from '../../../src/imagedelta/decoder/repack/update-repacked.js';
import type { WritableArea } from '../../../src/imagedelta/decoder/storage.js';
import { encodeRepacked, expandPair } from '../../../src/imagedelta/repack/encode.js';
import { repackProofs } from '../../../src/usecases/image-delta/repack-proofs.js';
import { seededRandom } from '../../support/random.js';
import { changeProgram, linkProgram, makeProgram } from '../code-images.js';
import { plainPlan } from '../vector-cases.js';
import { imageOf } from './packed-images.js';

const block = 1024;
const program = makeProgram('thumb', 51, 60);
const packed = (of: typeof program): Uint8Array => imageOf(pako.gzip(linkProgram(of), { level: 9 }));
const [old, fresh] = [packed(program), packed(changeProgram(program, 52))];
const expanded = expandPair(old, fresh, ['deflate'], repackProofs);
const { patch } = encodeRepacked(old, fresh, expanded, { ...plainPlan, segmentSize: 2048, flashBlock: block });

interface Cells {
  readonly bytes: Uint8Array;
  /** 1 where it was written since it was erased. */
  readonly used: Uint8Array;
}

/** Everything that stays when the power fails. */
interface State {
  /** The old image, and, where there is one place, the new one. */
  readonly image: Cells;
  readonly second: Cells | undefined;
  readonly a: Cells;
  readonly b: Cells;
  readonly journal: Cells;
}

function cells(length: number, byte: number): Cells {
  return { bytes: new Uint8Array(length).fill(byte), used: new Uint8Array(length).fill(byte === 0xff ? 0 : 1) };
}

const room = 32 * block;

function begin(apart: boolean): State {
  const image = cells(room, 0x55);
  image.bytes.set(old);
  const [second, a, b] = [cells(room, 0x33), cells(room, 0x11), cells(room, 0x22)];
  return { image, second: apart ? second : undefined, a, b, journal: cells(block, 0xff) };
}

interface Run {
  readonly unit: number;
  /** The operation in which the power fails, from 1; 0: none. */
  readonly cutAt: number;
  readonly seed: number;
  /** Records are taken, and gone after a cut. */
  readonly forgetful?: boolean;
}

interface Outcome {
  readonly code: number;
  readonly operations: number;
}

function update(state: State, { unit, cutAt, seed, forgetful = false }: Run): Outcome {
  const random = seededRandom(seed);
  let power = true;
  let operations = 0;
  const cut = (): boolean => {
    operations++;
    if (operations === cutAt) power = false;
    return operations === cutAt;
  };
  const areaOf = ({ bytes, used }: Cells): WritableArea => ({
    read: (at, length) => {
      assert.ok(at + length <= bytes.length);
      return power ? bytes.slice(at, at + length) : undefined;
    },
    write: (at, from) => {
      assert.ok(at % unit === 0 && from.length % unit === 0 && at + from.length <= bytes.length);
      if (!power || used.subarray(at, at + from.length).includes(1)) return false;
      const torn = cut();
      const whole = torn ? random.below(from.length / unit) * unit : from.length;
      for (let i = 0; i < (torn ? whole + unit : whole); i++) {
        used[at + i] = 1;
        bytes[at + i] = (bytes[at + i] ?? 0) & ((from[i] ?? 0) | (i < whole ? 0 : random.below(256)));
      }
      return !torn;
    },
  });
  const repackArea = (part: Cells): RepackArea => ({
    ...areaOf(part),
    room: part.bytes.length,
    erase: (at) => {
      assert.ok(at % block === 0);
      if (!power) return false;
      const torn = cut();
      for (let i = at; i < at + block; i++) part.bytes[i] = torn ? random.below(256) : 0xff;
      part.used.fill(torn ? 1 : 0, at, at + block);
      return !torn;
    },
  });
  const journal = forgetful ? cells(block, 0xff) : state.journal;
  try {
    updateRepacked(
      patch,
      {
        oldSize: old.length,
        old: areaOf(state.image),
        expandedOld: repackArea(state.a),
        expandedNew: repackArea(state.b),
        fresh: repackArea(state.second ?? state.image),
        journal: areaOf(journal),
      },
      { flash: { writeUnit: unit, eraseBlock: block, journalRoom: block } },
    );
    return { code: 0, operations };
  } catch (error) {
    if (error instanceof DeltaError) return { code: error.code, operations };
    throw error;
  }
}

function made({ image, second }: State): boolean {
  return Buffer.compare((second ?? image).bytes.subarray(0, fresh.length), fresh) === 0;
}

for (const apart of [false, true]) {
  test(`integration: an update over packed parts ${apart ? 'into a second place' : 'over the old image'} goes on after a power cut at every write and erase, and one more`, () => {
    for (const unit of [1, 8]) {
      const whole = begin(apart);
      const { code, operations } = update(whole, { unit, cutAt: 0, seed: 1 });
      assert.deepEqual([code, made(whole)], [0, true]);
      assert.ok(operations > 60, `${operations} writes and erases`);
      assert.equal(update(whole, { unit, cutAt: 0, seed: 1 }).operations, 0, 'an update that has ended writes again');
      if (apart) assert.deepEqual(whole.image.bytes.subarray(0, old.length), Uint8Array.from(old));
      for (let cutAt = 1; cutAt <= operations; cutAt++) {
        const what = `write unit ${unit}, cut at ${cutAt} of ${operations}`;
        const state = begin(apart);
        assert.equal(update(state, { unit, cutAt, seed: cutAt }).code, 21, what);
        update(state, { unit, cutAt: 1 + ((cutAt * 7) % 40), seed: cutAt });
        assert.equal(update(state, { unit, cutAt: 0, seed: cutAt }).code, 0, what);
        assert.ok(made(state), what);
      }
    }
  });
}

test('unit: the journal is what lets an update over the old image go on: without its records it is lost', () => {
  const { operations } = update(begin(false), { unit: 1, cutAt: 0, seed: 1 });
  const state = begin(false);
  assert.equal(update(state, { unit: 1, cutAt: operations - 2, seed: 3, forgetful: true }).code, 21);
  assert.equal(update(state, { unit: 1, cutAt: 0, seed: 3, forgetful: true }).code, 16);
});

test('unit: areas that are too small are refused before anything is written', () => {
  const state = { ...begin(false), b: cells(block, 0x22) };
  assert.deepEqual(update(state, { unit: 1, cutAt: 0, seed: 1 }), { code: 12, operations: 0 });
  const other = begin(false);
  other.image.bytes[100] = (other.image.bytes[100] ?? 0) ^ 1;
  assert.deepEqual(update(other, { unit: 1, cutAt: 0, seed: 1 }), { code: 16, operations: 0 });
});
