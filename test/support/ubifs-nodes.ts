/**
 * Writes nodes of UBIFS, and journals into the images that mkfs.ubifs makes (which are always clean), as a kernel would
 * leave them behind. Made from the format's description alone: it shares nothing with the reader.
 */
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** A node without its common header. */
export interface NodeSpec {
  readonly type: number;
  readonly body: Buffer;
  /** 0 alone, 1 in a group, 2 last of a group. */
  readonly group?: number;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function key(inum: number, type: number, value: number): Buffer {
  return Buffer.concat([word(inum), word(((type << 29) | value) >>> 0), Buffer.alloc(8)]);
}

/** The r5 hash as a C program with signed characters works it out. */
function r5(name: Buffer): number {
  let sum = 0n;
  for (const byte of name) {
    const char = BigInt(byte < 128 ? byte : byte - 256);
    sum = BigInt.asUintN(32, sum + (char << 4n));
    sum = BigInt.asUintN(32, sum + (char >> 4n));
    sum = BigInt.asUintN(32, sum * 11n);
  }
  const hash = Number(sum & 0x1fffffffn);
  return hash <= 2 ? hash + 3 : hash;
}

export interface InodeSpec {
  readonly inum: number;
  readonly mode: number;
  readonly size?: number;
  readonly links?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly flags?: number;
  readonly inline?: Uint8Array;
}

export function inode(spec: InodeSpec): NodeSpec {
  const inline = Buffer.from(spec.inline ?? []);
  const body = Buffer.concat([
    key(spec.inum, 0, 0),
    long(0),
    long(spec.size ?? inline.length),
    long(0),
    long(0),
    long(spec.mtime ?? 0),
    word(0),
    word(0),
    word(0),
    word(spec.links ?? 1),
    word(spec.uid ?? 0),
    word(spec.gid ?? 0),
    word(spec.mode),
    word(spec.flags ?? 0),
    word(inline.length),
    Buffer.alloc(4 * 4),
    short(0),
    Buffer.alloc(26),
    inline,
  ]);
  return { type: 0, body };
}

function named(type: 2 | 3, directory: number, name: string, inum: number): NodeSpec {
  const bytes = Buffer.from(name, 'latin1');
  const head = Buffer.concat([key(directory, type, r5(bytes)), long(inum), Buffer.from([0, 0]), short(bytes.length)]);
  return { type, body: Buffer.concat([head, word(0), bytes, Buffer.alloc(1)]) };
}

/** A name in a directory; inode 0 takes it away. */
export function entry(directory: number, name: string, inum: number): NodeSpec {
  return named(2, directory, name, inum);
}

/** An attribute of an inode, whose value is in the inode `holder`. */
export function attribute(inum: number, name: string, holder: number): NodeSpec {
  return named(3, inum, name, holder);
}

/** A block of content, stored plain unless told. */
export function data(
  inum: number,
  block: number,
  content: Uint8Array,
  compression = 0,
  size = content.length,
): NodeSpec {
  return { type: 1, body: Buffer.concat([key(inum, 1, block), word(size), short(compression), short(0), content]) };
}

export function truncation(inum: number, from: number, to: number): NodeSpec {
  return { type: 4, body: Buffer.concat([word(inum), Buffer.alloc(12), long(from), long(to)]) };
}

/** The nodes as one group: all or none of them count. */
export function group(nodes: readonly NodeSpec[]): readonly NodeSpec[] {
  return nodes.map((node, index) => ({ ...node, group: index === nodes.length - 1 ? 2 : 1 }));
}

/** A whole node, padded to 8 bytes. */
export function seal(node: NodeSpec, sequence: number): Buffer {
  const length = 24 + node.body.length;
  const head = Buffer.concat([long(sequence), word(length), Buffer.from([node.type, node.group ?? 0, 0, 0])]);
  const checked = Buffer.concat([head, node.body]);
  const whole = Buffer.concat([word(0x06101831), word(~crc32(checked)), checked]);
  return Buffer.concat([whole, Buffer.alloc((8 - (whole.length % 8)) % 8)]);
}

/** Gives a node of an image its right CRC again after it was changed. */
export function reseal(image: Buffer, offset: number): void {
  const length = image.readUInt32LE(offset + 16);
  image.writeUInt32LE(~crc32(image.subarray(offset + 8, offset + length)) >>> 0, offset + 4);
}

export interface JournalOptions {
  /** Journal head: 0 garbage collector, 1 names and inodes, 2 data. */
  readonly head?: number;
  /** Sequence number of the first node; far above those of mkfs.ubifs unless told. */
  readonly sequence?: number;
  /** Says that the file system was not unmounted. */
  readonly dirty?: boolean;
}

const referenceType = 8;

/** First block of the main area, from the superblock. */
export function mainFirst(image: Buffer): number {
  return 3 + image.readUInt32LE(56) + image.readUInt32LE(60) + image.readUInt32LE(64);
}

/** The first erased block of the main area. */
export function erasedBlock(image: Buffer, blockSize: number): number {
  for (let lnum = mainFirst(image); lnum * blockSize < image.length; lnum += 1) {
    if (image.subarray(lnum * blockSize, (lnum + 1) * blockSize).every((byte) => byte === 0xff)) return lnum;
  }
  throw new Error('no erased block in the main area');
}

/** Where in a block the erased flash at its end begins. */
function endOf(image: Buffer, start: number, blockSize: number): number {
  let end = start + blockSize;
  while (end > start && image[end - 1] === 0xff) end -= 1;
  return Math.ceil(end / 8) * 8;
}

/** Appends a bud with the nodes and the log's reference to it. Returns a changed copy of the image. */
export function withJournal(
  image: Buffer,
  blockSize: number,
  nodes: readonly NodeSpec[],
  options: JournalOptions = {},
): Buffer {
  const changed = Buffer.from(image);
  const lnum = erasedBlock(changed, blockSize);
  let sequence = options.sequence ?? 1_000_000;
  const head = options.head ?? 1;
  const reference = { type: referenceType, body: Buffer.concat([word(lnum), word(0), word(head), Buffer.alloc(28)]) };
  const logBlock = changed.readUInt32LE(blockSize + 44);
  seal(reference, sequence++).copy(changed, endOf(changed, logBlock * blockSize, blockSize));
  let at = lnum * blockSize;
  for (const node of nodes) at += seal(node, sequence++).copy(changed, at);
  if (options.dirty === true) {
    for (const master of [1, 2]) {
      changed.writeUInt32LE(changed.readUInt32LE(master * blockSize + 40) | 1, master * blockSize + 40);
      reseal(changed, master * blockSize);
    }
  }
  return changed;
}
