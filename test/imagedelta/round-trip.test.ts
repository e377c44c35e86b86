import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyDelta } from '../../src/imagedelta/decoder/apply.js';
import { type EncodePlan, encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { tablesFor } from '../../src/imagedelta/encoder/tables.js';
import { seededRandom } from '../support/random.js';
import { type CodeKind, changeProgram, linkProgram, makeProgram } from './code-images.js';
import { plainPlan } from './vector-cases.js';

function holds(old: Uint8Array, fresh: Uint8Array, plan: EncodePlan, what: string): number {
  const { patch } = encodeDelta(old, fresh, plan);
  assert.ok(Buffer.compare(applyDelta(old, patch), fresh) === 0, what);
  return patch.length;
}

/** The plan in every order: two areas, in place upwards, downwards, and whichever is smaller. */
function orders(segmentSize: number): readonly EncodePlan[] {
  const inPlace = { ...plainPlan, segmentSize, inPlace: true };
  return [
    { ...plainPlan, segmentSize },
    { ...plainPlan, segmentSize, downwards: true },
    { ...inPlace, downwards: false },
    { ...inPlace, downwards: true },
    { ...inPlace, downwards: 'try' },
  ];
}

/** A copy with blocks moved, inserted and removed, and bytes changed. */
function edited(image: Uint8Array, seed: number): Uint8Array {
  const random = seededRandom(seed);
  let made = Buffer.from(image);
  for (let i = 0; i < 6; i++) {
    const at = random.below(made.length + 1);
    const length = random.below(400);
    const choice = random.below(4);
    const head = made.subarray(0, at);
    if (choice === 0) made = Buffer.concat([head, random.bytes(length), made.subarray(at)]);
    else if (choice === 1) made = Buffer.concat([head, made.subarray(at + length)]);
    else if (choice === 2) {
      const rest = Buffer.concat([head, made.subarray(at + length)]);
      const to = random.below(rest.length + 1);
      made = Buffer.concat([rest.subarray(0, to), made.subarray(at, at + length), rest.subarray(to)]);
    } else {
      made = Buffer.from(made);
      for (let k = at; k < Math.min(made.length, at + 40); k += 1 + random.below(9)) made[k] = random.below(256);
    }
  }
  return made;
}

test('property: after random edits, what is decoded equals the new image in every order', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom<CodeKind>('aarch64', 'thumb', 'arm', 'data'), (seed, kind) => {
      const program = makeProgram(kind, seed, 40);
      const old = linkProgram(program);
      const fresh = edited(linkProgram(changeProgram(program, seed + 1)), seed);
      for (const plan of orders(1024)) holds(old, fresh, plan, `${kind} ${seed}`);
    }),
    { numRuns: 25 },
  );
});

test('property: images without any pattern, of any length, and every size of memory', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(60),
      (old, fresh, kilobytes) => {
        const tables = tablesFor(4096 + 1024 * kilobytes) ?? assert.fail();
        for (const plan of orders(64)) holds(old, fresh, { ...plan, tables }, 'noise');
      },
    ),
    { numRuns: 20 },
  );
});

test('unit: empty, equal, reversed, zeros and one byte', () => {
  const noise = seededRandom(3).bytes(5000);
  const empty = new Uint8Array(0);
  const pairs: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
    ['both empty', empty, empty],
    ['from empty', empty, noise],
    ['to empty', noise, empty],
    ['equal', noise, noise],
    ['reversed', noise, Buffer.from(noise).reverse()],
    ['zeros', new Uint8Array(9000), new Uint8Array(70_000)],
    ['to zeros', noise, new Uint8Array(70_000)],
    ['one byte', Uint8Array.of(1), Uint8Array.of(2)],
    ['one byte to many', Uint8Array.of(1), noise],
    ['many to one byte', noise, Uint8Array.of(1)],
  ];
  for (const [name, old, fresh] of pairs) for (const plan of orders(4096)) holds(old, fresh, plan, name);
});

test('unit: equal images cost a header, zeros next to nothing', () => {
  const noise = seededRandom(4).bytes(50_000);
  assert.ok(holds(noise, noise, plainPlan, 'equal') < 200);
  assert.ok(holds(noise, new Uint8Array(2 ** 20), plainPlan, 'zeros') < 300);
});

test('unit: a pattern of any length is few covers, also where the old image holds little of it', () => {
  for (const [old, period] of [
    [12, 1],
    [48, 4],
    [1000, 100],
  ] as const) {
    const pattern = seededRandom(period).bytes(period);
    const patternOf = (length: number) => Uint8Array.from({ length }, (_, i) => pattern[i % period] ?? 0);
    const coversOf = (length: number) => encodeDelta(patternOf(old), patternOf(length), plainPlan).covers;
    const [once, twice] = [coversOf(500_000), coversOf(1_000_000)];
    // One copy of the new image in each segment, and what leads to it.
    assert.ok(once < 100 && twice <= 2 * once, `${period}: ${once}, ${twice}`);
  }
});

test('unit: reading the old image as code never makes a patch larger, and pays where there is code', () => {
  for (const kind of ['aarch64', 'thumb', 'arm', 'data'] as const) {
    const program = makeProgram(kind, 77, 400);
    const old = linkProgram(program);
    const fresh = linkProgram(changeProgram(program, 78));
    const aware = encodeDelta(old, fresh, plainPlan).patch.length;
    const plain = encodeDelta(old, fresh, plainPlan, { codeAware: false }).patch.length;
    assert.ok(aware <= plain, kind);
    if (kind !== 'data') assert.ok(aware < 0.97 * plain, `${kind}: ${aware} of ${plain}`);
  }
});

test('unit: the same images and plan give the same bytes', () => {
  const program = makeProgram('thumb', 5, 100);
  const old = linkProgram(program);
  const fresh = linkProgram(changeProgram(program, 6));
  const [one, two] = [1, 2].map(() => encodeDelta(old, fresh, plainPlan).patch);
  assert.deepEqual(one, two);
});
