/** The decoder in C, held against the vectors and against the TypeScript decoder; both were written from the format document alone. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { seededRandom } from '../support/random.js';
import {
  assertAgree,
  compilers,
  decoder,
  harnessOptions,
  type Pair,
  readVector,
  resealed,
  roomOfHarness,
  root,
  runAll,
  sanitized,
  strict,
  vectors,
  withDecoder,
} from './c-decoder.js';
import { type CodeKind, changeProgram, linkProgram, makeProgram } from './code-images.js';
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

function absent(t: TestContext): boolean {
  if (compilers.length > 0) return false;
  t.skip('NOT TESTED: neither gcc nor clang is here');
  return true;
}

test('integration: the C decoder, by every compiler that is here, makes the new image of every vector', (t) => {
  if (absent(t)) return;
  const names = readdirSync(vectors).sort();
  const pairs = [1, 8, 32].flatMap((unit) =>
    names.map((name) => ({ old: readVector(name, 'old'), patch: readVector(name, 'patch'), unit })),
  );
  for (const compiler of compilers) {
    withDecoder(compiler, ['-DDFID_MODEL_BYTES=31488'], (program) => {
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

test('integration: storage that fails ends with code 21, and never with a wrong image', (t) => {
  if (absent(t)) return;
  const { oldBroken, writeBroken, writeLost, patchBroken, shortReads } = harnessOptions;
  const [old, patch] = [readVector('segments', 'old'), readVector('segments', 'patch')];
  withDecoder(compilers[0] ?? '', [], (harness) => {
    const ways = [oldBroken, writeBroken, writeLost, patchBroken, patchBroken | shortReads];
    const outcomes = runAll(
      harness,
      ways.map((options) => ({ old, patch, options })),
    );
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      ways.map(() => 21),
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

/** Runs updates with cuts, in place or into a second area, of vectors; true where all of them end with the new image. */
function survivesCuts(source: string, backup: number): readonly boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-decoder-c-'));
  try {
    const changed = join(folder, 'image-delta.c');
    writeFileSync(changed, source);
    const program = join(folder, 'cuts');
    const cuts = join(root, 'test/imagedelta/decoder-c/cuts.c');
    const flags = [...strict, ...sanitized, '-I', decoder];
    const built = spawnSync(compilers[0] ?? '', [...flags, cuts, changed, '-o', program]);
    assert.equal(built.status, 0, String(built.stderr));
    const names = readdirSync(vectors).filter((name) =>
      backup > 0 ? name.startsWith('in-place-') : name === 'segments' || name === 'in-place-downwards',
    );
    assert.ok(names.length > 0);
    return names.flatMap((name) =>
      ['1', '8'].map((unit) => {
        const files = ['old', 'patch', 'new'].map((part) => join(vectors, name, part));
        return spawnSync(program, [...files, unit, '1024', String(backup)], { timeout: 120_000 }).status === 0;
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const [place, backup] of [
  ['in place', 4096],
  ['into a second area', 0],
] as const) {
  test(`integration: an update ${place} survives a power cut at every write and erase, and two more afterwards`, (t) => {
    if (absent(t)) return;
    const source = readFileSync(join(decoder, 'image-delta.c'), 'utf8');
    assert.ok(survivesCuts(source, backup).every((survived) => survived));
  });

  test(`integration: an update ${place} without a check that it needs does not survive them`, (t) => {
    if (absent(t)) return;
    const source = readFileSync(join(decoder, 'image-delta.c'), 'utf8');
    const checks = [
      ['if (record_crc(&r) != r.is.crc) return;', ''],
      ['d->step < 2 * d->made - 1)', 'd->step < 2 * d->made)'],
    ] as const;
    for (const [check, without] of checks.slice(0, backup > 0 ? 2 : 1)) {
      assert.ok(source.includes(check), check);
      assert.ok(survivesCuts(source.replace(check, without), backup).includes(false), `without ${check}`);
    }
  });
}

/** Compiles an example and hands its path and a folder to `use`. */
function withExample(name: string, use: (program: string, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-decoder-c-'));
  try {
    const program = join(folder, name);
    const sources = [`${name}.c`, 'image-delta.c'].map((file) => join(decoder, file));
    const built = spawnSync(compilers[0] ?? '', [...strict, '-O2', ...sources, '-o', program]);
    assert.equal(built.status, 0, String(built.stderr));
    use(program, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('integration: the example for files makes the new image, and leaves nothing when it refuses', (t) => {
  if (absent(t)) return;
  withExample('example-file', (program, folder) => {
    const made = join(folder, 'made');
    const run = (old: string, patch: string) =>
      spawnSync(program, [join(vectors, old, 'old'), join(vectors, patch, 'patch'), made]);
    assert.equal(run('thumb', 'thumb').status, 0);
    assert.ok(Buffer.compare(readFileSync(made), readVector('thumb', 'new')) === 0);
    assert.equal(run('text', 'thumb').status, 15);
    assert.ok(!existsSync(made));
  });
});

test('integration: the example for raw NOR flash updates it in place, and refuses another image', (t) => {
  if (absent(t)) return;
  const [old, patch, fresh] = ['old', 'patch', 'new'].map((part) => readVector('in-place-upwards', part));
  assert.ok(old !== undefined && patch !== undefined && fresh !== undefined);
  const [image, patchAt] = [65_536, 65_536 + 4096 + 4096];
  withExample('example-nor', (program, folder) => {
    const file = join(folder, 'flash');
    const flash = Buffer.alloc(patchAt + 32_768, 0xff);
    flash.set(old, 0);
    flash.set(patch, patchAt);
    writeFileSync(file, flash);
    assert.equal(spawnSync(program, [file, String(old.length)]).status, 0);
    const after = readFileSync(file);
    assert.ok(Buffer.compare(after.subarray(0, fresh.length), fresh) === 0);
    assert.ok(
      after.subarray(image + 4096, patchAt).every((byte) => byte === 0xff),
      'the journal is not empty',
    );
    assert.equal(spawnSync(program, [file, String(old.length)]).status, 16);
  });
});

test('integration: the example for a partition fota_pkg takes the patch in pieces, and goes on after a patch that stopped', (t) => {
  if (absent(t)) return;
  const oldFile = join(vectors, 'segments', 'old');
  const [patch, fresh] = [readVector('segments', 'patch'), readVector('segments', 'new')];
  withExample('example-fota-pkg', (program, folder) => {
    const [partition, made] = [join(folder, 'fota_pkg'), join(folder, 'made')];
    const run = (input: Uint8Array) => spawnSync(program, [oldFile, partition, made], { input }).status;
    writeFileSync(partition, Buffer.alloc(2 ** 20, 0xff));
    assert.equal(run(patch.subarray(0, patch.length - 1)), 13);
    assert.equal(run(patch), 0);
    assert.ok(Buffer.compare(readFileSync(made).subarray(0, fresh.length), fresh) === 0);
    assert.equal(run(Buffer.from('no patch at all')), 1);
  });
});

test('integration: on a Cortex-M4 the state is at most 16 KiB', (t) => {
  if (spawnSync('arm-none-eabi-gcc', ['--version']).status !== 0) {
    t.skip('NOT TESTED: arm-none-eabi-gcc is not here');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'dfota-decoder-c-'));
  try {
    const object = join(folder, 'image-delta.o');
    const probe = spawnSync(
      'arm-none-eabi-gcc',
      [...['-std=c99', '-mcpu=cortex-m4', '-mthumb', '-I', decoder, '-x', 'c', '-fsyntax-only', '-']],
      { input: '#include "image-delta.h"\ntypedef char state_is_small[sizeof(dfid_decoder) <= 16384 ? 1 : -1];\n' },
    );
    assert.equal(probe.status, 0, String(probe.stderr));
    const apart = ['-DDFID_EXTERNAL_SHA256'];
    for (const [flags, most] of [
      [[], 8704],
      [apart, 7680],
      [[...apart, '-DDFID_NO_INPLACE'], 7168],
      [[...apart, '-DDFID_NO_AARCH64', '-DDFID_NO_ARM'], 7168],
      [[...apart, '-DDFID_NO_AARCH64', '-DDFID_NO_ARM', '-DDFID_NO_INPLACE', '-DDFID_NO_JOURNAL'], 6144],
    ] as const) {
      const built = spawnSync('arm-none-eabi-gcc', [
        ...strict,
        ...flags,
        ...['-Os', '-mcpu=cortex-m4', '-mthumb', '-c', join(decoder, 'image-delta.c'), '-o', object],
      ]);
      assert.equal(built.status, 0, String(built.stderr));
      const size = spawnSync('arm-none-eabi-size', [object]);
      const [code, data, bss] = (String(size.stdout).split('\n')[1] ?? '').trim().split(/\s+/).map(Number);
      t.diagnostic(`${flags.join(' ') || 'everything'}: ${code} bytes of code`);
      assert.ok(code !== undefined && code < most, `${code} bytes of code`);
      assert.deepEqual([data, bss], [0, 0], 'the decoder keeps nothing outside of its state');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
