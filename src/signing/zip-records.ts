/** The zip records of what signing adds, in the one form that dfota writes: stored, mode 0644, the date of all packages. */
import { crc32 } from 'node:zlib';

/** 2009-01-01 00:00:00 as a DOS time and date. */
const time = 0;
const date = ((2009 - 1980) << 9) | (1 << 5) | 1;
const version = 20;
const madeByUnix = 0x0314;
const regularFile = 0o100644;

/** The fields that the local header and the central record share. */
function shared(name: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(version, 0);
  // Flags and method: none, stored.
  bytes.writeUInt16LE(time, 6);
  bytes.writeUInt16LE(date, 8);
  bytes.writeUInt32LE(crc32(data) >>> 0, 10);
  bytes.writeUInt32LE(data.length, 14);
  bytes.writeUInt32LE(data.length, 18);
  bytes.writeUInt16LE(name.length, 22);
  return bytes;
}

/** The local header of a stored entry, with its name. */
export function localHeader(name: string, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared(name, data), Buffer.from(name, 'latin1')]);
}

/** Its record of the central directory. */
export function centralRecord(name: string, data: Uint8Array, localOffset: number): Buffer {
  const head = Buffer.from('PK\x01\x02\0\0', 'latin1');
  head.writeUInt16LE(madeByUnix, 4);
  // Comment, disk, internal attributes, external attributes, offset.
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((regularFile << 16) >>> 0, 6);
  rest.writeUInt32LE(localOffset, 10);
  return Buffer.concat([head, shared(name, data), rest, Buffer.from(name, 'latin1')]);
}

/** The end record, without a comment. */
export function endRecord(entries: number, directorySize: number, directoryOffset: number): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.write('PK\x05\x06', 'latin1');
  bytes.writeUInt16LE(entries, 8);
  bytes.writeUInt16LE(entries, 10);
  bytes.writeUInt32LE(directorySize, 12);
  bytes.writeUInt32LE(directoryOffset, 16);
  return bytes;
}
