/** The decoder in C, held against the vectors and against the TypeScript decoder; both were written from the format document alone. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { seededRandom } from '../support/random.js';
import {
  absent,
  assertAgree,
  compilers,
  harnessOptions,
  type Pair,
  readVector,
  roomOfHarness,
  runAll,
  vectors,
  withDecoder,
} from './c-decoder.js';
import { type CodeKind, changeProgram, linkProgram, makeProgram } from './code-images.js';
import { resealed } from './faults.js';
import { plainPlan } from './vector-cases.js';

/** Pairs of small programs, in each code format, with patches of several shapes. */
function encodedPairs(): readonly Pair[] {
  const kinds: readonly CodeKind[] = ['thumb', 'aarch64', 'arm', 'data'];
  return kinds.flatMap((kind, index) => {
    const program = makeProgram(kind, 40 + index, 60);
    const old = linkProgram(program);
    const fresh = linkProgram(changeProgram(program, 50 + index));
    const plans = [
      plainPlan,
      { ...plainPlan, segmentSize: 2048, digests: true, product: 'EC25', counter: 3 },
      { ...plainPlan, inPlace: true, downwards: index % 2 === 1, segmentSize: 2048, flashBlock: 1024 },
    ];
    return plans.map((plan) => ({ old, patch: encodeDelta(old, fresh, plan).patch }));
  });
}

test('integration: the C decoder, by every compiler that is here, makes the new image of every vector', (t) => {
  if (absent(t)) return;
  const names = readdirSync(vectors).sort();
  const pairs = [1, 8, 32].flatMap((unit) =>
    names.map((name) => ({ old: readVector(name, 'old'), patch: readVector(name, 'patch'), unit })),
  );
  const otherOrder = '-U__BYTE_ORDER__'; // what a device with the highest byte first compiles
  for (const { compiler, flags } of [
    ...compilers.map((compiler) => ({ compiler, flags: [] })),
    { compiler: compilers[0] ?? '', flags: [otherOrder] },
  ]) {
    withDecoder(compiler, ['-DDFID_MODEL_BYTES=31488', ...flags], (program) => {
      for (const [index, { code, made }] of runAll(program, pairs).entries()) {
        const name = names[index % names.length] ?? '';
        assert.equal(code, 0, `${compiler}, ${name}`);
        assert.ok(made !== undefined && Buffer.compare(made, readVector(name, 'new')) === 0, `${compiler}, ${name}`);
      }
    });
  }
});

test('integration: a patch that comes in pieces, or late, or without its length, makes the same image', (t) => {
  if (absent(t)) return;
  const names = readdirSync(vectors).sort();
  const { shortReads, inPieces, sizeUnknown } = harnessOptions;
  const ways = [shortReads, inPieces, shortReads | inPieces, shortReads | inPieces | sizeUnknown];
  const pairs = ways.flatMap((options) =>
    names.map((name) => ({ old: readVector(name, 'old'), patch: readVector(name, 'patch'), options })),
  );
  withDecoder(compilers[0] ?? '', ['-DDFID_MODEL_BYTES=31488'], (program) => {
    for (const [index, { code, made }] of runAll(program, pairs).entries()) {
      const name = names[index % names.length] ?? '';
      assert.equal(code, 0, `${name}, options ${pairs[index]?.options}`);
      assert.ok(made !== undefined && Buffer.compare(made, readVector(name, 'new')) === 0, name);
    }
  });
});

test('integration: both decoders refuse what the device wants otherwise, each with its code, before anything is written', (t) => {
  if (absent(t)) return;
  const program = makeProgram('thumb', 60, 40);
  const old = linkProgram(program);
  const fresh = linkProgram(changeProgram(program, 61));
  const plan = { ...plainPlan, product: 'EC25', counter: 5, digests: true, segmentSize: 2048 };
  const { patch } = encodeDelta(old, fresh, plan);
  const signed = encodeDelta(old, fresh, { ...plan, signatureLength: 64 }).patch;
  const flash = { newRoom: roomOfHarness, writeUnit: 1 };
  const { verifyNever, verifyAlways } = harnessOptions;
  const pairs: readonly (Pair & { readonly expect: number })[] = [
    { expect: 0, old, patch, device: { product: 'EC25', counter: 5, flash }, product: 'EC25', counter: 5 },
    { expect: 0, old, patch: signed, options: verifyAlways, device: { verify: () => true } },
    { expect: 8, old, patch: signed, options: verifyNever, device: { verify: () => false } },
    { expect: 8, old, patch, options: verifyAlways, device: { verify: () => true } },
    { expect: 9, old, patch, product: 'EC21', device: { product: 'EC21' } },
    { expect: 9, old, patch, product: 'EC2', device: { product: 'EC2' } },
    { expect: 9, old, patch, product: 'EC255', device: { product: 'EC255' } },
    { expect: 10, old, patch, counter: 6, device: { counter: 6 } },
    { expect: 10, old, patch, counter: 0xffffffff, device: { counter: 0xffffffff } },
    {
      ...{ expect: 12, old, patch, room: fresh.length - 1 },
      device: { flash: { ...flash, newRoom: fresh.length - 1 } },
    },
    { expect: 12, old, patch, unit: 33, device: { flash: { ...flash, writeUnit: 33 } } },
    { expect: 12, old, patch, unit: 0, device: { flash: { ...flash, writeUnit: 0 } } },
    {
      ...{ expect: 12, old, patch: encodeDelta(old, fresh, { ...plan, segmentSize: 1001 }).patch, unit: 8 },
      device: { flash: { ...flash, writeUnit: 8 } },
    },
  ];
  withDecoder(compilers[0] ?? '', [], (harness) => {
    const outcomes = runAll(harness, pairs);
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      pairs.map(({ expect }) => expect),
    );
    assertAgree(harness, pairs);
    assert.ok(outcomes.every(({ code, writes }) => code === 0 || writes === 0));
  });
  withDecoder(compilers[0] ?? '', ['-DDFID_NO_THUMB', '-DDFID_NO_ARM', '-DDFID_NO_INPLACE'], (harness) => {
    assert.equal(runAll(harness, [{ old, patch }])[0]?.code, 7, 'a format that was left out');
  });
});

