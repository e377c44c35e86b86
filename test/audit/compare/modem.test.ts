import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareFile } from '../../../src/audit/compare/compare-file.js';
import { bytesOf, factOf } from '../support.js';

interface Recipe {
  readonly code: string;
  readonly signature?: number;
  /** The digest of the code segment is written wrong. */
  readonly wrong?: boolean;
}

/** A 32-bit ELF file with a headers segment, a hash segment and one of code, as the signing tools lay it out. */
function image(recipe: Recipe): Buffer {
  const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
  const code = Buffer.from(recipe.code);
  const headerSize = 52 + 3 * 32;
  const signature = recipe.signature ?? 256;
  const hashSize = 40 + 3 * 32 + signature;
  const header = Buffer.alloc(headerSize);
  header.write('\x7fELF\x01\x01\x01', 0, 'latin1');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(164, 18);
  header.writeUInt32LE(52, 28);
  [52, 32, 3, 40, 0, 0].forEach((value, i) => void header.writeUInt16LE(value, 40 + 2 * i));
  const segment = (i: number, type: number, offset: number, size: number, flags: number): void => {
    [type, offset, 0x8000 * i, 0x8000 * i, size, size, flags, 4096].forEach((value, j) => {
      header.writeUInt32LE(value, 52 + 32 * i + 4 * j);
    });
  };
  segment(0, 0, 0, headerSize, 7 << 24);
  segment(1, 0, 4096, hashSize, 2 << 24);
  segment(2, 1, 8192, code.length, 5);
  const hash = Buffer.alloc(hashSize);
  [0, 3, 0, 0, 96 + signature, 96, 0, signature, 0, 0].forEach((value, i) => void hash.writeUInt32LE(value, 4 * i));
  sha256(header).copy(hash, 40);
  sha256(recipe.wrong ? Buffer.from('other') : code).copy(hash, 40 + 64);
  const file = Buffer.alloc(8192 + code.length);
  header.copy(file);
  hash.copy(file, 4096);
  code.copy(file, 8192);
  return file;
}

const old = image({ code: 'xx QC_IMAGE_VERSION_STRING=MPSS.1.0\0OEM_IMAGE_VERSION_STRING=crm\0' });

test('unit: version strings, segments and digests are compared', () => {
  const inner = compareFile(
    'SYSTEM/firmware/image/modem.mbn',
    old,
    image({ code: 'xx QC_IMAGE_VERSION_STRING=MPSS.1.1\0OEM_IMAGE_VERSION_STRING=crm\0and more' }),
  );
  assert.equal(inner.kind, 'modem-image');
  assert.equal(inner.summary, 'Qualcomm image, ELF, Qualcomm Hexagon');
  assert.deepEqual(factOf(inner, 'QC_IMAGE_VERSION_STRING'), {
    label: 'QC_IMAGE_VERSION_STRING',
    before: 'MPSS.1.0',
    after: 'MPSS.1.1',
  });
  assert.equal(factOf(inner, 'segments that changed')?.after, '2 of 3: 0, 2');
  assert.deepEqual(
    inner.sizes?.map((size) => size.label),
    ['2 LOAD 0x10000'],
  );
  assert.equal(factOf(inner, 'segments whose digest is wrong'), undefined);
});

test('unit: a wrong digest and a lost signature are regressions', () => {
  assert.equal(
    factOf(compareFile('a.mbn', old, image({ code: 'x', wrong: true })), 'segments whose digest is wrong')?.grade,
    'regression',
  );
  assert.equal(factOf(compareFile('a.mbn', old, image({ code: 'x', signature: 0 })), 'signature')?.grade, 'regression');
});

test('unit: the header of a split image and its raw segments are told apart', () => {
  const head = old.subarray(0, 148);
  assert.equal(
    compareFile('modem.b00', undefined, head).summary,
    'Qualcomm image, ELF header of a split image, Qualcomm Hexagon',
  );
  assert.equal(
    compareFile('modem.b02', undefined, bytesOf('\0\x01\x02')).summary,
    'Qualcomm image, segment of a split image',
  );
});

test('unit: a wrong name does not make text a modem image, nor marks hide one', () => {
  assert.equal(compareFile('readme.mbn', undefined, bytesOf('hello\n')).kind, 'text');
  assert.equal(compareFile('MULTIFOTA/abl.elf', undefined, old).kind, 'modem-image');
});

test('property: cut or changed anywhere, it gives notes, never an error', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: old.length - 1 }),
      fc.integer({ min: 0, max: 255 }),
      fc.boolean(),
      (at, byte, cut) => {
        const broken = cut ? old.subarray(0, at) : Buffer.from(old);
        if (!cut) broken[at] = byte;
        assert.ok(compareFile('a.mbn', old, broken).summary);
      },
    ),
    { numRuns: 300 },
  );
});
