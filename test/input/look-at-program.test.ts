import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lookAtProgram } from '../../src/input/look-at-program.js';

/** What a small ELF file is made of; places may lie anywhere, also behind its end. */
interface Parts {
  readonly size: number;
  readonly bits: 32 | 64;
  readonly type: number;
  readonly tableAt: number;
  readonly nameAt: number;
  readonly nameLength: number;
  readonly loaded: number;
  readonly spoiled: readonly (readonly [number, number])[];
}

/** An ELF file with one segment that is loaded and one that names an interpreter. */
function elf({ size, bits, type, tableAt, nameAt, nameLength, loaded, spoiled }: Parts): Buffer {
  const bytes = Buffer.alloc(size);
  const wide = bits === 64;
  const put = (value: number, at: number, width: 2 | 4 | 8): void => {
    if (at + width > size) return;
    if (width === 2) bytes.writeUInt16LE(value, at);
    else bytes.writeUInt32LE(value, at);
  };
  bytes.write('\x7fELF', 0, 'latin1');
  bytes[4] = wide ? 2 : 1;
  bytes[5] = 1;
  put(type, 16, 2);
  put(40, 18, 2);
  put(tableAt, wide ? 32 : 28, 4);
  const tail = wide ? 48 : 36;
  const entry = wide ? 56 : 32;
  put(entry, tail + 6, 2);
  put(2, tail + 8, 2);
  for (const [i, [kind, offset, length]] of [
    [1, 0, loaded],
    [3, nameAt, nameLength],
  ].entries()) {
    const at = tableAt + i * entry;
    put(kind ?? 0, at, 4);
    put(offset ?? 0, at + (wide ? 8 : 4), 4);
    put(length ?? 0, at + (wide ? 32 : 16), 4);
  }
  if (nameAt + 12 <= size) bytes.write('/lib/ld.so.3', nameAt, 'latin1');
  for (const [at, value] of spoiled) bytes[at] = value;
  return bytes;
}

const place = fc.oneof(fc.integer({ min: 64, max: 400 }), fc.integer({ min: 3900, max: 9000 }));
const parts = fc.record({
  size: fc.integer({ min: 4097, max: 9000 }),
  bits: fc.constantFrom(32 as const, 64 as const),
  type: fc.constantFrom(1, 2, 3),
  tableAt: place,
  nameAt: place,
  nameLength: fc.integer({ min: 0, max: 5000 }),
  loaded: fc.integer({ min: 0, max: 10_000 }),
  spoiled: fc.array(fc.tuple(fc.integer({ min: 4, max: 63 }), fc.integer({ min: 0, max: 255 })), { maxLength: 2 }),
});

test('property: the first bytes of a program say what all of it says, or nothing', () => {
  let told = 0;
  fc.assert(
    fc.property(parts, (made) => {
      const bytes = elf(made);
      const look = lookAtProgram(bytes.subarray(0, 4096), bytes.length);
      if (look === undefined) return;
      told += 1;
      assert.deepEqual(look, lookAtProgram(bytes));
    }),
    { numRuns: 2000 },
  );
  assert.ok(told > 500, `told of ${told}`);
});

test('unit: a program whose tables lie behind its first bytes is not told of by them', () => {
  const usual = { bits: 64, type: 3, tableAt: 64, nameAt: 600, nameLength: 12, loaded: 8000, spoiled: [] } as const;
  const look = (made: Parts) => lookAtProgram(elf(made).subarray(0, 4096), made.size);
  assert.equal(look({ ...usual, size: 8000 })?.interpreter, '/lib/ld.so.3');
  assert.match(look({ ...usual, size: 7000 })?.fault ?? '', /cut off: 7000 of at least 8000/);
  assert.equal(look({ ...usual, size: 8000, tableAt: 7000 }), undefined);
  assert.equal(look({ ...usual, size: 8000, nameAt: 7000 }), undefined);
  assert.equal(lookAtProgram(Buffer.from('#!/bin/sh\n'), 90_000)?.interpreter, '/bin/sh');
});
