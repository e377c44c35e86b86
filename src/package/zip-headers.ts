/**
 * The headers of a package's zip, byte for byte: made on Unix, one date, sizes in the local headers, no data descriptors, no extra
 * fields, no zip64. Why not those of a library: docs/decisions/0006-zip-writer.md.
 */
import { Buffer } from 'node:buffer';
import { zipDate } from './zip-date.js';

/** What the headers say of an entry. */
export interface HeaderFields {
  /** One unit a byte, none above 127. */
  readonly name: string;
  readonly mode: number;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes behind the header. */
  readonly packedSize: number;
}

/** Made on Unix (3) by a program of version 2.0, which also suffices to extract. */
const madeBy = 0x0314;
const version = 20;

const regularFile = 0o100000;

/** What both headers of an entry have in common, from the version that extracts it to the length of the extra field. */
function putCommon(header: Buffer, at: number, { name, method, crc32, size, packedSize }: HeaderFields): void {
  header.writeUInt16LE(version, at);
  header.writeUInt16LE(method === 'stored' ? 0 : 8, at + 4);
  header.writeUInt32LE(zipDate, at + 6);
  header.writeUInt32LE(crc32 >>> 0, at + 10);
  header.writeUInt32LE(packedSize, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(name.length, at + 22);
}

/** What stands before the bytes of an entry. */
export function localHeader(entry: HeaderFields): Buffer {
  const header = Buffer.alloc(30 + entry.name.length);
  header.writeUInt32LE(0x04034b50, 0);
  putCommon(header, 4, entry);
  header.write(entry.name, 30, 'latin1');
  return header;
}

/** The record of the directory for an entry whose local header is at `offset`. */
export function centralHeader(entry: HeaderFields, offset: number): Buffer {
  const header = Buffer.alloc(46 + entry.name.length);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(madeBy, 4);
  putCommon(header, 6, entry);
  header.writeUInt32LE(((regularFile | entry.mode) << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  header.write(entry.name, 46, 'latin1');
  return header;
}

/** What stands at the end of a zip of so many entries, whose directory has `size` bytes and begins at `offset`. */
export function endRecord(entries: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(entries, 8);
  record.writeUInt16LE(entries, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}
