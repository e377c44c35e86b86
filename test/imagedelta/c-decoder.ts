/** Compiles the decoder in C and runs it beside the one in TypeScript. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { applyDelta } from '../../src/imagedelta/decoder/apply.js';
import type { DeltaDevice } from '../../src/imagedelta/decoder/device.js';
import { DeltaError } from '../../src/imagedelta/decoder/fault.js';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const decoder = join(root, 'src/imagedelta/decoder-c');
const harness = join(root, 'test/imagedelta/decoder-c/harness.c');
export const vectors = join(root, 'test/imagedelta/vectors');
export const strict = ['-std=c99', '-Wall', '-Wextra', '-Werror', '-Wconversion'];
export const sanitized = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
/** The place for the new image that the harness has: larger sizes would end in code 12 there, and nowhere else. */
export const roomOfHarness = 2 ** 18;
export const compilers = ['gcc', 'clang'].filter((name) => spawnSync(name, ['--version']).status === 0);

/** Options of the harness, see there. */
export const harnessOptions = {
  verifyNever: 1,
  verifyAlways: 2,
  oldBroken: 4,
  writeBroken: 8,
  shortReads: 16,
  inPieces: 32,
  writeLost: 64,
  sizeUnknown: 128,
  patchBroken: 256,
} as const;

/** Whether there is no compiler here; the test is skipped then. */
export function absent(t: TestContext): boolean {
  if (compilers.length > 0) return false;
  t.skip('NOT TESTED: neither gcc nor clang is here');
  return true;
}

export interface Pair {
  readonly old: Uint8Array;
  readonly patch: Uint8Array;
  /** The write unit of the device; 1 unless given. */
  readonly unit?: number | undefined;
  /** The same device for the TypeScript decoder. */
  readonly device?: DeltaDevice | undefined;
  readonly room?: number | undefined;
  readonly counter?: number | undefined;
  readonly product?: string | undefined;
  /** Options of the harness. */
  readonly options?: number | undefined;
}

export interface Outcome {
  readonly code: number;
  readonly writes: number;
  readonly made: Uint8Array | undefined;
}

/** Compiles the decoder with the harness and hands its path to `use`. */
export function withDecoder(
  compiler: string,
  flags: readonly string[],
  use: (program: string, folder: string) => void,
): void {
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

export function runAll(program: string, pairs: readonly Pair[]): readonly Outcome[] {
  const input = Buffer.concat(
    pairs.flatMap(({ old, patch, unit = 1, room = roomOfHarness, counter = 0, product = '', options = 0 }) => [
      ...[number(old.length), old, number(patch.length), patch],
      ...[unit, room, counter, options, Buffer.byteLength(product)].map(number),
      Buffer.from(product),
    ]),
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
function expected({ old, patch, device }: Pair): Pick<Outcome, 'code' | 'made'> {
  try {
    return { code: 0, made: applyDelta(old, patch, device) };
  } catch (error) {
    if (error instanceof DeltaError) return { code: error.code, made: undefined };
    throw error;
  }
}

/** Holds both decoders against each other and returns the codes that were seen. */
export function assertAgree(program: string, pairs: readonly Pair[]): ReadonlySet<number> {
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

export const readVector = (name: string, part: string): Uint8Array => readFileSync(join(vectors, name, part));
