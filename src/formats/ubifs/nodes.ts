/**
 * The nodes of UBIFS, little-endian. Every node opens with a common header of 24 bytes (magic, CRC, sequence number,
 * length, type); what follows is given by the type. Pure: bytes in, values out; `undefined` or a fault for what does not hold.
 */
import { fromBytes } from '../../model/path.js';
import { flashCrc } from '../ubi/crc.js';
import { type Key, keySize, parseKey } from './keys.js';

export const nodeMagic = 0x06101831;
export const commonSize = 24;
/** Nodes lie at multiples of 8 bytes. */
export const nodeAlignment = 8;
/** Bytes of file content in a data node, uncompressed. */
export const dataBlock = 4096;

/** The types, at the numbers that the common header gives. */
export const nodeTypes = [
  'inode',
  'data',
  'entry',
  'attribute',
  'truncation',
  'padding',
  'superblock',
  'master',
  'reference',
  'index',
  'commit-start',
  'orphan',
  'authentication',
  'signature',
] as const;
export type NodeType = (typeof nodeTypes)[number];

/** Where a node lies. Bytes. */
export interface NodeAt {
  readonly lnum: number;
  readonly offset: number;
  readonly length: number;
}

/** A node whose header and CRC hold. */
export interface RawNode {
  readonly at: NodeAt;
  readonly type: NodeType;
  readonly sequence: bigint;
  /** 0: on its own, 1: within a group that was written together, 2: the last of a group. */
  readonly group: number;
  /** The whole node. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Whether a node begins here, as every UBIFS does. */
export function isUbifs(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) === nodeMagic;
}

/** Why there is no node at some place. */
export type NodeFault = 'magic' | 'length' | 'type' | 'crc';

/** Least length of a node of each type: less cannot hold its fields. */
const leastLength: Readonly<Record<NodeType, number>> = {
  inode: 160,
  data: 48,
  entry: 57,
  attribute: 57,
  truncation: 56,
  padding: 28,
  superblock: 4096,
  master: 512,
  reference: 64,
  index: 28,
  'commit-start': 32,
  orphan: 32,
  authentication: 24,
  signature: 64,
};

/** Greatest length of the types that have one: more is no such node, and is not worth a CRC. */
const greatestLength: Readonly<Partial<Record<NodeType, number>>> = {
  inode: 160 + dataBlock,
  data: 48 + dataBlock,
  entry: 57 + 255,
  attribute: 57 + 255,
  truncation: 56,
  superblock: 4096,
  master: 512,
  reference: 64,
};

/** No inode, name, attribute or data node is longer. */
export const longestLeaf = 160 + dataBlock;

/** The length that the header at `offset` states; the header must lie within the block. */
export function statedLength(block: Uint8Array, offset: number): number {
  return new DataView(block.buffer, block.byteOffset + offset, commonSize).getUint32(16, true);
}

/** Reads the node at `offset` of a block. A node of another length than `expected`, when that is given, is not looked at. */
export function parseNode(block: Uint8Array, lnum: number, offset: number, expected?: number): RawNode | NodeFault {
  if (offset % nodeAlignment !== 0 || offset + commonSize > block.length) return 'length';
  const header = new DataView(block.buffer, block.byteOffset + offset, commonSize);
  if (header.getUint32(0, true) !== nodeMagic) return 'magic';
  const length = header.getUint32(16, true);
  if (length < commonSize || offset + length > block.length) return 'length';
  if (expected !== undefined && length !== expected) return 'length';
  const type = nodeTypes[header.getUint8(20)];
  if (type !== undefined && length > (greatestLength[type] ?? block.length)) return 'length';
  const bytes = block.subarray(offset, offset + length);
  if (flashCrc(bytes.subarray(8)) !== header.getUint32(4, true)) return 'crc';
  if (type === undefined) return 'type';
  if (length < leastLength[type]) return 'length';
  return {
    at: { lnum, offset, length },
    type,
    sequence: header.getBigUint64(8, true),
    group: header.getUint8(21),
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  };
}

