import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { applyPatch } from '../../../src/applypatch/index.js';
import { type BsdiffEffort, encodeBsdiff } from '../../../src/encode/bsdiff/bsdiff.js';
import { bsdiffLimit, bsdiffMemory } from '../../../src/encode/bsdiff/layout.js';
import { seededRandom } from '../../support/random.js';
import { without } from '../../support/tools.js';

const folder = mkdtempSync(join(tmpdir(), 'bsdiff-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What Debian's bspatch makes of the patch. */
function applied(source: Uint8Array, patch: Uint8Array): Buffer {
  const [from, by, to] = ['source', 'patch', 'target'].map((name) => join(folder, name));
  assert.ok(from !== undefined && by !== undefined && to !== undefined);
  writeFileSync(from, source);
  writeFileSync(by, patch);
  execFileSync('bspatch', [from, to, by]);
  return readFileSync(to);
}

function number(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const high = view.getUint32(at + 4, true);
  const size = (high & 0x7fffffff) * 2 ** 32 + view.getUint32(at, true);
  return high >= 2 ** 31 ? -size : size;
}

/** Holds the patch against the strictest decoder: nothing negative, nothing outside the source, nothing left over. */
function assertStrict(source: Uint8Array, target: Uint8Array, patch: Uint8Array): void {
  assert.equal(Buffer.from(patch.subarray(0, 8)).toString('latin1'), 'BSDIFF40');
  assert.equal(number(patch, 24), target.length);
  const diffAt = 32 + number(patch, 8);
  const extraAt = diffAt + number(patch, 16);
  const unpack = (bytes: Uint8Array) => execFileSync('bunzip2', ['-c'], { input: bytes, maxBuffer: 1 << 30 });
  const control = unpack(patch.subarray(32, diffAt));
  let pos = 0;
  let adds = 0;
  let copies = 0;
  for (let at = 0; at < control.length; at += 24) {
    const add = number(control, at);
    const copy = number(control, at + 8);
    // Only the first may be empty: it moves to where the target begins in the source.
    assert.ok(add >= 0 && copy >= 0 && (at === 0 || add + copy > 0), `counts ${add} and ${copy}`);
    assert.ok(pos + add <= source.length, 'adds past the end of the source');
    pos += add + number(control, at + 16);
    assert.ok(pos >= 0 && pos <= source.length, `position ${pos} in a source of ${source.length}`);
    adds += add;
    copies += copy;
  }
  assert.equal(unpack(patch.subarray(diffAt, extraAt)).length, adds);
  assert.equal(unpack(patch.subarray(extraAt)).length, copies);
  assert.equal(adds + copies, target.length);
}

function assertMakes(source: Uint8Array, target: Uint8Array, effort: BsdiffEffort): Uint8Array {
  const patch = encodeBsdiff(source, target, { effort });
  assert.ok(applied(source, patch).equals(target), 'bspatch makes another file');
  assert.ok(Buffer.from(applyPatch(patch, source)).equals(target), 'our decoder makes another file');
  assertStrict(source, target, patch);
  return patch;
}

const efforts = ['fast', 'normal', 'best'] as const;

/** Deterministic noise. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const cases: readonly (readonly [name: string, source: Uint8Array, target: Uint8Array])[] = [
  ['two empty files', noise(0, 1), noise(0, 1)],
  ['from an empty file', noise(0, 1), noise(1000, 1)],
  ['to an empty file', noise(1000, 1), noise(0, 1)],
  ['one byte', noise(1, 1), noise(1, 1)],
  ['one byte changed', Uint8Array.of(1), Uint8Array.of(255)],
  ['equal files', noise(50_000, 2), noise(50_000, 2)],
  ['unrelated files', noise(50_000, 3), noise(50_000, 4)],
  ['zeros', new Uint8Array(300_000), new Uint8Array(400_000)],
  ['0xFF padding', new Uint8Array(100_000).fill(255), new Uint8Array(150_000).fill(255)],
  ['a period', noise(200_000, 5).map((_, i) => i % 7), noise(200_001, 5).map((_, i) => (i + 3) % 7)],
  ['reversed', noise(40_000, 6), noise(40_000, 6).reverse()],
  ['a part of the source', noise(50_000, 7), noise(50_000, 7).slice(20_000, 30_000)],
  ['the end first', noise(50_000, 8), Buffer.concat([noise(50_000, 8).subarray(25_000), noise(25_000, 8)])],
];

for (const [name, source, target] of cases) {
  test(`integration: bspatch makes the target: ${name}`, { skip: without('bspatch', 'bsdiff') }, () => {
    for (const effort of efforts) assertMakes(source, target, effort);
  });
}

test('property: bspatch makes the target after any edits', { skip: without('bspatch', 'bsdiff') }, () => {
  const edit = fc.record({
    at: fc.nat(20_000),
    remove: fc.nat(500),
    insert: fc.uint8Array({ maxLength: 300 }),
    shift: fc.nat(255),
  });
  fc.assert(
    fc.property(
      fc.record({ seed: fc.nat(), length: fc.nat(20_000), symbols: fc.constantFrom(1, 2, 5, 256) }),
      fc.array(edit, { maxLength: 12 }),
      fc.constantFrom(...efforts),
      ({ seed, length, symbols }, edits, effort) => {
        const source = noise(length, seed).map((c) => c % symbols);
        const target = edits.reduce<Buffer>((bytes, { at, remove, insert, shift }) => {
          const tail = bytes.subarray(at + remove);
          return Buffer.concat([bytes.subarray(0, at), insert, tail.map((c, i) => (i % 64 === 0 ? c + shift : c))]);
        }, Buffer.from(source));
        assertMakes(source, target, effort);
      },
    ),
    { numRuns: 60 },
  );
});

test('property: of a source so long that every second suffix is left out, pieces are found wherever they begin', {
  skip: without('bspatch', 'bunzip2'),
}, () => {
  const random = seededRandom(5);
  const lengths = [2 ** 18, 2 ** 18 + 1, 300_001];
  const sources = lengths.map((length) => random.bytes(length));
  const piece = fc.record({ from: fc.nat(), length: fc.integer({ min: 64, max: 100_000 }), gap: fc.nat(3) });
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(piece, { minLength: 1, maxLength: 6 }), (source, pieces) => {
      const parts = pieces.flatMap(({ from, length, gap }) => {
        const start = from % source.length;
        return [source.subarray(start, start + length), random.bytes(gap)];
      });
      const target = Buffer.concat([...parts, random.bytes(1)]);
      const patch = assertMakes(source, target, 'normal');
      // Nothing shrinks here: whatever was not found would be in the patch.
      assert.ok(patch.length < 250 + 40 * pieces.length, `${patch.length} bytes for ${pieces.length} pieces`);
    }),
    { numRuns: 30 },
  );
});

test('unit: the same input gives the same bytes', () => {
  const source = noise(30_000, 9);
  const target = source.map((c, i) => (i % 1000 === 0 ? c + 1 : c));
  for (const effort of efforts) {
    assert.deepEqual(
      encodeBsdiff(source, target, { effort }),
      encodeBsdiff(source.slice(), target.slice(), { effort }),
    );
  }
});

test('unit: what an engine was used for before leaves no trace', { skip: without('bunzip2') }, () => {
  const files = [noise(200_000, 15), noise(1000, 16), noise(50_000, 17).map((c) => c & 3)];
  const edit = (source: Uint8Array): Uint8Array => source.map((c, i) => (i % 300 === 0 ? c + 1 : c));
  const encodeAll = (order: readonly Uint8Array[]): ReadonlyMap<Uint8Array, Uint8Array> =>
    new Map(order.map((source) => [source, encodeBsdiff(source, edit(source), { effort: 'normal' })]));
  const [up, down] = [encodeAll(files), encodeAll(files.toReversed())];
  for (const source of files) {
    assert.deepEqual(up.get(source), down.get(source));
    assertStrict(source, edit(source), up.get(source) ?? new Uint8Array(0));
  }
});

test('unit: a large engine that was used for a longer and for a shorter file leaves no trace', () => {
  const random = seededRandom(6);
  const files = [5_000_000, 6_500_000, 4_000_001].map((length) => random.bytes(length));
  const patchOf = (source: Buffer): Buffer => {
    const target = Buffer.concat([source.subarray(1_000_001, 1_300_000), source.subarray(0, 200_003)]);
    return Buffer.from(encodeBsdiff(source, target, { effort: 'normal' }));
  };
  const first = files.map(patchOf);
  const again = files.toReversed().map(patchOf).toReversed();
  for (const [i, patch] of first.entries()) assert.ok(again[i]?.equals(patch), `${i}`);
});

test('unit: a source that is read when it is needed gives the same bytes', () => {
  const [source, target] = [noise(30_000, 18), noise(30_000, 18).map((c, i) => (i % 500 === 0 ? c + 1 : c))];
  const read = (bytes: Uint8Array) => ({
    length: bytes.length,
    read: (copy: (copied: Uint8Array) => void) => copy(bytes),
  });
  assert.deepEqual(
    encodeBsdiff(read(source), read(target), { effort: 'normal' }),
    encodeBsdiff(source, target, { effort: 'normal' }),
  );
});

test('unit: progress never falls and ends with the whole target', () => {
  const seen: number[] = [];
  encodeBsdiff(noise(600_000, 10), noise(700_000, 11), { effort: 'normal', onProgress: (done) => seen.push(done) });
  assert.equal(seen.at(-1), 700_000);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
});

test('unit: a file near 2^31 bytes is refused by its size', () => {
  // Only the length is looked at: no memory is touched.
  const huge: Uint8Array = Object.create(new Uint8Array(0), { length: { value: bsdiffLimit + 1 } });
  const small = new Uint8Array(1);
  assert.throws(() => encodeBsdiff(huge, small, { effort: 'normal' }), RangeError);
  assert.throws(() => encodeBsdiff(small, huge, { effort: 'normal' }), RangeError);
});

test('integration: 64 MB of zeros, and of 0xFF, take a moment and next to no patch', {
  skip: without('bspatch', 'bsdiff'),
}, () => {
  const zeros = new Uint8Array(64 * 2 ** 20);
  const target = new Uint8Array(64 * 2 ** 20 + 5).fill(255, 2 ** 20);
  const patch = encodeBsdiff(zeros, target, { effort: 'fast' });
  assert.ok(patch.length < 4000, `${patch.length} bytes`);
  assert.ok(applied(zeros, patch).equals(target));
});

/** Texts of which every place occurs everywhere: many matches, none of them worth much. */
for (const symbols of [2, 4]) {
  test(`integration: a random text of ${symbols} letters`, { skip: without('bspatch', 'bsdiff') }, () => {
    const [source, target] = [noise(60_000, 12), noise(60_000, 13)].map((text) => text.map((c) => c % symbols));
    assert.ok(source !== undefined && target !== undefined);
    for (const effort of efforts) assertMakes(source, target, effort);
  });
}

test('integration: more effort gives no larger patch, and from normal on none is larger than that of bsdiff', {
  skip: without('bspatch', 'bsdiff'),
}, () => {
  const source = readFileSync(process.execPath).subarray(30_000_000, 30_400_000);
  const target = Buffer.concat([source.subarray(0, 90_000), noise(300, 14), source.subarray(90_000)]);
  for (let i = 500; i + 4 < target.length; i += 700) target.writeInt32LE((target.readInt32LE(i) + 300) | 0, i);
  const sizes = efforts.map((effort) => assertMakes(source, target, effort).length);
  const [from, to, by] = ['a', 'b', 'ab'].map((name) => join(folder, name));
  assert.ok(from !== undefined && to !== undefined && by !== undefined);
  writeFileSync(from, source);
  writeFileSync(to, target);
  execFileSync('bsdiff', [from, to, by]);
  const classic = readFileSync(by).length;
  assert.ok((sizes[1] ?? 0) <= (sizes[0] ?? 0) && (sizes[2] ?? 0) <= (sizes[1] ?? 0), `${sizes}`);
  assert.ok((sizes[1] ?? 0) <= classic, `${sizes}, bsdiff ${classic}`);
});

test('unit: what an encode needs is told, and more than 32-bit addresses reach is refused', () => {
  const size = 2 ** 24;
  assert.ok(bsdiffMemory(size, size) <= 8 * size + 2 * size + 2 ** 21, `${bsdiffMemory(size, size)}`);
  const large: Uint8Array = Object.create(new Uint8Array(0), { length: { value: 2 ** 30 } });
  assert.throws(() => encodeBsdiff(large, new Uint8Array(1), { effort: 'fast' }), /needs \d+ bytes of memory/);
});
