/** The decoder in C, held against the vectors and against the TypeScript decoder; both were written from the format document alone. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { applyDelta } from '../../src/imagedelta/decoder/apply.js';
import { DeltaError } from '../../src/imagedelta/decoder/fault.js';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { seededRandom } from '../support/random.js';
import { type CodeKind, changeProgram, linkProgram, makeProgram } from './code-images.js';
import { plainPlan } from './vector-cases.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const decoder = join(root, 'src/imagedelta/decoder-c');
const harness = join(root, 'test/imagedelta/decoder-c/harness.c');
const vectors = join(root, 'test/imagedelta/vectors');
const strict = ['-std=c99', '-Wall', '-Wextra', '-Werror', '-Wconversion'];
const sanitized = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
/** The place for the new image that the harness has: larger sizes would end in code 12 there, and nowhere else. */
const roomOfHarness = 2 ** 18;
const compilers = ['gcc', 'clang'].filter((name) => spawnSync(name, ['--version']).status === 0);

interface Pair {
  readonly old: Uint8Array;
  readonly patch: Uint8Array;
  /** The write unit of the device; 1 unless given. */
  readonly unit?: number | undefined;
}

interface Outcome {
  readonly code: number;
  readonly writes: number;
  readonly made: Uint8Array | undefined;
}

