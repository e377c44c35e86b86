/** Patches made by hand, with Debian's bzip2, so that anything can be wrong with them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PatchFormatError } from '../../src/applypatch/fault.js';
import { compressBzip2 } from '../../src/encode/bsdiff/bzip2.js';
import { Bzip2Error } from '../../src/formats/compression/bzip2-error.js';
import { without } from '../support/tools.js';

/** Compresses with the foreign tool; without it with dfota's own encoder at level 9, so that patches can be made by hand everywhere. */
export function bzip2(bytes: Uint8Array, level = 9): Buffer {
  if (without('bzip2') !== false) return Buffer.from(compressBzip2(bytes, { level: 9, effort: 'plain' }));
  const { stdout, status } = spawnSync('bzip2', [`-${level}c`], { input: bytes, maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error('bzip2 failed');
  return stdout;
}

/** A number in sign and magnitude, as BSDIFF40 has them. */
export function signed(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  const magnitude = value < 0 ? -BigInt(value) : BigInt(value);
  bytes.writeBigUInt64LE(magnitude | (value < 0 ? 1n << 63n : 0n));
  return bytes;
}

export interface HandMade {
  readonly triples?: readonly (readonly [add: number | bigint, copy: number | bigint, seek: number | bigint])[];
  readonly diff?: Uint8Array;
  readonly extra?: Uint8Array;
  readonly targetSize?: number | bigint;
  /** Compressed blocks in place of the right ones. */
  readonly controlBlock?: Uint8Array;
  readonly diffBlock?: Uint8Array;
  readonly extraBlock?: Uint8Array;
  readonly controlBytes?: number | bigint;
  readonly diffBytes?: number | bigint;
}

/** A BSDIFF40 patch of just these parts. */
export function bsdiff40(parts: HandMade): Buffer {
  const control = parts.controlBlock ?? bzip2(Buffer.concat((parts.triples ?? []).flat().map(signed)));
  const diff = parts.diffBlock ?? bzip2(parts.diff ?? Buffer.alloc(0));
  const extra = parts.extraBlock ?? bzip2(parts.extra ?? Buffer.alloc(0));
  return Buffer.concat([
    Buffer.from('BSDIFF40'),
    signed(parts.controlBytes ?? control.length),
    signed(parts.diffBytes ?? diff.length),
    signed(parts.targetSize ?? 0),
    control,
    diff,
    extra,
  ]);
}

/** The patch of the classic program. */
export function debianBsdiff(source: Uint8Array, target: Uint8Array): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-test-'));
  try {
    const [a, b, p] = ['a', 'b', 'p'].map((name) => join(folder, name));
    if (a === undefined || b === undefined || p === undefined) throw new Error('no names');
    writeFileSync(a, source);
    writeFileSync(b, target);
    if (spawnSync('bsdiff', [a, b, p]).status !== 0) throw new Error('bsdiff failed');
    return readFileSync(p);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Bytes that look like nothing, the same for the same seed. */
export function noise(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    bytes[i] = state >>> 11;
  }
  return bytes;
}

/** Bytes that a compressor likes: words out of a small dictionary. */
export function prose(size: number, seed: number): Buffer {
  const dictionary = noise(4096, seed);
  const choice = noise(size, seed + 1);
  const bytes = Buffer.alloc(size);
  let at = 0;
  for (let i = 0; at < size; i += 2) {
    const from = ((choice[i] ?? 0) * 16) % 4000;
    const length = 3 + ((choice[i + 1] ?? 0) % 20);
    at += dictionary.copy(bytes, at, from, from + length);
  }
  return bytes;
}

/** Whether a foreign tool of this name is there. */
export function hasTool(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/** Runs code that has to throw an error of a patch or of a bzip2 stream, and gives its code. */
export function faultOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PatchFormatError || error instanceof Bzip2Error) return String(error.code);
    throw error;
  }
  return 'none';
}
