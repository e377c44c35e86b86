/** Values as the device keeps them, out of what a table says. */

import { Buffer } from 'node:buffer';
import { largestNvsBlobBytes } from '../../model/limits/nvs.js';
import type { NvsType, NvsVersion } from '../../model/nvs.js';

const numbers = {
  u8: { bytes: 1, signed: false },
  i8: { bytes: 1, signed: true },
  u16: { bytes: 2, signed: false },
  i16: { bytes: 2, signed: true },
  u32: { bytes: 4, signed: false },
  i32: { bytes: 4, signed: true },
  u64: { bytes: 8, signed: false },
  i64: { bytes: 8, signed: true },
} as const;

/** The encodings of a table. */
export const nvsEncodings = [
  'u8',
  'i8',
  'u16',
  'i16',
  'u32',
  'i32',
  'u64',
  'i64',
  'string',
  'hex2bin',
  'base64',
  'binary',
] as const;

/** How a table writes a value. */
export type NvsEncoding = (typeof nvsEncodings)[number];

/** Whether a word is an encoding. */
export function isNvsEncoding(word: string): word is NvsEncoding {
  return nvsEncodings.some((name) => name === word);
}

/** A value as bytes. */
export interface NvsContent {
  readonly type: NvsType;
  readonly bytes: Uint8Array;
}

/** Why a value cannot be kept. */
export interface NvsValueFault {
  readonly code: 'nvs-value' | 'nvs-range';
  readonly message: string;
  readonly found?: string | undefined;
  readonly expected: string;
}

/** The bytes of a value, or why there are none. */
export function encodeValue(
  encoding: NvsEncoding,
  raw: Uint8Array,
  version: NvsVersion,
): { readonly content: NvsContent } | { readonly fault: NvsValueFault } {
  switch (encoding) {
    case 'string':
      return stringOf(raw, version);
    case 'binary':
      return blobOf(raw, version);
    case 'hex2bin':
      return hexOf(Buffer.from(raw).toString('latin1').trim(), version);
    case 'base64':
      return base64Of(Buffer.from(raw).toString('latin1'), version);
    default:
      return numberOf(encoding, Buffer.from(raw).toString('latin1').trim());
  }
}

function fault(code: NvsValueFault['code'], message: string, expected: string, found?: string) {
  return { fault: { code, message, expected, found: found === undefined ? undefined : shorten(found) } };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text;
}

function numberOf(encoding: keyof typeof numbers, text: string) {
  const { bytes, signed } = numbers[encoding];
  const bits = BigInt(8 * bytes);
  const [least, most] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  const expected = `a whole number from ${least} to ${most}`;
  const match = /^([+-]?)(0x[0-9a-f]{1,32}|\d{1,40})$/i.exec(text);
  if (match === null) return fault('nvs-value', `the value is no ${encoding}`, expected, text);
  const [, sign = '', digits = ''] = match;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  if (value < least || value > most) return fault('nvs-range', `the value does not fit ${encoding}`, expected, text);
  const data = Buffer.alloc(8);
  data.writeBigUInt64LE(BigInt.asUintN(64, value));
  return { content: { type: encoding, bytes: data.subarray(0, bytes) } };
}

function stringOf(raw: Uint8Array, version: NvsVersion) {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return fault('nvs-value', 'the value is no text in UTF-8', 'UTF-8, or the encoding binary');
  }
  const most = version === 1 ? 1984 : 4000;
  if (raw.length + 1 > most) {
    return fault('nvs-range', 'the string is too long', `at most ${most - 1} bytes`, `${raw.length} bytes`);
  }
  const bytes = Buffer.alloc(raw.length + 1);
  bytes.set(raw);
  return { content: { type: 'string' as const, bytes } };
}

function blobOf(bytes: Uint8Array, version: NvsVersion) {
  const most = version === 1 ? 1984 : largestNvsBlobBytes;
  if (bytes.length > most) {
    return fault(
      'nvs-range',
      'the blob is too long',
      `at most ${most} bytes in version ${version}`,
      `${bytes.length} bytes`,
    );
  }
  return { content: { type: 'blob' as const, bytes } };
}

function hexOf(text: string, version: NvsVersion) {
  const wrong = /[^0-9a-f]/i.exec(text);
  const expected = 'an even number of the digits 0 to 9 and a to f';
  if (wrong !== null) return fault('nvs-value', 'the value is not hexadecimal', expected, JSON.stringify(wrong[0]));
  if (text.length % 2 !== 0)
    return fault('nvs-value', 'a hexadecimal digit is missing', expected, `${text.length} digits`);
  return blobOf(Buffer.from(text, 'hex'), version);
}

function base64Of(text: string, version: NvsVersion) {
  const digits = text.replace(/\s+/g, '');
  const expected = 'letters, digits, + and /, in groups of four, the last one filled up with =';
  const wrong = /[^A-Za-z0-9+/=]/.exec(digits);
  if (wrong !== null) return fault('nvs-value', 'the value is not base64', expected, JSON.stringify(wrong[0]));
  if (digits.length % 4 !== 0 || !/^[^=]*={0,2}$/.test(digits)) {
    return fault('nvs-value', 'the value is not base64', expected, `${digits.length} characters`);
  }
  return blobOf(Buffer.from(digits, 'base64'), version);
}
