/** Partitions that the writer makes, read by the reader, which shares nothing with it; whole and damaged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FormatError } from '../../../src/formats/format-error.js';
import { readNvs } from '../../../src/formats/nvs/read.js';
import { dataHeader, entryOf } from '../../../src/images/nvs/entry.js';
import { imageOf, layPages, type NvsEntry, pageBytes, partitionBytes } from '../../../src/images/nvs/pages.js';
import type { NvsType, NvsVersion } from '../../../src/model/nvs.js';

const numberSizes: readonly (readonly [NvsType, number])[] = [
  ['u8', 1],
  ['i8', 1],
  ['u16', 2],
  ['i16', 2],
  ['u32', 4],
  ['i32', 4],
  ['u64', 8],
  ['i64', 8],
];

function contents(version: NvsVersion) {
  const bytes = (most: number) => fc.uint8Array({ maxLength: most, size: 'max' });
  const number = fc
    .constantFrom(...numberSizes)
    .chain(([type, size]) =>
      fc.uint8Array({ minLength: size, maxLength: size }).map((value) => ({ type, bytes: value })),
    );
  const longest = version === 1 ? 1984 : 4000;
  const text = fc.nat({ max: longest - 1 }).map((length) => ({
    type: 'string' as const,
    bytes: Buffer.from(`${'a'.repeat(length)}\0`),
  }));
  const blob = bytes(version === 1 ? 1984 : 13_000).map((value) => ({ type: 'blob' as const, bytes: value }));
  return fc.oneof({ weight: 4, arbitrary: number }, text, blob);
}

interface Made {
  readonly image: Uint8Array;
  readonly expected: ReadonlyMap<
    string,
    { readonly namespace: string; readonly type: NvsType; readonly bytes: Uint8Array }
  >;
}

/** Keys are unique in the whole partition, so that a value is known by its key. */
function partitions(version: NvsVersion): fc.Arbitrary<Made> {
  const value = fc.record({ namespace: fc.nat({ max: 3 }), content: contents(version) });
  return fc.array(value, { maxLength: 40, size: 'max' }).map((values) => {
    const entries: NvsEntry[] = [0, 1, 2, 3].map((at) => ({ kind: 'namespace', name: `space${at}`, number: at + 1 }));
    const expected = new Map<string, { namespace: string; type: NvsType; bytes: Uint8Array }>();
    for (const [at, { namespace, content }] of values.entries()) {
      entries.push({ kind: 'value', namespace: namespace + 1, key: `key${at}`, content });
      expected.set(`key${at}`, { namespace: `space${namespace}`, ...content });
    }
    const pages = layPages(entries, version, 1000) ?? assert.fail();
    return { image: imageOf(pages, Math.max(3 * pageBytes, partitionBytes(pages.length))), expected };
  });
}

for (const version of [1, 2] as const) {
  test(`property: version ${version}: every value is read back, and nothing is wrong`, () => {
    fc.assert(
      fc.property(partitions(version), ({ image, expected }) => {
        const { dump, values } = readNvs(image);
        assert.deepEqual(dump.problems, []);
        assert.equal(values.length, expected.size);
        for (const { key, namespace, type, bytes } of values) {
          const wanted = expected.get(key);
          assert.deepEqual([namespace, type], [wanted?.namespace, wanted?.type]);
          assert.ok(wanted !== undefined && Buffer.compare(bytes, wanted.bytes) === 0, key);
        }
        assert.ok(
          image.subarray(-pageBytes).every((byte) => byte === 0xff),
          'the reserve is blank',
        );
      }),
      { numRuns: 60 },
    );
  });

  test(`property: version ${version}: damage may lose values, and never makes another one`, () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(partitions(version), damage, fc.boolean(), fc.nat(), ({ image, expected }, flips, isCut, length) => {
        const spoilt = Uint8Array.from(image);
        for (const [at, mask] of flips) spoilt[at % spoilt.length] = (spoilt[at % spoilt.length] ?? 0) ^ mask;
        const bytes = isCut ? spoilt.subarray(0, length % spoilt.length) : spoilt;
        try {
          for (const { key, type, bytes: found } of readNvs(bytes).values) {
            const wanted = expected.get(key);
            assert.ok(wanted?.type === type && Buffer.compare(found, wanted.bytes) === 0, key);
          }
        } catch (error) {
          assert.ok(error instanceof FormatError, String(error));
        }
      }),
      { numRuns: 60 },
    );
  });
}

