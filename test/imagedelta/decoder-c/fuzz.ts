/** Compiles fuzz.c under the sanitizers and runs it on the vectors. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decoder, root, sanitized, strict, vectors } from '../c-decoder.js';

/** How often each code came of `count` mutated patches. Throws when the decoder did what it must not. */
export function fuzzDecoder(compiler: string, seed: number, count: number): ReadonlyMap<number, number> {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-fuzz-c-'));
  try {
    const program = join(folder, 'fuzz');
    const source = join(root, 'test/imagedelta/decoder-c/fuzz.c');
    const built = spawnSync(compiler, [...strict, ...sanitized, '-I', decoder, source, '-o', program]);
    assert.equal(built.status, 0, `${compiler}: ${built.stderr}`);
    const pairs = readdirSync(vectors).sort();
    const files = pairs.flatMap((name) => [join(vectors, name, 'old'), join(vectors, name, 'patch')]);
    const run = spawnSync(program, [String(seed), String(count), ...files]);
    assert.equal(
      run.status,
      0,
      `seed ${seed}, ${count} patches: ended with ${run.signal ?? run.status}: ${run.stderr}`,
    );
    const lines = String(run.stdout).trim().split('\n');
    return new Map(
      lines.map((line) => {
        const [code = 0, times = 0] = line.split(' ').map(Number);
        return [code, times];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
