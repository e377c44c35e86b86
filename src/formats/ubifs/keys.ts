import { toBytes } from '../../model/path.js';

/** What a key of the index stands for. */
export type KeyType = 'inode' | 'data' | 'entry' | 'attribute';

/** A key: the inode that it belongs to, and a block number (data) or the hash of a name (entry, attribute). */
export interface Key {
  readonly inum: number;
  readonly type: KeyType;
  readonly value: number;
}

const types: readonly KeyType[] = ['inode', 'data', 'entry', 'attribute'];
const valueMask = 0x1fffffff;

/** Bytes of a key within a node of the index. */
export const keySize = 8;

/** Reads a key (two little-endian words; 3 bits of type, 29 of block or hash); `undefined` for a type that has no leaf. */
export function parseKey(view: DataView, offset: number): Key | undefined {
  const word = view.getUint32(offset + 4, true);
  const type = types[word >>> 29];
  return type && { inum: view.getUint32(offset, true), type, value: word & valueMask };
}

/** How a file system hashes names: r5 is what is used, test is for debugging. */
export type NameHash = 'r5' | 'test';

/** The hash of a name (one unit a byte) as the key of its entry holds it: 29 bits, never 0, 1 or 2. */
export function hashName(hash: NameHash, name: string): number {
  const value = (hash === 'r5' ? r5(name) : test(name)) & valueMask;
  return value <= 2 ? value + 3 : value;
}

function r5(name: string): number {
  let sum = 0;
  for (const byte of toBytes(name)) {
    // The kernel's chars are signed here: a byte from 0x80 counts as negative.
    const char = (byte << 24) >> 24;
    sum = (sum + (char << 4)) | 0;
    sum = (sum + (char >> 4)) | 0;
    sum = Math.imul(sum, 11);
  }
  return sum >>> 0;
}

function test(name: string): number {
  const bytes = toBytes(name);
  let value = 0;
  for (let index = 0; index < Math.min(4, bytes.length); index += 1) value |= (bytes[index] ?? 0) << (8 * index);
  return value >>> 0;
}