test('integration: storage that fails ends with its code, and never with a wrong image', (t) => {
  if (absent(t)) return;
  const { oldBroken, writeBroken, writeLost, patchBroken, shortReads } = harnessOptions;
  const [old, patch] = [readVector('segments', 'old'), readVector('segments', 'patch')];
  withDecoder(compilers[0] ?? '', [], (harness) => {
    const ways = [oldBroken, writeBroken, writeLost, patchBroken, patchBroken | shortReads];
    const outcomes = runAll(
      harness,
      ways.map((options) => ({ old, patch, options })),
    );
    // Lost writes are found as early as something is copied from what was written: the numbers that follow are refused then, or the segment is wrong.
    const lost = ways.indexOf(writeLost);
    assert.ok([18, 19, 21].includes(outcomes[lost]?.code ?? 0), `${outcomes[lost]?.code}`);
    assert.deepEqual(
      outcomes.filter((_, way) => way !== lost).map(({ code }) => code),
      [21, 21, 21, 21],
    );
    assert.deepEqual(
      outcomes.map(({ writes }) => writes > 0),
      [false, true, true, false, false],
    );
  });
});

test('integration: a decoder of 16 KiB refuses the model of six contexts with its code, and takes all others', (t) => {
  if (absent(t)) return;
  const names = readdirSync(vectors).sort();
  const pairs = names.map((name) => ({ old: readVector(name, 'old'), patch: readVector(name, 'patch') }));
  withDecoder(compilers[0] ?? '', [], (program) => {
    const codes = runAll(program, pairs).map(({ code }, index) => [names[index], code]);
    assert.deepEqual(
      codes,
      names.map((name) => [name, name === 'six-contexts' ? 11 : 0]),
    );
  });
});

test('integration: both decoders give the same image, or the same code, for patches flipped, cut, and wrong on purpose', (t) => {
  if (absent(t)) return;
  const pairs = encodedPairs();
  const random = seededRandom(16);
  const flip = (bytes: Buffer, at: number): void => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  };
  const mutated = pairs.flatMap(({ old, patch }) => {
    const header = Buffer.from(patch).readUInt32LE(8);
    const flipped = Array.from({ length: 16 }, () => {
      const bytes = Buffer.from(patch);
      flip(bytes, random.below(bytes.length));
      return { old, patch: bytes };
    });
    const cut = Array.from({ length: 8 }, () => ({ old, patch: patch.subarray(0, random.below(patch.length)) }));
    const fields = Array.from({ length: 60 }, (_, run) => ({
      old,
      patch: resealed(patch, (bytes) => {
        const fixed = run < 40 ? 4 + random.below(52) : 56 + random.below(header - 88);
        if (fixed < 8 || fixed >= 12) flip(bytes, fixed);
        if (bytes.readUInt32LE(16) < 2 ** 31) bytes.writeUInt32LE(bytes.readUInt32LE(16) % roomOfHarness, 16);
      }),
    }));
    const streams = Array.from({ length: 16 }, (_, run) => ({
      old,
      patch: resealed(patch, (bytes) => {
        const single = bytes.readUInt32LE(20) === plainPlan.segmentSize;
        if (!single) return;
        for (let k = 0; k <= run % 3; k++) flip(bytes, header + random.below(bytes.length - header));
        bytes.writeUInt32LE(crc32(bytes.subarray(header)), header - 32 - 8);
      }),
    }));
    const others = [
      { old: old.subarray(1), patch },
      { old: Buffer.from(old).fill(1, 3, 5), patch },
      { old, patch: Buffer.concat([patch, Buffer.alloc(1)]) },
    ];
    return [...flipped, ...cut, ...fields, ...streams, ...others];
  });
  withDecoder(compilers[0] ?? '', ['-DDFID_MODEL_BYTES=4194304'], (program) => {
    assert.deepEqual([...assertAgree(program, pairs)], [0]);
    const seen = assertAgree(program, mutated);
    for (const code of [1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 16, 17, 18, 19, 20])
      assert.ok(seen.has(code), `no ${code} in it`);
  });
});
