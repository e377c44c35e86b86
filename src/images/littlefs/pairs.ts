/** Directories as metadata pairs: what is in which pair, and how a pair is written. */

import { Buffer } from 'node:buffer';
import { type Directory, entryHeadBytes, frameBytes } from './tree.js';

/** The number that says: no block. */
export const noBlock = 0xffffffff;

const types = { file: 0x11, directory: 0x22, superblock: 0x2e } as const;
const headerBytes = 16;
const goesOn = 0x80000000;

/** A metadata pair before it is written: some of a directory's entries, by their index from..to. */
export interface Pair {
  readonly directory: Directory;
  readonly from: number;
  readonly to: number;
}

/** The pairs of all directories, each directory's together and parents before their children: the order of the device's own list. */
export function pairsOf(root: Directory, blockSize: number): readonly Pair[] {
  const pairs: Pair[] = [];
  const waiting = [root];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    const { entries } = directory;
    let from = 0;
    let room = blockSize - frameBytes;
    for (const [index, [name]] of entries.entries()) {
      const bytes = entryHeadBytes + name.length;
      if (bytes > room) {
        pairs.push({ directory, from, to: index });
        from = index;
        room = blockSize - frameBytes;
      }
      room -= bytes;
    }
    pairs.push({ directory, from, to: entries.length });
    for (const [, child] of [...entries].reverse()) if (child.kind === 'directory') waiting.push(child);
  }
  return pairs;
}

/** An entry as it stands in the flash. */
export function entryOf(kind: 'file' | 'directory', first: number, second: number, name: string): Uint8Array {
  const entry = Buffer.alloc(entryHeadBytes + name.length);
  entry.set([types[kind], 8, 0, name.length]);
  entry.writeUInt32LE(first, 4);
  entry.writeUInt32LE(second, 8);
  entry.write(name, entryHeadBytes, 'latin1');
  return entry;
}

/** The entry of the superblock: where the root is, and how large all is. */
export function superblockEntry(root: readonly [number, number], blockSize: number, blockCount: number): Uint8Array {
  const magic = 'littlefs';
  const entry = Buffer.alloc(24 + magic.length);
  entry.set([types.superblock, 20, 0, magic.length]);
  for (const [index, value] of [...root, blockSize, blockCount, 0x00010001].entries())
    entry.writeUInt32LE(value, 4 + 4 * index);
  entry.write(magic, 24, 'latin1');
  return entry;
}

/** What a pair says: entries, whether the directory goes on in the next pair, and the next pair of the list. */
export interface PairContent {
  readonly entries: readonly Uint8Array[];
  readonly goesOn: boolean;
  readonly tail: readonly [number, number];
}

/**
 * Writes both blocks of a pair with the same content, the second one as the newer, so that either can be lost.
 */
export function writePair(image: DataView, block: number, blockSize: number, content: PairContent): void {
  const size = content.entries.reduce((sum, { length }) => sum + length, frameBytes);
  for (const copy of [0, 1]) {
    const bytes = new Uint8Array(image.buffer, image.byteOffset + (block + copy) * blockSize, blockSize);
    const view = new DataView(bytes.buffer, bytes.byteOffset, size);
    view.setUint32(0, copy + 1, true);
    view.setUint32(4, content.goesOn ? size + goesOn : size, true);
    view.setUint32(8, content.tail[0], true);
    view.setUint32(12, content.tail[1], true);
    let at = headerBytes;
    for (const entry of content.entries) {
      bytes.set(entry, at);
      at += entry.length;
    }
    view.setUint32(at, checkSum(bytes.subarray(0, at)), true);
  }
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32, begun with all ones and not inverted at the end. */
function checkSum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (table[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return sum >>> 0;
}
