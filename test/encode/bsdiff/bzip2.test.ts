import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Bzip2Options, compressBzip2 } from '../../../src/encode/bsdiff/bzip2.js';
import { without } from '../../support/tools.js';

const levels = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const efforts = ['plain', 'fast', 'normal', 'best'] as const;

function assertRoundTrip(
  bytes: Uint8Array,
  level: (typeof levels)[number],
  effort: Bzip2Options['effort'] = 'normal',
): Uint8Array {
  const packed = compressBzip2(bytes, { level, effort });
  const unpacked = execFileSync('bunzip2', ['-c'], { input: packed, maxBuffer: 1 << 30 });
  assert.ok(unpacked.equals(bytes), `level ${level}, ${bytes.length} bytes`);
  // bunzip2 also accepts several streams in a row; the device does not.
  const magics =
    Buffer.from(packed)
      .toString('latin1')
      .split(/BZh[1-9]1AY&SY/).length - 1;
  assert.equal(magics, bytes.length === 0 ? 0 : 1);
  return packed;
}

function repeated(text: readonly number[], length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => text[i % text.length] ?? 0);
}

function fibonacci(length: number): Uint8Array {
  let [a, b] = [Buffer.from('a'), Buffer.from('ab')];
  while (b.length < length) [a, b] = [b, Buffer.concat([b, a])];
  return b.subarray(0, length);
}

const hard: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(7)],
  ['two equal bytes', Uint8Array.of(7, 7)],
  ['ab, again and again', repeated([97, 98], 250_000)],
  [
    'a long period',
    repeated(
      Array.from({ length: 997 }, (_, i) => (i * i) % 251),
      200_000,
    ),
  ],
  ['a Fibonacci text', fibonacci(200_000)],
  ['a whole number of periods', repeated([1, 2, 3, 4], 4096)],
  [
    'all bytes',
    repeated(
      Array.from({ length: 256 }, (_, i) => i),
      70_000,
    ),
  ],
];

for (const [name, bytes] of hard) {
  test(`integration: bunzip2 gives it back: ${name}`, { skip: without('bunzip2') }, () => {
    assertRoundTrip(bytes, 1);
    assertRoundTrip(bytes, 9);
  });
}

test('integration: bunzip2 gives runs of every length back', { skip: without('bunzip2') }, () => {
  const runs: number[] = [];
  for (let length = 1; length <= 600; length++) for (let i = 0; i < length; i++) runs.push(length & 1);
  assertRoundTrip(Uint8Array.from(runs), 1);
});

test('integration: bunzip2 gives it back around the limit of a block', { skip: without('bunzip2') }, () => {
  for (const level of [1, 2] as const) {
    for (const length of [-21, -20, -19, -1, 0, 1]) {
      const bytes = Uint8Array.from({ length: level * 100_000 + length }, (_, i) => (i * 7919 + (i >> 8)) & 255);
      assertRoundTrip(bytes, level);
    }
  }
});

test('property: bunzip2 gives any bytes back', { skip: without('bunzip2') }, () => {
  const runs = fc.array(
    fc.tuple(fc.nat(3), fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 250, max: 1030 }))),
    {
      maxLength: 200,
    },
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    runs.map((list) => Uint8Array.from(list.flatMap(([c, length]) => new Array<number>(length).fill(c)))),
  );
  fc.assert(
    fc.property(bytes, fc.constantFrom(...levels), fc.constantFrom(...efforts), (text, level, effort) => {
      assertRoundTrip(text, level, effort);
    }),
    { numRuns: 60 },
  );
});

test('integration: a program packs smaller than bzip2 -9 makes it, and noise hardly larger than it is', {
  skip: without('bzip2'),
}, () => {
  const program = readFileSync(process.execPath).subarray(20_000_000, 21_000_000);
  const classic = execFileSync('bzip2', ['-c', '-9'], { input: program, maxBuffer: 1 << 30 }).length;
  assert.ok(assertRoundTrip(program, 9, 'best').length < classic);
  let state = 1;
  const noise = Uint8Array.from({ length: 300_000 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  for (const effort of efforts) assert.ok(assertRoundTrip(noise, 9, effort).length < 302_000);
});
