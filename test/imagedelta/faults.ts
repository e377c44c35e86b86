/** Patches that are damaged, and what a decoder says of them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { DeltaError, type DeltaFaultName } from '../../src/imagedelta/decoder/fault.js';

/** The fault that applying a patch ends with, or none, where the new image must come out. */
export function faultOfApplying(apply: () => Uint8Array, fresh: Uint8Array): DeltaFaultName | 'none' {
  try {
    assert.ok(Buffer.compare(apply(), fresh) === 0, 'another image came out');
    return 'none';
  } catch (error) {
    if (error instanceof DeltaError) return error.fault;
    throw error;
  }
}

/** Where a header keeps the length of its signature: of an image delta, and of one over packed parts. */
const signatureLengthAt = { delta: 52, repack: 36 } as const;

/** The patch with bytes changed, and the header's digest made right again. */
export function resealed(
  patch: Uint8Array,
  change: (bytes: Buffer) => void,
  kind: keyof typeof signatureLengthAt = 'delta',
): Uint8Array {
  const bytes = Buffer.from(patch);
  const end = bytes.readUInt32LE(8) - bytes.readUInt16LE(signatureLengthAt[kind]) - 32;
  change(bytes);
  bytes.set(createHash('sha256').update(bytes.subarray(0, end)).digest(), end);
  return bytes;
}
