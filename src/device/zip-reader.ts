/**
 * The recovery's zip reader, with its limits: it starts from the last end record, knows stored and deflated entries, takes
 * sizes from the central directory, and refuses the whole package over one name that it does not like.
 */
import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { discard } from '../model/discard.js';
import { largestFileBytes } from '../model/limits.js';
import { displayName, fromBytes } from '../model/path.js';

/** An entry of the central directory. Sizes and offsets are bytes in the file. */
export interface ZipRow {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly dataOffset: number;
  /** Made by Unix, with a symbolic link's mode. */
  readonly link: boolean;
}

/** What keeps the device from reading the package. */
export class UnreadablePackage extends Error {
  override readonly name = 'UnreadablePackage';
  /** `no-zip`: the file is none. `reader-limit`: unzip may read it, the recovery does not. `damaged`: neither does. */
  readonly reason: 'no-zip' | 'reader-limit' | 'damaged';
  constructor(reason: 'no-zip' | 'reader-limit' | 'damaged', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The package as the device reads it. Close it. */
export interface PackageReader {
  readonly size: number;
  readonly rows: ReadonlyMap<string, ZipRow>;
  /** The bytes of an entry, checked against size and CRC. Throws {@link UnreadablePackage} when they are damaged. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** What `look` makes of the same bytes, which are not to be kept. */
  look<Seen>(name: string, look: (bytes: Uint8Array) => Seen): Promise<Seen>;
  close(): Promise<void>;
}

const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
const endSize = 22;

/** Bytes that are read together where the file is read in its order: headers and most entries are shorter. */
const windowBytes = 2 ** 20;

/** Bytes of a file; `at` gives those that are surely there, until it is asked again, or throws. */
interface Bytes {
  readonly size: number;
  readonly at: (offset: number, length: number) => Buffer<ArrayBuffer>;
}

/** Reads at once: a package has thousands of short entries, and each wait for another thread costs more than the read. */
function bytesOf(fd: number, size: number): Bytes {
  const room = Buffer.allocUnsafeSlow(windowBytes);
  let start = 0;
  let have = 0;
  const fill = (buffer: Buffer<ArrayBuffer>, offset: number, length: number, least: number): number => {
    let done = 0;
    while (done < length) {
      const bytesRead = readSync(fd, buffer, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    if (done < least) throw new UnreadablePackage('damaged', `the file ends at byte ${offset + done}`);
    return done;
  };
  return {
    size,
    at: (offset, length) => {
      if (length > windowBytes) {
        const long = Buffer.allocUnsafeSlow(length);
        fill(long, offset, length, length);
        return long;
      }
      if (offset < start || offset + length > start + have) {
        const inOrder = offset >= start && offset <= start + have + windowBytes;
        have = 0;
        have = fill(room, offset, inOrder ? windowBytes : length, length);
        start = offset;
      }
      return room.subarray(offset - start, offset - start + length);
    },
  };
}

interface EndRecord {
  readonly entries: number;
  readonly directoryOffset: number;
  readonly directorySize: number;
}

function findEnd(file: Bytes): EndRecord {
  const { size } = file;
  if (size < endSize) throw new UnreadablePackage('no-zip', `a file of ${size} bytes is no zip`);
  const length = Math.min(size, endSize + 0xffff);
  const tail = file.at(size - length, length);
  for (let at = length - endSize; at >= 0; at--) {
    if (tail[at] !== 0x50 || tail.readUInt32LE(at) !== endSignature) continue;
    const end = size - length + at;
    if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 6) !== 0) {
      throw new UnreadablePackage('reader-limit', 'the zip is split over several volumes');
    }
    const entries = tail.readUInt16LE(at + 10);
    const directorySize = tail.readUInt32LE(at + 12);
    const directoryOffset = tail.readUInt32LE(at + 16);
    const locator = at >= 20 ? tail.readUInt32LE(at - 20) : 0;
    if (locator === 0x07064b50 || directoryOffset === 0xffffffff || directorySize === 0xffffffff) {
      throw new UnreadablePackage('reader-limit', 'the package is a zip64 archive, which the device does not read');
    }
    if (tail.readUInt16LE(at + 8) !== entries) {
      throw new UnreadablePackage('damaged', 'the end record counts its entries in two ways');
    }
    if (directoryOffset + directorySize > end) {
      throw new UnreadablePackage('damaged', 'the central directory reaches beyond the end record');
    }
    return { entries, directoryOffset, directorySize };
  }
  throw new UnreadablePackage('no-zip', 'no end record: the file is no zip, or is cut off');
}

function readRow(file: Bytes, directory: Buffer, at: number, bound: number): ZipRow & { next: number } {
  if (at + 46 > directory.length || directory.readUInt32LE(at) !== centralSignature) {
    throw new UnreadablePackage('damaged', `no central directory record at byte ${at} of the directory`);
  }
  const nameLength = directory.readUInt16LE(at + 28);
  const next = at + 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  if (next > directory.length) throw new UnreadablePackage('damaged', 'a central directory record is cut off');
  const name = fromBytes(directory.subarray(at + 46, at + 46 + nameLength));
  const shown = displayName(name);
  const limit = (message: string) => new UnreadablePackage('reader-limit', `entry ${shown}: ${message}`);
  const madeBy = directory.readUInt16LE(at + 4) >>> 8;
  if (madeBy !== 0 && madeBy !== 3) throw limit(`made by system ${madeBy}, the device takes 0 and 3 only`);
  if (nameLength === 0) throw limit('an empty name');
  if (/[^\x20-\x7e]/.test(name)) throw limit('a byte below 32 or above 126 in its name');
  const flags = directory.readUInt16LE(at + 8);
  if ((flags & 0x2041) !== 0) throw limit('it is encrypted');
  const method = directory.readUInt16LE(at + 10);
  if (method !== 0 && method !== 8) throw limit(`compression method ${method}, the device knows 0 and 8`);
  const packedSize = directory.readUInt32LE(at + 20);
  const size = directory.readUInt32LE(at + 24);
  const offset = directory.readUInt32LE(at + 42);
  if (size === 0xffffffff || packedSize === 0xffffffff || offset === 0xffffffff) throw limit('its sizes are zip64');
  if (method === 0 && size !== packedSize) {
    throw new UnreadablePackage('damaged', `entry ${shown} is stored, yet its sizes differ`);
  }
  if (offset + 30 > bound) throw new UnreadablePackage('damaged', `entry ${shown} starts outside of the file`);
  const local = file.at(offset, Math.min(30 + nameLength, bound - offset));
  if (local.readUInt32LE(0) !== localSignature) {
    throw new UnreadablePackage('damaged', `no local header for entry ${shown} at byte ${offset}`);
  }
  const localName = local.readUInt16LE(26);
  const dataOffset = offset + 30 + localName + local.readUInt16LE(28);
  if (dataOffset + packedSize > bound)
    throw new UnreadablePackage('damaged', `entry ${shown} reaches outside of the file`);
  if (localName !== nameLength || fromBytes(local.subarray(30)) !== name) {
    throw new UnreadablePackage('damaged', `entry ${shown} has another name in its local header`);
  }
  if (local.readUInt16LE(8) !== method) {
    throw new UnreadablePackage('damaged', `entry ${shown} has another method in its local header`);
  }
  const mode = directory.readUInt32LE(at + 38) >>> 16;
  return {
    name,
    method: method === 0 ? 'stored' : 'deflated',
    crc: directory.readUInt32LE(at + 16),
    packedSize,
    size,
    dataOffset,
    link: madeBy === 3 && (mode & 0o170000) === 0o120000,
    next,
  };
}

function readDirectory(file: Bytes): Map<string, ZipRow> {
  const head = file.size < 4 ? Buffer.alloc(4) : file.at(0, 4);
  if (head.readUInt32LE(0) !== localSignature) {
    throw new UnreadablePackage('no-zip', 'the file does not start with a local header');
  }
  const end = findEnd(file);
  // kept while rows are read
  const directory = Buffer.from(file.at(end.directoryOffset, end.directorySize));
  const rows = new Map<string, ZipRow>();
  let at = 0;
  for (let i = 0; i < end.entries; i++) {
    const { next, ...row } = readRow(file, directory, at, end.directoryOffset);
    if (rows.has(row.name)) {
      throw new UnreadablePackage('reader-limit', `two entries are named ${displayName(row.name)}`);
    }
    rows.set(row.name, row);
    at = next;
  }
  if (at !== directory.length) {
    throw new UnreadablePackage(
      'damaged',
      `the central directory holds more than the ${end.entries} entries it counts`,
    );
  }
  return rows;
}

/** What is inflated comes in one piece, unless it is very large or only said to be. */
const wholeChunk = 16 * 2 ** 20;
const leastChunk = 64;

/** The bytes of an entry, which are those of the window where it is stored: not to be kept. */
function contentOf(file: Bytes, row: ZipRow): Buffer<ArrayBuffer> {
  const shown = displayName(row.name);
  if (row.size > largestFileBytes || row.packedSize > largestFileBytes) {
    throw new UnreadablePackage('damaged', `entry ${shown} claims ${row.size} bytes, more than any module has`);
  }
  const packed = file.at(row.dataOffset, row.packedSize);
  let bytes = packed;
  if (row.method === 'deflated') {
    try {
      bytes = inflateRawSync(packed, {
        maxOutputLength: Math.max(row.size, 1),
        chunkSize: Math.max(Math.min(row.size + 1, wholeChunk), leastChunk),
      });
    } catch {
      throw new UnreadablePackage('damaged', `entry ${shown} does not inflate to the ${row.size} bytes it claims`);
    }
  }
  if (bytes.length !== row.size) {
    throw new UnreadablePackage('damaged', `entry ${shown} holds ${bytes.length} bytes instead of ${row.size}`);
  }
  if (crc32(bytes) !== row.crc) throw new UnreadablePackage('damaged', `entry ${shown} has a wrong CRC`);
  return bytes;
}

/** Opens a finished package. Throws {@link UnreadablePackage}; other errors are the file system's. */
export async function openPackage(path: string): Promise<PackageReader> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = bytesOf(file.fd, size);
    const rows = readDirectory(bytes);
    const rowOf = (name: string): ZipRow => {
      const row = rows.get(name);
      if (row === undefined) throw new Error(`the package has no entry ${displayName(name)}`);
      return row;
    };
    return {
      size,
      rows,
      read: async (name) => {
        const row = rowOf(name);
        const content = contentOf(bytes, row);
        return row.method === 'stored'
          ? new Uint8Array(content)
          : new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
      },
      look: async (name, look) => {
        const row = rowOf(name);
        const content = contentOf(bytes, row);
        const seen = look(content);
        // what was inflated is in an array of its own; the window is needed again
        if (row.method === 'deflated' || content.length > windowBytes) discard(content);
        return seen;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
