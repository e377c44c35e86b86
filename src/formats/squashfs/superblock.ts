/** The superblock of a squashfs: where everything is. */

import { largestSquashfsBlockBytes } from '../../model/limits/squashfs.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { type Compressor, compressorOf } from './unpack.js';

/** Bytes of the superblock. */
export const superblockBytes = 96;

/** What the superblock says. Positions are bytes from the start of the image. */
export interface Superblock {
  readonly compressor: Compressor;
  readonly blockSize: number;
  readonly inodes: number;
  readonly fragments: number;
  readonly ids: number;
  /** Position of the block and offset in it. */
  readonly root: InodeAt;
  readonly bytesUsed: number;
  readonly idTable: number;
  readonly attributeTable: number | undefined;
  readonly inodeTable: number;
  readonly directoryTable: number;
  readonly fragmentTable: number | undefined;
}

/** Where an inode is: the bytes from the start of the inode table to its block, and the offset in the unpacked block. */
export interface InodeAt {
  readonly block: number;
  readonly offset: number;
}

const none = 0xffffffffffffffffn;

/** Reads the superblock. Throws FormatError for what is no squashfs of version 4. */
export function parseSuperblock(bytes: Uint8Array): Superblock {
  const view = viewOf(bytes, true);
  const magic = view.u32(0);
  if (magic === 0x68737173) throw new FormatError('it is a squashfs in big endian, which only old versions have');
  if (magic !== 0x73717368) throw new FormatError('it does not begin as a squashfs does');
  if (bytes.length < superblockBytes) throw new FormatError('it is cut short within its superblock');
  const [major, minor] = [view.u16(28), view.u16(30)];
  if (major !== 4 || minor !== 0) throw new FormatError(`it is a squashfs of version ${major}.${minor}; 4.0 is read`);
  const blockSize = view.u32(12);
  if (blockSize < 4096 || blockSize > largestSquashfsBlockBytes || blockSize !== 2 ** view.u16(22)) {
    throw new FormatError(`its blocks of ${blockSize} bytes are none that a squashfs can have`);
  }
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const optional = (at: number): number | undefined =>
    data.getBigUint64(at, true) === none ? undefined : view.u64(at);
  return {
    compressor: compressorOf(view.u16(20)),
    blockSize,
    inodes: view.u32(4),
    fragments: view.u32(16),
    ids: view.u16(26),
    root: inodeAt(data.getBigUint64(32, true)),
    bytesUsed: view.u64(40),
    idTable: view.u64(48),
    attributeTable: optional(56),
    inodeTable: view.u64(64),
    directoryTable: view.u64(72),
    fragmentTable: optional(80),
  };
}

/** A reference as the image has it. */
export function inodeAt(reference: bigint): InodeAt {
  return { block: Number(reference >> 16n), offset: Number(reference & 0xffffn) };
}