test('unit: a blob that begins in the last entry of a page has an empty chunk there, as the original writes it', () => {
  const entries: NvsEntry[] = [{ kind: 'namespace', name: 'n', number: 1 }];
  for (let at = 0; at < 124; at++)
    entries.push({ kind: 'value', namespace: 1, key: `k${at}`, content: { type: 'u8', bytes: Uint8Array.of(at) } });
  entries.push({ kind: 'value', namespace: 1, key: 'blob', content: { type: 'blob', bytes: Buffer.from('abc') } });
  const pages = layPages(entries, 2, 10) ?? assert.fail();
  assert.equal(pages.length, 2);
  const last = Buffer.from(pages[0] ?? []).subarray(64 + 32 * 125);
  assert.deepEqual(
    [last[1], last[2], last[3], last.readUInt16LE(24), last.readUInt32LE(28)],
    [0x42, 1, 0, 0, 0xffffffff],
  );
  const { dump, values } = readNvs(imageOf(pages, 3 * pageBytes));
  assert.deepEqual([dump.problems, Buffer.from(values.at(-1)?.bytes ?? []).toString()], [[], 'abc']);
});

test('unit: a string of 4000 bytes has a page of its own, and more pages than allowed are not made', () => {
  const content = { type: 'string', bytes: Buffer.from(`${'x'.repeat(3999)}\0`) } as const;
  const entries: NvsEntry[] = [
    { kind: 'namespace', name: 'n', number: 1 },
    { kind: 'value', namespace: 1, key: 'a', content },
    { kind: 'value', namespace: 1, key: 'b', content },
  ];
  assert.equal(layPages(entries, 2, 3)?.length, 3);
  assert.equal(layPages(entries, 2, 2), undefined);
});

test('unit: many indexes that share the chunks of one blob do not multiply its bytes', () => {
  const data = Buffer.alloc(3000, 7);
  const entries: NvsEntry[] = [
    { kind: 'namespace', name: 'n', number: 1 },
    { kind: 'value', namespace: 1, key: 'blob', content: { type: 'blob', bytes: data } },
  ];
  const page = Buffer.from(layPages(entries, 2, 1)?.[0] ?? []);
  const used = 1 + 1 + Math.ceil(data.length / 32) + 1;
  const index = page.subarray(64 + 32 * (used - 1), 64 + 32 * used);
  for (let at = used; at < 126; at++) {
    page.set(index, 64 + 32 * at);
    page[32 + (at >> 2)] = (page[32 + (at >> 2)] ?? 0) & ~(1 << (2 * (at & 3)));
  }
  const { dump, values } = readNvs(page);
  assert.deepEqual(
    values.map(({ bytes }) => bytes.length),
    [3000],
  );
  assert.equal(dump.problems.filter(({ code }) => code === 'nvs-duplicate').length, 126 - used);
});

test('unit: each kind of damage has its code', () => {
  const content = { type: 'string', bytes: Buffer.from('hello\0') } as const;
  const entries: NvsEntry[] = [
    { kind: 'namespace', name: 'n', number: 1 },
    { kind: 'value', namespace: 1, key: 'a', content },
  ];
  const whole = imageOf(layPages(entries, 2, 1) ?? [], 3 * pageBytes);
  const codes = (change: (image: Buffer) => Uint8Array | undefined): readonly string[] => {
    const image = Buffer.from(whole);
    return readNvs(change(image) ?? image).dump.problems.map(({ code }) => code);
  };
  const put = (image: Buffer, entry: Uint8Array, slot: number): undefined => {
    image.set(entry, 64 + 32 * slot);
    image[32] = (image[32] ?? 0) & ~(1 << (2 * slot));
  };
  const fields = { namespace: 1, type: 1, span: 1, chunk: 0xff, key: 'b', data: Uint8Array.of(1) };
  const chunk = { ...fields, type: 0x42, chunk: 0, data: dataHeader(new Uint8Array()) };
  assert.deepEqual(
    codes(() => undefined),
    [],
  );
  assert.deepEqual(
    codes((image) => image.subarray(0, 9000)),
    ['nvs-image-cut'],
  );
  assert.deepEqual(
    codes((image) => void image.fill(0x41, pageBytes, pageBytes + 64)),
    ['nvs-page'],
  );
  assert.deepEqual(codes((image) => void image.copy(image, pageBytes, 0, pageBytes)).includes('nvs-sequence'), true);
  assert.deepEqual(
    codes((image) => void image.fill(0, 64 + 32 * 9, 64 + 32 * 10)),
    ['nvs-bitmap'],
  );
  // Its length cannot be trusted, so that what follows is looked at as an entry too.
  assert.deepEqual(
    codes((image) => void image.fill(0x41, 64 + 40, 64 + 41)),
    ['nvs-entry', 'nvs-entry'],
  );
  assert.deepEqual(
    codes((image) => void image.fill(0x41, 64 + 64, 64 + 65)),
    ['nvs-data'],
  );
  assert.deepEqual(
    codes((image) => put(image, entryOf({ ...fields, key: 'a' }), 3)),
    ['nvs-duplicate'],
  );
  assert.deepEqual(
    codes((image) => put(image, entryOf({ ...fields, namespace: 2 }), 3)),
    ['nvs-no-namespace'],
  );
  assert.deepEqual(
    codes((image) => put(image, entryOf(chunk), 3)),
    ['nvs-chunks'],
  );
});
