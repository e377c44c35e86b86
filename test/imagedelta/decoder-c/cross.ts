/** Compiles cross.c and runs it on flashes of the emulator in TypeScript. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilers, decoder, root, sanitized, strict } from '../c-decoder.js';
import type { FlashRun, FlashState } from '../flash.js';

/** How the decoder in C has ended, and the CRC-32 of the image's area right before each record was written. */
export interface CrossOutcome {
  readonly code: number;
  readonly operations: number;
  readonly trace: readonly { readonly step: number; readonly crc: number }[];
}

/** Updates each flash, in place of what it holds. */
export type RunInC = (jobs: readonly (readonly [FlashState, FlashRun])[]) => readonly CrossOutcome[];

/** Compiles the decoder in C with its emulated flash. */
export function withCross(use: (run: RunInC) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-cross-c-'));
  try {
    const program = join(folder, 'cross');
    const sources = [join(root, 'test/imagedelta/decoder-c/cross.c'), join(decoder, 'image-delta.c')];
    const built = spawnSync(compilers[0] ?? '', [...strict, ...sanitized, '-I', decoder, ...sources, '-o', program]);
    assert.equal(built.status, 0, String(built.stderr));
    use((jobs) => {
      const run = spawnSync(program, { input: Buffer.concat(jobs.flatMap(inputOf)), maxBuffer: 2 ** 29 });
      assert.equal(run.status, 0, `ended with ${run.signal ?? run.status}: ${run.stderr}`);
      return readOutcomes(run.stdout, jobs);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const cellsOf = ({ image, backup, journal }: FlashState): readonly Uint8Array[] => [
  ...[image.bytes, backup.bytes, journal.bytes],
  ...[image.used, backup.used, journal.used],
];

function inputOf([state, run]: readonly [FlashState, FlashRun]): readonly Uint8Array[] {
  const { old, patch, unit, block, backup, journalRoom, newRoom, cutAt, seed } = run;
  const words = [old.length, patch.length, unit, block, backup, journalRoom, newRoom, run.faults, cutAt, seed];
  const header = Buffer.alloc(4 * words.length);
  for (const [i, word] of words.entries()) header.writeUInt32LE(word, 4 * i);
  return [header, old, patch, ...cellsOf(state)];
}

function readOutcomes(output: Buffer, jobs: readonly (readonly [FlashState, FlashRun])[]): readonly CrossOutcome[] {
  let at = 0;
  const word = (): number => {
    at += 4;
    return output.readUInt32LE(at - 4);
  };
  const outcomes = jobs.map(([state]) => {
    const [code, operations, records] = [word(), word(), word()];
    const trace = Array.from({ length: records }, () => ({ step: word(), crc: word() }));
    for (const part of cellsOf(state)) {
      part.set(output.subarray(at, at + part.length));
      at += part.length;
    }
    return { code, operations, trace };
  });
  assert.equal(at, output.length);
  return outcomes;
}
