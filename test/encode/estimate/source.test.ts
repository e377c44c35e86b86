import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexSource, largestPiece, type MadePiece } from '../../../src/encode/estimate/source.js';
import { noise, prose } from '../../applypatch/make-patch.js';

/** Makes the piece again from what a patch would hold. */
function remade(source: Uint8Array, from: number, { home, controls, differences, extras }: MadePiece): Uint8Array {
  const bytes: number[] = [];
  let position = Math.max(0, from + home);
  let [difference, extra] = [0, 0];
  for (let i = 0; i < controls.length; i += 3) {
    const [add = 0, copy = 0, seek = 0] = controls.subarray(i, i + 3);
    for (let j = 0; j < add; j += 1) bytes.push(((source[position++] ?? 0) + (differences[difference++] ?? 0)) & 255);
    for (let j = 0; j < copy; j += 1) bytes.push(extras[extra++] ?? 0);
    position += seek;
  }
  return Uint8Array.from(bytes);
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 1, max: 9 })).map(([n, seed]) => prose(n, seed)),
  fc.integer({ min: 0, max: 20_000 }).map((n) => new Uint8Array(n)),
);

test('property: what is told of a piece makes that piece from the source, whatever the bytes', () => {
  fc.assert(
    fc.property(
      content,
      content,
      fc.array(fc.nat(40_000), { maxLength: 8 }),
      fc.nat(),
      fc.integer(),
      (a, b, cuts, at, home) => {
        const target = Uint8Array.from(Buffer.concat([b, a.subarray(0, a.length / 2), b.subarray(0, 100), a]));
        for (const cut of cuts) if (cut < target.length) target[cut] = (target[cut] ?? 0) ^ 0x55;
        const from = target.length === 0 ? 0 : at % target.length;
        const to = Math.min(target.length, from + largestPiece);
        const source = indexSource(a);
        const made = source.make(target, { from, to, guess: home % 50_000 });
        assert.deepEqual(remade(a, from, made), target.subarray(from, to));
        source.close();
      },
    ),
    { numRuns: 300 },
  );
});

test('unit: long matches are found wherever the source has them, each piece by its own distance', () => {
  const source = noise(300_000, 1);
  const target = Buffer.concat([source.subarray(200_000, 232_768), source.subarray(50_001, 82_769)]);
  const indexed = indexSource(source);
  const homes = [0, 32_768].map((from) => {
    const { home, extras } = indexed.make(target, { from, to: from + 32_768, guess: 0 });
    assert.equal(extras.length, 0);
    return home;
  });
  indexed.close();
  assert.deepEqual(homes, [200_000, 50_001 - 32_768]);
});

test('unit: two sources that are open at once keep apart; one that was closed makes nothing, nor does any a piece that is too long', () => {
  const [first, second] = [noise(100_000, 2), noise(100_000, 3)];
  const [one, two] = [indexSource(first), indexSource(second)];
  const piece = { from: 0, to: 30_000, guess: 0 };
  assert.equal(one.make(first, piece).extras.length, 0);
  assert.equal(two.make(second, piece).extras.length, 0);
  assert.ok(one.make(second, piece).extras.length > 29_000);
  assert.throws(() => one.make(first, { from: 0, to: largestPiece + 1, guess: 0 }), RangeError);
  one.close();
  one.close();
  assert.throws(() => one.make(first, piece), RangeError);
  const again = indexSource(second);
  assert.equal(again.make(second, piece).extras.length, 0);
  assert.equal(two.make(second, piece).extras.length, 0);
});

test('unit: twice as much of what differs takes about twice the searches of the source', () => {
  const searches = (pieces: number): number => {
    const source = indexSource(noise(pieces * 8192, 4));
    const target = noise(pieces * 8192, 5);
    let sum = 0;
    for (let i = 0; i < pieces; i += 1)
      sum += source.make(target, { from: i * 8192, to: (i + 1) * 8192, guess: 0 }).searches;
    source.close();
    return sum;
  };
  const [once, twice] = [searches(16), searches(32)];
  assert.ok(twice <= once * 2.1, `${once} and ${twice}`);
});
