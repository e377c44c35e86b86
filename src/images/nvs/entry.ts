/** Entries of 32 bytes, with their check sums. */

import { Buffer } from 'node:buffer';
import type { NvsType } from '../../model/nvs.js';

/** Bytes of an entry. */
export const entryBytes = 32;

/** The number of a type in the flash. */
export const typeNumbers: Readonly<Record<NvsType | 'blob chunk' | 'blob index', number>> = {
  u8: 0x01,
  i8: 0x11,
  u16: 0x02,
  i16: 0x12,
  u32: 0x04,
  i32: 0x14,
  u64: 0x08,
  i64: 0x18,
  string: 0x21,
  blob: 0x41,
  'blob chunk': 0x42,
  'blob index': 0x48,
};

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The CRC-32 of the device: as zlib's, but begun with 0xFFFFFFFF as the sum so far. */
export function checkSum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) for (const byte of part) sum = (table[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return ~sum >>> 0;
}

/** What stands in an entry. */
export interface EntryFields {
  readonly namespace: number;
  readonly type: number;
  /** Entries that it takes with its data. */
  readonly span: number;
  /** The number of a chunk; 0xFF for what is none. */
  readonly chunk: number;
  readonly key: string;
  /** The last bytes; what is missing of eight is filled up with 0xFF. */
  readonly data: Uint8Array;
}

/** The bytes of an entry. */
export function entryOf({ namespace, type, span, chunk, key, data }: EntryFields): Uint8Array {
  const entry = Buffer.alloc(entryBytes, 0xff);
  entry.set([namespace, type, span, chunk]);
  entry.fill(0, 8, 24);
  entry.write(key, 8, 'utf8');
  entry.set(data, 24);
  entry.writeUInt32LE(checkSum(entry.subarray(0, 4), entry.subarray(8)), 4);
  return entry;
}

/** The last eight bytes of an entry whose data follows it. */
export function dataHeader(data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(8, 0xff);
  header.writeUInt16LE(data.length, 0);
  header.writeUInt32LE(checkSum(data), 4);
  return header;
}
