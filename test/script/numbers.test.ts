import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fraction, hexadecimal, integer, octal } from '../../src/script/numbers.js';

/** What printf "%f" of the C library writes. */
const fractions: readonly (readonly [number, string])[] = [
  [0, '0.000000'],
  [0.1, '0.100000'],
  [6000 / 47601, '0.126048'],
  [47600 / 47601, '0.999979'],
  [1 / 128, '0.007812'],
  [3 / 128, '0.023438'],
  [5 / 128, '0.039062'],
  [127 / 128, '0.992188'],
  [0.0000005, '0.000000'],
  [1, '1.000000'],
];

test('unit: progress has six decimals, rounded as the C library does', () => {
  for (const [value, text] of fractions) assert.equal(fraction(value).word, text);
  assert.throws(() => fraction(1.000001), RangeError);
  assert.throws(() => fraction(Number.NaN), RangeError);
});

test('unit: modes, sizes and masks', () => {
  assert.equal(octal(0o755).word, '0755');
  assert.equal(octal(0o4755).word, '04755');
  assert.equal(octal(0).word, '00');
  assert.throws(() => octal(0o10000), RangeError);
  assert.equal(integer(6000).word, '6000');
  assert.equal(integer(2 ** 40).word, '1099511627776');
  assert.throws(() => integer(-1), RangeError);
  assert.throws(() => integer(1.5), RangeError);
  assert.equal(hexadecimal(0n).word, '0x0');
  assert.equal(hexadecimal(0x1000000000n).word, '0x1000000000');
  assert.throws(() => hexadecimal(1n << 64n), RangeError);
});
