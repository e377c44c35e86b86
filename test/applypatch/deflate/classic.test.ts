import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { deflateRaw } from 'pako';
import { deflateClassic } from '../../../src/applypatch/deflate/classic.js';
import { type DeflateCase, deflateCases, deflatedByPython, pythonZlib, titleOf } from '../../support/deflate-cases.js';

function made({ bytes, ...settings }: DeflateCase): Uint8Array {
  const whole = deflateClassic(bytes, settings, Number.POSITIVE_INFINITY);
  assert.ok(whole !== undefined);
  return whole;
}

function assertSame(one: DeflateCase, expected: Uint8Array): void {
  assert.ok(Buffer.compare(made(one), expected) === 0, `other bytes for ${titleOf(one)}`);
}

test('property: the decoder deflates as pako does, at every level, memory level and window, with both strategies', () => {
  fc.assert(
    fc.property(deflateCases, (one) => {
      const { bytes, ...settings } = one;
      assertSame(one, deflateRaw(bytes, settings));
    }),
    { numRuns: 250 },
  );
});

const zlib = pythonZlib();

test('property: the decoder deflates as the zlib of Python does', {
  skip: zlib?.startsWith('1.2.') ? false : `no Python with a classic zlib: ${zlib ?? 'no python3'}`,
}, () => {
  fc.assert(
    fc.property(fc.array(deflateCases, { minLength: 25, maxLength: 25 }), (cases) => {
      const expected = deflatedByPython(cases);
      assert.equal(expected.length, cases.length);
      for (const [i, one] of cases.entries()) assertSame(one, expected[i] ?? new Uint8Array(0));
    }),
    { numRuns: 8 },
  );
});

test('integration: the decoder deflates a program of several windows as pako does', () => {
  const program = readFileSync(process.execPath).subarray(2 ** 22, 2 ** 22 + 1_500_000);
  for (const level of [1, 3, 4, 6, 9] as const) {
    for (const memLevel of [8, 9] as const) {
      const one = { bytes: program, level, memLevel, windowBits: 15, strategy: 0 } as const;
      assertSame(one, deflateRaw(program, { level, memLevel }));
    }
  }
});

test('property: level 0 and the other strategies are those of pako', () => {
  const settings = fc.record({ level: fc.constantFrom(0, 1, 6, 9), strategy: fc.constantFrom(0, 1, 2, 3, 4) });
  fc.assert(
    fc.property(deflateCases, settings, ({ bytes, memLevel }, { level, strategy }) => {
      const asked = { level, strategy, memLevel, windowBits: 15 } as const;
      const whole = deflateClassic(bytes, asked, Number.POSITIVE_INFINITY);
      assert.ok(whole !== undefined && Buffer.compare(whole, deflateRaw(bytes, asked)) === 0);
    }),
    { numRuns: 40 },
  );
});

test('property: nothing longer than asked for is made', () => {
  fc.assert(
    fc.property(deflateCases, fc.boolean(), (one, isEnough) => {
      const { bytes, ...settings } = one;
      const size = made(one).length;
      const whole = deflateClassic(bytes, settings, isEnough ? size : size - 1);
      assert.equal(whole?.length, isEnough ? size : undefined);
    }),
    { numRuns: 30 },
  );
});
