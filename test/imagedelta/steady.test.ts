import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyDelta } from '../../src/imagedelta/decoder/apply.js';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { openSteady } from '../../src/imagedelta/encoder/steady.js';
import { seededRandom } from '../support/random.js';
import { plainPlan } from './vector-cases.js';

/** The header of a patch of one segment. */
const headerLength = 164;

type Width = 1 | 2 | 4 | 8;

/** A table of values of some bytes each, lowest byte first, and the same with a constant added to all. */
function tables(random: ReturnType<typeof seededRandom>, width: Width, count: number, constant: bigint) {
  const old = Buffer.from(random.bytes(width * count));
  const fresh = Buffer.from(old);
  for (let k = 0; k < count; k++) {
    let carry = constant;
    for (let i = 0; i < width; i++) {
      const at = width * k + i;
      const sum = BigInt(old[at] ?? 0) + (carry & 255n);
      fresh[at] = Number(sum & 255n);
      carry = (carry >> 8n) + (sum >> 8n);
    }
  }
  return { old, fresh };
}

function payload(old: Uint8Array, fresh: Uint8Array): number {
  const { patch, payload: length } = encodeDelta(old, fresh, plainPlan);
  assert.ok(Buffer.compare(applyDelta(old, patch), fresh) === 0);
  assert.ok(patch.length >= headerLength);
  return length;
}

const widths: readonly Width[] = [1, 2, 4, 8];

for (const width of widths)
  test(`property: a table of values of ${width} bytes that all move by a constant takes a bit or two a value`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 65_535 }), (seed, constant) => {
        const count = 2048;
        const { old, fresh } = tables(seededRandom(seed), width, count, BigInt(constant));
        assert.ok(payload(old, fresh) < count / 4, `${payload(old, fresh)} bytes`);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

test('unit: a moved table that changed in every byte is found by the steps between its values, at any alignment', () => {
  for (const shift of [0, 1, 2, 3]) {
    const random = seededRandom(5);
    const { old: table, fresh: moved } = tables(random, 4, 512, 0x01234567n);
    const noise = random.bytes(8192);
    const old = Buffer.concat([noise, table]);
    const fresh = Buffer.concat([random.bytes(40 + shift), moved, noise]);
    assert.ok(payload(old, fresh) < 700, `shift ${shift}: ${payload(old, fresh)} bytes`);
  }
});

test('unit: covers that are given stay, and steady ones lie in the gaps between them, in order', () => {
  const { old, fresh } = tables(seededRandom(3), 4, 1024, 9n);
  const given = [{ at: 1000, length: 500, from: 1200, self: false }];
  const all = openSteady(old, fresh).addTo(given);
  assert.ok(all.includes(given[0] ?? assert.fail()));
  assert.ok(all.length >= 3);
  let end = 0;
  for (const { at, length, from } of all) {
    assert.ok(at >= end && length > 0 && from >= 0 && from + length <= old.length);
    end = at + length;
  }
  assert.ok(end <= fresh.length);
});

test('unit: where nothing is alike, nothing is added', () => {
  const random = seededRandom(4);
  assert.deepEqual(openSteady(random.bytes(5000), random.bytes(5000)).addTo([]), []);
  assert.deepEqual(openSteady(new Uint8Array(0), random.bytes(5000)).addTo([]), []);
});
