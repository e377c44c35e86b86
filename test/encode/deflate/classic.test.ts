import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { deflateRaw } from 'pako';
import { deflateClassic, deflateClassicInPieces, deflatedLength } from '../../../src/encode/deflate/classic.js';
import { noise } from '../../applypatch/make-patch.js';
import { type DeflateCase, deflateCases, deflatedByPython, pythonZlib, titleOf } from '../../support/deflate-cases.js';

function made({ bytes, ...settings }: DeflateCase): Uint8Array {
  return deflateClassic(bytes, { ...settings, strategy: settings.strategy === 1 ? 'filtered' : 'default' });
}

function assertSame(one: DeflateCase, expected: Uint8Array): void {
  assert.ok(Buffer.compare(made(one), expected) === 0, `other bytes for ${titleOf(one)}`);
}

test('property: the encoder deflates as pako does, at every level, memory level and window, with both strategies', () => {
  fc.assert(
    fc.property(deflateCases, (one) => {
      const { bytes, ...settings } = one;
      assertSame(one, deflateRaw(bytes, settings));
    }),
    { numRuns: 250 },
  );
});

const zlib = pythonZlib();

test('property: the encoder deflates as the zlib of Python does', {
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

test('integration: the encoder deflates a program of several windows as pako does', () => {
  const program = readFileSync(process.execPath).subarray(2 ** 22, 2 ** 22 + 1_500_000);
  for (const level of [1, 3, 4, 6, 9] as const) {
    for (const memLevel of [8, 9] as const) {
      const one = { bytes: program, level, memLevel, windowBits: 15, strategy: 0 } as const;
      assertSame(one, deflateRaw(program, { level, memLevel }));
    }
  }
});

test('unit: whoever has seen enough ends it', () => {
  const bytes = noise(500_000, 1);
  const whole = deflateClassic(bytes, { level: 6 });
  assert.equal(deflatedLength(bytes, { level: 6 }), whole.length);
  let seen = 0;
  const came = deflateClassicInPieces(bytes, { level: 6 }, (piece) => {
    assert.deepEqual(Buffer.from(piece), Buffer.from(whole.subarray(seen, seen + piece.length)));
    seen += piece.length;
    return seen < 1000;
  });
  assert.equal(came, false);
  assert.ok(seen >= 1000 && seen < whole.length);
});