/** Compiles the decoder with the harness and hands its path to `use`. */
function withDecoder(compiler: string, flags: readonly string[], use: (program: string, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-decoder-c-'));
  try {
    const program = join(folder, 'decoder');
    const sources = [harness, join(decoder, 'image-delta.c')];
    const built = spawnSync(compiler, [...strict, ...sanitized, ...flags, '-I', decoder, ...sources, '-o', program]);
    assert.equal(built.status, 0, `${compiler}: ${built.stderr}`);
    use(program, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function runAll(program: string, pairs: readonly Pair[]): readonly Outcome[] {
  const input = Buffer.concat(
    pairs.flatMap(({ old, patch, unit = 1 }) => [number(old.length), old, number(patch.length), patch, number(unit)]),
  );
  const run = spawnSync(program, { input, maxBuffer: 2 ** 28 });
  assert.equal(run.status, 0, `the decoder ended with ${run.signal ?? run.status}: ${run.stderr}`);
  const outcomes: Outcome[] = [];
  let at = 0;
  while (at < run.stdout.length) {
    const code = run.stdout.readUInt8(at);
    const writes = run.stdout.readUInt32LE(at + 1);
    const length = code === 0 ? run.stdout.readUInt32LE(at + 5) : 0;
    const from = at + (code === 0 ? 9 : 5);
    outcomes.push({ code, writes, made: code === 0 ? run.stdout.subarray(from, from + length) : undefined });
    at = from + length;
  }
  assert.equal(outcomes.length, pairs.length);
  return outcomes;
}

/** What the TypeScript decoder says of the pair. */
function expected({ old, patch }: Pair): Pick<Outcome, 'code' | 'made'> {
  try {
    return { code: 0, made: applyDelta(old, patch) };
  } catch (error) {
    if (error instanceof DeltaError) return { code: error.code, made: undefined };
    throw error;
  }
}

/** Holds both decoders against each other and returns the codes that were seen. */
function assertAgree(program: string, pairs: readonly Pair[]): ReadonlySet<number> {
  const seen = new Set<number>();
  for (const [index, outcome] of runAll(program, pairs).entries()) {
    const pair = pairs[index];
    assert.ok(pair !== undefined);
    const { code, made } = expected(pair);
    seen.add(code);
    assert.equal(outcome.code, code, `pair ${index}: C says ${outcome.code}, TypeScript ${code}`);
    assert.ok(made === undefined || Buffer.compare(made, outcome.made ?? new Uint8Array(0)) === 0, `pair ${index}`);
    assert.ok(
      code === 0 || code >= 18 || outcome.writes === 0,
      `pair ${index}: written before the check of code ${code}`,
    );
  }
  return seen;
}

/** The patch with bytes changed, and the header's digest made right again. */
function resealed(patch: Uint8Array, change: (bytes: Buffer) => void): Uint8Array {
  const bytes = Buffer.from(patch);
  const end = bytes.readUInt32LE(8) - bytes.readUInt16LE(52) - 32;
  change(bytes);
  bytes.set(createHash('sha256').update(bytes.subarray(0, end)).digest(), end);
  return bytes;
}

const readVector = (name: string, part: string): Uint8Array => readFileSync(join(vectors, name, part));

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

/** Runs updates in place with cuts, of each vector that is in place; true where all of them end with the new image. */
function survivesCuts(source: string): readonly boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-decoder-c-'));
  try {
    const changed = join(folder, 'image-delta.c');
    writeFileSync(changed, source);
    const program = join(folder, 'cuts');
    const cuts = join(root, 'test/imagedelta/decoder-c/cuts.c');
    const flags = [...strict, ...sanitized, '-I', decoder];
    const built = spawnSync(compilers[0] ?? '', [...flags, cuts, changed, '-o', program]);
    assert.equal(built.status, 0, String(built.stderr));
    const names = readdirSync(vectors).filter((name) => name.startsWith('in-place-'));
    assert.ok(names.length > 0);
    return names.flatMap((name) =>
      ['1', '8'].map((unit) => {
        const files = ['old', 'patch', 'new'].map((part) => join(vectors, name, part));
        return spawnSync(program, [...files, unit, '1024', '4096'], { timeout: 120_000 }).status === 0;
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('integration: an update in place survives a power cut at every write and erase, and two more afterwards', (t) => {
  if (absent(t)) return;
  const source = readFileSync(join(decoder, 'image-delta.c'), 'utf8');
  assert.ok(survivesCuts(source).every((survived) => survived));
});

test('integration: without the check of journal records, or without the backup area, cuts are not survived', (t) => {
  if (absent(t)) return;
  const source = readFileSync(join(decoder, 'image-delta.c'), 'utf8');
  for (const [check, without] of [
    ['if (crc_of(0, record, 12) != word_at(record + 12)) return;', ''],
    ['if (d->step < 2 * d->made - 1) {', 'if (d->step < 2 * d->made) {'],
  ] as const) {
    assert.ok(source.includes(check), check);
    assert.ok(survivesCuts(source.replace(check, without)).includes(false), `without ${check}`);
  }
});

test('integration: the example for files makes the new image, and leaves nothing when it refuses', (t) => {
  if (absent(t)) return;
  const folder = mkdtempSync(join(tmpdir(), 'dfota-decoder-c-'));
  try {
    const program = join(folder, 'example-file');
    const sources = ['example-file.c', 'image-delta.c'].map((name) => join(decoder, name));
    const built = spawnSync(compilers[0] ?? '', [...strict, '-O2', ...sources, '-o', program]);
    assert.equal(built.status, 0, String(built.stderr));
    const made = join(folder, 'made');
    const run = (old: string, patch: string) =>
      spawnSync(program, [join(vectors, old, 'old'), join(vectors, patch, 'patch'), made]);
    assert.equal(run('thumb', 'thumb').status, 0);
    assert.ok(Buffer.compare(readFileSync(made), readVector('thumb', 'new')) === 0);
    assert.equal(run('text', 'thumb').status, 15);
    assert.ok(!existsSync(made));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
    for (const [flags, most] of [
      [['-DDFID_TWO_AREAS_ONLY'], 8192],
      [[], 9216],
    ] as const) {
      const built = spawnSync('arm-none-eabi-gcc', [
        ...strict,
        ...flags,
        ...['-Os', '-mcpu=cortex-m4', '-mthumb', '-c', join(decoder, 'image-delta.c'), '-o', object],
      ]);
      assert.equal(built.status, 0, String(built.stderr));
      const size = spawnSync('arm-none-eabi-size', [object]);
      const [code, data, bss] = (String(size.stdout).split('\n')[1] ?? '').trim().split(/\s+/).map(Number);
      t.diagnostic(`${flags.join(' ') || 'in place and two areas'}: ${code} bytes of code`);
      assert.ok(code !== undefined && code < most, `${code} bytes of code`);
      assert.deepEqual([data, bss], [0, 0], 'the decoder keeps nothing outside of its state');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
