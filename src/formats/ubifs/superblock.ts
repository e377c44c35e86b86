import type { EraseBlocks } from './erase-blocks.js';
import { unreadable } from './erase-blocks.js';
import type { NameHash } from './keys.js';
import { parseNode, type RawNode } from './nodes.js';
import { scanBlock } from './scan.js';

/** The superblock: what the file system is made of. Blocks are logical erase blocks. */
export interface Superblock {
  readonly nameHash: NameHash;
  readonly encrypted: boolean;
  readonly authenticated: boolean;
  /** Names are kept with a second hash (as encrypted file systems do), so that a key's hash cannot be worked out from the name. */
  readonly doubleHash: boolean;
  readonly blockSize: number;
  readonly blockCount: number;
  readonly logBlocks: number;
  /** The first block that holds files. */
  readonly mainFirst: number;
  readonly formatVersion: number;
  readonly defaultCompression: number;
  /** Bytes of the hash beside each branch of the index; 0 without authentication. */
  readonly hashSize: number;
}

/** Where the log begins: the superblock is block 0, the two copies of the master node are blocks 1 and 2. */
export const logFirst = 3;

/** Bytes of the kernel's hash algorithms, by number. */
const hashSizes: readonly number[] = [16, 16, 20, 20, 32, 48, 64, 28, 16, 20, 32, 40, 32, 48, 64, 16, 20, 24, 32, 64];
const newestFormat = 5;

function bit(flags: number, mask: number): boolean {
  return (flags & mask) !== 0;
}

/** Reads the superblock out of block 0. Throws InputError when it is missing, damaged, or of a format that is not known. */
export function parseSuperblock(name: string, block: Uint8Array | undefined): Superblock {
  const node = block && parseNode(block, 0, 0);
  if (node === undefined || typeof node === 'string') {
    const why = {
      magic: 'no UBIFS node',
      length: 'a node with an impossible length',
      type: 'a node of an unknown type',
    };
    return unreadable(
      name,
      'ubifs-superblock',
      'the superblock cannot be read',
      node === undefined ? 'block 0 is not in the image' : node === 'crc' ? 'a node with a wrong CRC' : why[node],
    );
  }
  if (node.type !== 'superblock') return unreadable(name, 'ubifs-superblock', 'block 0 holds no superblock', node.type);
  return superblockOf(name, node);
}

function superblockOf(name: string, { view }: RawNode): Superblock {
  const hash = view.getUint8(26);
  const format = view.getUint8(27);
  const flags = view.getUint32(28, true);
  const version = view.getUint32(80, true);
  const readOnlyVersion = view.getUint32(124, true);
  const unknown =
    (version > newestFormat && readOnlyVersion > 0 && `format version ${version}`) ||
    (hash > 1 && `name hash ${hash}`) ||
    (format !== 0 && `key format ${format}`);
  if (unknown) unreadable(name, 'ubifs-unsupported', 'this kind of UBIFS is not known', unknown);
  const authenticated = bit(flags, 0x20);
  const hashSize = authenticated ? hashSizes[view.getUint16(256, true)] : 0;
  if (hashSize === undefined)
    unreadable(name, 'ubifs-unsupported', 'the hash of this authenticated UBIFS is not known');
  const superblock = {
    nameHash: hash === 0 ? 'r5' : 'test',
    encrypted: bit(flags, 0x10),
    authenticated,
    doubleHash: bit(flags, 0x08),
    blockSize: view.getUint32(36, true),
    blockCount: view.getUint32(40, true),
    logBlocks: view.getUint32(56, true),
    mainFirst: logFirst + view.getUint32(56, true) + view.getUint32(60, true) + view.getUint32(64, true),
    formatVersion: version,
    defaultCompression: view.getUint16(84, true),
    hashSize,
  } as const;
  if (superblock.blockSize < 4096 || superblock.blockSize > 1 << 24 || superblock.mainFirst >= superblock.blockCount) {
    unreadable(name, 'ubifs-superblock', 'the superblock holds impossible values');
  }
  return superblock;
}

/** The master node: where the log and the root of the index are. */
export interface Master {
  readonly commit: bigint;
  readonly sequence: bigint;
  /** The file system was not unmounted: the journal holds changes, and its last writes may be torn. */
  readonly dirty: boolean;
  readonly logBlock: number;
  readonly root: { readonly lnum: number; readonly offset: number; readonly length: number };
}

/** The newest whole master node of blocks 1 and 2, and how many of the two copies had one. */
export async function readMaster(
  blocks: EraseBlocks,
): Promise<{ readonly master: Master | undefined; readonly copies: number }> {
  let newest: RawNode | undefined;
  let copies = 0;
  for (const lnum of [1, 2]) {
    const block = await blocks.read(lnum);
    if (block === undefined) continue;
    const last = scanBlock(block, lnum, 0)
      .nodes.filter(({ type }) => type === 'master')
      .at(-1);
    if (last === undefined) continue;
    copies += 1;
    if (newest === undefined || last.sequence > newest.sequence) newest = last;
  }
  if (newest === undefined) return { master: undefined, copies };
  const { view } = newest;
  const master: Master = {
    commit: view.getBigUint64(32, true),
    sequence: newest.sequence,
    dirty: (view.getUint32(40, true) & 1) !== 0,
    logBlock: view.getUint32(44, true),
    root: {
      lnum: view.getUint32(48, true),
      offset: view.getUint32(52, true),
      length: view.getUint32(56, true),
    },
  };
  return { master, copies };
}
