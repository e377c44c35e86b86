/** Inodes and listings of directories, as bytes. */

import { Buffer } from 'node:buffer';
import type { Placed } from './data.js';
import type { Place } from './pieces.js';

/** The numbers of the kinds, in inodes and in listings. */
export const typeNumbers = { directory: 1, file: 2, link: 3 } as const;

const headBytes = 16;
const none = 0xffffffff;
const largeDirectory = 8;
/** Bytes that a directory's size counts for `.` and `..`. */
const dotsBytes = 3;

function head(buffer: Buffer, type: number, mode: number, date: number, number: number): Buffer {
  buffer.writeUInt16LE(type, 0);
  buffer.writeUInt16LE(mode, 2);
  // Owner and group are the first of the table of owners: root.
  buffer.writeUInt32LE(date, 8);
  buffer.writeUInt32LE(number, 12);
  return buffer;
}

/** The inode of a file of fewer than 4 GiB. */
export function fileInode(mode: number, date: number, number: number, size: number, placed: Placed): Uint8Array {
  const buffer = head(Buffer.alloc(headBytes + 16 + 4 * placed.blocks.length), typeNumbers.file, mode, date, number);
  buffer.writeUInt32LE(placed.start, 16);
  buffer.writeUInt32LE(placed.fragment ?? none, 20);
  buffer.writeUInt32LE(placed.fragmentOffset, 24);
  buffer.writeUInt32LE(size, 28);
  for (const [index, block] of placed.blocks.entries()) buffer.writeUInt32LE(block, 32 + 4 * index);
  return buffer;
}

/** The inode of a link. */
export function linkInode(date: number, number: number, destination: string): Uint8Array {
  const buffer = head(Buffer.alloc(headBytes + 8 + destination.length), typeNumbers.link, 0o777, date, number);
  buffer.writeUInt32LE(1, 16);
  buffer.writeUInt32LE(destination.length, 20);
  buffer.write(destination, 24, 'latin1');
  return buffer;
}

/** What is said of a directory. */
export interface DirectoryFacts {
  readonly mode: number;
  readonly date: number;
  readonly number: number;
  readonly parent: number;
  /** Directories in it. */
  readonly directories: number;
  /** Its listing: where it is, and how many bytes it has. */
  readonly place: Place;
  readonly listed: number;
}

/** The inode of a directory; of the large kind where the listing has more bytes than 16 bits can say. */
export function directoryInode({ mode, date, number, parent, directories, place, listed }: DirectoryFacts): Uint8Array {
  const size = listed + dotsBytes;
  const links = 2 + directories;
  if (size <= 0xffff) {
    const buffer = head(Buffer.alloc(headBytes + 16), typeNumbers.directory, mode, date, number);
    buffer.writeUInt32LE(place.block, 16);
    buffer.writeUInt32LE(links, 20);
    buffer.writeUInt16LE(size, 24);
    buffer.writeUInt16LE(place.offset, 26);
    buffer.writeUInt32LE(parent, 28);
    return buffer;
  }
  const buffer = head(Buffer.alloc(headBytes + 24), largeDirectory, mode, date, number);
  buffer.writeUInt32LE(links, 16);
  buffer.writeUInt32LE(size, 20);
  buffer.writeUInt32LE(place.block, 24);
  buffer.writeUInt32LE(parent, 28);
  buffer.writeUInt16LE(place.offset, 34);
  buffer.writeUInt32LE(none, 36);
  return buffer;
}

/** A name in a listing. */
export interface Listed {
  readonly name: string;
  readonly kind: keyof typeof typeNumbers;
  readonly number: number;
  readonly inode: Place;
}

const namesOfHeader = 256;
const farthestNumber = 0x7fff;

/** The listing of a directory: runs of names whose inodes lie in one block, each behind a header. */
export function listingOf(names: readonly Listed[]): Uint8Array {
  const parts: Buffer[] = [];
  for (let from = 0; from < names.length; ) {
    const first = names[from];
    if (first === undefined) break;
    let to = from + 1;
    for (let next = names[to]; next !== undefined && to - from < namesOfHeader; next = names[to]) {
      if (next.inode.block !== first.inode.block || next.number - first.number > farthestNumber) break;
      to += 1;
    }
    const header = Buffer.alloc(12);
    header.writeUInt32LE(to - from - 1, 0);
    header.writeUInt32LE(first.inode.block, 4);
    header.writeUInt32LE(first.number, 8);
    parts.push(header);
    for (const { name, kind, number, inode } of names.slice(from, to)) {
      const entry = Buffer.alloc(8 + name.length);
      entry.writeUInt16LE(inode.offset, 0);
      entry.writeInt16LE(number - first.number, 2);
      entry.writeUInt16LE(typeNumbers[kind], 4);
      entry.writeUInt16LE(name.length - 1, 6);
      entry.write(name, 8, 'latin1');
      parts.push(entry);
    }
    from = to;
  }
  return Buffer.concat(parts);
}
