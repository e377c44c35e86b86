import { Buffer } from 'node:buffer';
import type { NvsItem, NvsType } from '../../model/nvs.js';

/** A value as it is shown: a string that is no UTF-8, or has no closing zero, is shown as bytes. */
export function itemOf(given: {
  readonly namespace: string;
  readonly key: string;
  readonly type: NvsType;
  readonly bytes: Uint8Array;
}): NvsItem {
  const { namespace, key, type, bytes } = given;
  return { namespace, key, type, size: bytes.length, value: shownValue(type, bytes) };
}

function shownValue(type: NvsType, bytes: Uint8Array): string | number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case 'u8':
    case 'u16':
    case 'u32':
      return buffer.readUIntLE(0, buffer.length);
    case 'i8':
    case 'i16':
    case 'i32':
      return buffer.readIntLE(0, buffer.length);
    case 'u64':
      return `${buffer.readBigUInt64LE(0)}`;
    case 'i64':
      return `${buffer.readBigInt64LE(0)}`;
    case 'string':
      return textOf(buffer);
    case 'blob':
      return buffer.toString('hex');
  }
}

function textOf(buffer: Buffer): string {
  if (buffer.at(-1) !== 0) return buffer.toString('hex');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer.subarray(0, -1));
  } catch {
    return buffer.toString('hex');
  }
}