export const encryptedInode = 0x40;

/** An inode. Times are seconds since 1970. */
export interface Inode {
  readonly inum: number;
  readonly size: number;
  readonly mtime: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** Type and permission bits. */
  readonly mode: number;
  readonly flags: number;
  /** Content kept in the inode: a link's text, a device's number, the value of an attribute. */
  readonly inline: Uint8Array;
}

/** Reads an inode node. */
export function parseInode(node: RawNode): Inode | undefined {
  const key = parseKey(node.view, commonSize);
  const inlineLength = node.view.getUint32(112, true);
  if (key?.type !== 'inode' || 160 + inlineLength > node.at.length) return undefined;
  return {
    inum: key.inum,
    // Past 2^53 a size is nonsense; it is caught where sizes are held against their limit.
    size: Number(node.view.getBigUint64(48, true)),
    mtime: Number(node.view.getBigUint64(72, true)),
    links: node.view.getUint32(92, true),
    uid: node.view.getUint32(96, true),
    gid: node.view.getUint32(100, true),
    mode: node.view.getUint32(104, true),
    flags: node.view.getUint32(108, true),
    inline: node.bytes.slice(160, 160 + inlineLength),
  };
}

/** A name in a directory, or of an attribute of an inode. `inum` 0 says that the name has gone. */
export interface NamedEntry {
  readonly key: Key;
  readonly inum: number;
  /** One unit a byte. */
  readonly name: string;
}

/** Reads an entry or attribute node. */
export function parseEntry(node: RawNode): NamedEntry | undefined {
  const key = parseKey(node.view, commonSize);
  const length = node.view.getUint16(50, true);
  const inum = node.view.getBigUint64(40, true);
  if (key?.type !== node.type || 56 + length >= node.at.length || inum > 0xffffffffn) return undefined;
  return { key, inum: Number(inum), name: fromBytes(node.bytes.subarray(56, 56 + length)) };
}

/** A block of a file's content as it is stored. */
export interface DataNode {
  readonly key: Key;
  /** Bytes when uncompressed. */
  readonly size: number;
  readonly compression: number;
  readonly stored: Uint8Array;
}

/** Reads a data node. */
export function parseData(node: RawNode): DataNode | undefined {
  const key = parseKey(node.view, commonSize);
  const size = node.view.getUint32(40, true);
  if (key?.type !== 'data' || size === 0 || size > dataBlock) return undefined;
  return { key, size, compression: node.view.getUint16(44, true), stored: node.bytes.subarray(48) };
}

/** A file was cut (or its size grew). */
export interface Truncation {
  readonly inum: number;
  readonly newSize: number;
}

/** Reads a truncation node. */
export function parseTruncation(node: RawNode): Truncation {
  return { inum: node.view.getUint32(24, true), newSize: Number(node.view.getBigUint64(48, true)) };
}

/** A branch of the index: where its node lies, and its least key (`undefined`: of a type that is not known). */
export interface Branch {
  readonly at: NodeAt;
  readonly key: Key | undefined;
}

/** Reads an index node; `hashSize` bytes follow each branch of an authenticated file system. */
export function parseIndex(
  node: RawNode,
  hashSize: number,
): { readonly level: number; readonly branches: readonly Branch[] } | undefined {
  const count = node.view.getUint16(24, true);
  const branchSize = 12 + keySize + hashSize;
  if (28 + count * branchSize > node.at.length) return undefined;
  const branches: Branch[] = [];
  for (let index = 0; index < count; index += 1) {
    const offset = 28 + index * branchSize;
    branches.push({
      at: {
        lnum: node.view.getUint32(offset, true),
        offset: node.view.getUint32(offset + 4, true),
        length: node.view.getUint32(offset + 8, true),
      },
      key: parseKey(node.view, offset + 12),
    });
  }
  return { level: node.view.getUint16(26, true), branches };
}
