import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openEngine } from '../../../src/encode/stretches/engine.js';

const engine = openEngine(2 ** 20);

function sorted(text: Uint8Array): Int32Array {
  const [at, suffixes] = [1024, 1024 + Math.ceil((text.length + 16) / 16) * 16];
  // What lies behind the text decides nothing.
  engine.bytes().fill(0xa5);
  engine.bytes().set(text, at);
  engine.call('sortSuffixes', at, suffixes, text.length, suffixes + 4 * text.length + 16);
  return new Int32Array(engine.bytes().slice(suffixes, suffixes + 4 * text.length).buffer);
}

/** The same for every second suffix; of an odd text with the zero byte behind it. */
function evenSorted(text: Uint8Array): Int32Array {
  const [at, suffixes] = [1024, 1024 + Math.ceil((text.length + 16) / 16) * 16];
  engine.bytes().fill(0xa5);
  engine.bytes().set(text, at);
  engine.bytes()[at + text.length] = 0;
  const pairs = Math.ceil(text.length / 2);
  const before = engine.bytes().slice(0, suffixes);
  engine.call('sortEvenSuffixes', at, suffixes, pairs, suffixes + 4 * pairs + 16);
  assert.ok(Buffer.from(before).equals(engine.bytes().subarray(0, suffixes)), 'the text is as it was');
  return new Int32Array(engine.bytes().slice(suffixes, suffixes + 4 * pairs).buffer);
}

function assertSorted(text: Uint8Array): void {
  const bytes = Buffer.from(text);
  const expected = Array.from(bytes.keys()).sort((a, b) => Buffer.compare(bytes.subarray(a), bytes.subarray(b)));
  assert.deepEqual([...sorted(text)], expected);
  const even = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
  const pairs = Array.from({ length: even.length / 2 }, (_, i) => i);
  const expectedPairs = pairs.sort((a, b) => Buffer.compare(even.subarray(2 * a), even.subarray(2 * b)));
  assert.deepEqual([...evenSorted(text)], expectedPairs);
}

test('property: suffixes are sorted as by comparing them', () => {
  const texts = fc.oneof(
    ...[1, 2, 3, 255].map((most) => fc.array(fc.integer({ min: 0, max: most }), { maxLength: 300 })),
    fc
      .tuple(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 12 }), fc.nat(40))
      .map(([part, times]) => Array.from({ length: times }, () => part).flat()),
  );
  fc.assert(
    fc.property(texts, (numbers) => assertSorted(Uint8Array.from(numbers))),
    { numRuns: 500 },
  );
});

test('unit: suffixes of texts with as many local minima as there can be', () => {
  const length = 3000;
  const fibonacci = ['a', 'ab'];
  while ((fibonacci.at(-1)?.length ?? 0) < length) fibonacci.push(`${fibonacci.at(-1)}${fibonacci.at(-2)}`);
  const thueMorse = Uint8Array.from({ length }, (_, i) => i.toString(2).replaceAll('0', '').length & 1);
  assertSorted(Buffer.from(fibonacci.at(-1) ?? ''));
  assertSorted(thueMorse);
  assertSorted(thueMorse.map((byte) => byte ^ 1));
  assertSorted(Uint8Array.from({ length }, (_, i) => (i & 1) ^ 1));
});
