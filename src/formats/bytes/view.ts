import { Buffer } from 'node:buffer';
import { displayName } from '../../model/path.js';
import { FormatError } from '../format-error.js';

/** Reads numbers and strings at checked offsets; throws {@link FormatError} rather than reading outside. */
export interface View {
  readonly size: number;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  /** Throws when the value does not fit a safe integer: no offset or size in a file can be that large. */
  u64(at: number): number;
  /** A part without copying. */
  slice(at: number, length: number): Uint8Array;
  /** Bytes up to a NUL or `limit`, as text for people. */
  text(at: number, limit: number): string;
}

/** A view of bytes in one byte order. */
export function viewOf(bytes: Uint8Array, littleEndian: boolean): View {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const need = (at: number, length: number): void => {
    if (!Number.isSafeInteger(at) || at < 0 || length < 0 || at + length > bytes.length) {
      throw new FormatError(`a field of ${length} bytes at ${at} lies outside of the file of ${bytes.length} bytes`);
    }
  };
  return {
    size: bytes.length,
    u8(at) {
      need(at, 1);
      return data.getUint8(at);
    },
    u16(at) {
      need(at, 2);
      return data.getUint16(at, littleEndian);
    },
    u32(at) {
      need(at, 4);
      return data.getUint32(at, littleEndian);
    },
    u64(at) {
      need(at, 8);
      const value = data.getBigUint64(at, littleEndian);
      if (value > BigInt(Number.MAX_SAFE_INTEGER))
        throw new FormatError(`the number at ${at} is beyond any file: ${value}`);
      return Number(value);
    },
    slice(at, length) {
      need(at, length);
      return bytes.subarray(at, at + length);
    },
    text(at, limit) {
      need(at, 0);
      const end = Math.min(bytes.length, at + limit);
      const nul = bytes.subarray(at, end).indexOf(0);
      return textOf(bytes.subarray(at, nul < 0 ? end : at + nul));
    },
  };
}

/** Bytes as text for people. */
export function textOf(bytes: Uint8Array): string {
  return displayName(bufferOf(bytes).toString('latin1'));
}

/** The same bytes as a Buffer, not copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether the bytes at `at` are those of the byte-string. */
export function startsWith(bytes: Uint8Array, magic: string, at = 0): boolean {
  if (at + magic.length > bytes.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}

/** Hex digits of bytes. */
export function hexOf(bytes: Uint8Array): string {
  return bufferOf(bytes).toString('hex');
}
