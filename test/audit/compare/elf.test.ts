import assert from 'node:assert/strict';
import { readFileSync, realpathSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareFile } from '../../../src/audit/compare/compare-file.js';
import { compareElf } from '../../../src/audit/compare/elf.js';
import { readDynamic, tag } from '../../../src/formats/elf/dynamic.js';
import { readElf } from '../../../src/formats/elf/image.js';
import { factOf } from '../support.js';

const program = new Uint8Array(readFileSync(realpathSync('/bin/ls')));

/** A copy with the flags of a program header changed. */
function withSegment(type: number, change: (header: DataView) => void): Uint8Array {
  const copy = program.slice();
  const image = readElf(copy);
  const index = image.segments.findIndex((segment) => segment.type === type);
  assert.ok(index >= 0);
  const view = new DataView(copy.buffer);
  const wide = image.bits === 64;
  const start = wide ? Number(view.getBigUint64(32, image.littleEndian)) : view.getUint32(28, image.littleEndian);
  const size = wide ? 56 : 32;
  change(new DataView(copy.buffer, start + index * size, size));
  return copy;
}

/** A copy whose dynamic entry with this tag says something else. */
function withDynamic(key: number, value: number): Uint8Array {
  const copy = program.slice();
  const image = readElf(copy);
  const at = image.segments.find((segment) => segment.type === 2)?.offset ?? 0;
  const view = new DataView(copy.buffer);
  const size = image.bits === 64 ? 16 : 8;
  for (let i = at; ; i += size) {
    const found = view.getUint32(i, image.littleEndian);
    if (found === 0) assert.fail('no such tag');
    if (found !== key) continue;
    view.setUint32(i + size / 2, value, image.littleEndian);
    return copy;
  }
}

test('integration: a file compared with itself differs in nothing', () => {
  const inner = compareElf(program, program);
  assert.deepEqual([inner.facts, inner.sets, inner.sizes, inner.notes], [[], [], [], []]);
});

test('integration: an executable stack is a regression, and its way back an improvement', () => {
  const open = withSegment(0x6474e551, (header) => {
    // flags stand second in 64-bit headers, last but one in 32-bit ones
    header.setUint32(readElf(program).bits === 64 ? 4 : 24, 7, readElf(program).littleEndian);
  });
  assert.deepEqual(factOf(compareElf(program, open), 'NX'), {
    label: 'NX',
    before: 'yes',
    after: 'no',
    grade: 'regression',
    about: 'the stack is executable',
  });
  assert.equal(factOf(compareElf(open, program), 'NX')?.grade, 'improvement');
});

test('integration: lost RELRO is a regression', () => {
  const weak = withSegment(0x6474e552, (header) => header.setUint32(0, 0x60000000, readElf(program).littleEndian));
  assert.equal(factOf(compareElf(program, weak), 'RELRO')?.after, 'none');
  assert.equal(factOf(compareElf(program, weak), 'RELRO')?.grade, 'regression');
});

test('integration: a library search path that others may write to is a regression', () => {
  // the last tag before the end is made a RUNPATH; its value points to a name of the string table that is no absolute path
  const dynamic = readDynamic(readElf(program));
  const needed = dynamic?.first(tag.needed) ?? 0;
  const copy = withDynamic(tag.debug, needed);
  const image = readElf(copy);
  const view = new DataView(copy.buffer);
  const size = image.bits === 64 ? 16 : 8;
  let at = image.segments.find((segment) => segment.type === 2)?.offset ?? 0;
  while (view.getUint32(at, image.littleEndian) !== tag.debug) at += size;
  view.setUint32(at, tag.runpath, image.littleEndian);
  const fact = factOf(compareElf(program, copy), 'RUNPATH');
  assert.equal(fact?.grade, 'regression');
});

test('property: cut anywhere, it gives a note or a comparison, never an error', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: program.length }), (length) => {
      const inner = compareFile('SYSTEM/bin/ls', program, program.subarray(0, length));
      assert.ok(inner.summary.length > 0);
    }),
    { numRuns: 60 },
  );
});

test('property: any bytes of the headers changed: a note or a comparison, never an error', () => {
  const dynamic = readElf(program).segments.find((segment) => segment.type === 2)?.offset ?? 0;
  const place = fc.oneof(
    fc.integer({ min: 4, max: 800 }),
    fc.integer({ min: dynamic, max: dynamic + 512 }),
    fc.integer({ min: 4, max: program.length - 1 }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }),
      (changes) => {
        const copy = program.slice();
        for (const [at, byte] of changes) copy[at] = byte;
        compareFile('SYSTEM/bin/ls', program, copy);
        compareFile('SYSTEM/firmware/ls.mbn', program, copy);
      },
    ),
    { numRuns: 150 },
  );
});

test('integration: absurd counts are refused quickly', () => {
  const header = program.slice(0, 4096);
  const view = new DataView(header.buffer);
  // the last five 16-bit fields of the header: entry sizes, counts and the name table's index
  const end = readElf(program).bits === 64 ? 64 : 52;
  for (let at = end - 10; at < end; at += 2) view.setUint16(at, 0xffff, true);
  const started = performance.now();
  const inner = compareFile('SYSTEM/bin/ls', undefined, header);
  assert.ok(
    (inner.notes ?? []).some((note) => note.includes('entries')),
    JSON.stringify(inner.notes),
  );
  assert.ok(performance.now() - started < 500);
});
