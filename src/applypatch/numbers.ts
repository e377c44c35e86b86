import { PatchFormatError } from './fault.js';

function low32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function need(bytes: Uint8Array, at: number, count: number): void {
  if (at + count > bytes.length) throw new PatchFormatError('truncated', 'the patch ends inside of a header');
}

/** A little-endian signed 32-bit number. */
export function readInt32(bytes: Uint8Array, at: number): number {
  need(bytes, at, 4);
  return low32(bytes, at) | 0;
}

/** A little-endian unsigned 64-bit number; refused where it is no count of bytes of any file. */
export function readSize(bytes: Uint8Array, at: number): number {
  need(bytes, at, 8);
  const high = low32(bytes, at + 4);
  if (high >= 0x80000000) throw new PatchFormatError('negative-count', 'a length or offset is negative');
  if (high >= 0x100000) throw new PatchFormatError('count-out-of-range', 'a length or offset is beyond any file');
  return high * 0x1_0000_0000 + low32(bytes, at);
}

/** A little-endian 64-bit number in sign and magnitude: bit 63 is the sign. */
export function readSigned(bytes: Uint8Array, at: number): number {
  need(bytes, at, 8);
  const high = low32(bytes, at + 4);
  const magnitude = high & 0x7fffffff;
  if (magnitude >= 0x100000) throw new PatchFormatError('count-out-of-range', 'a number is beyond any file');
  const value = magnitude * 0x1_0000_0000 + low32(bytes, at);
  return high >= 0x80000000 ? -value : value;
}
