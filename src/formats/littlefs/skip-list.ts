/** The blocks of a file, followed from the last one back to the first. */

import type { View } from '../bytes/view.js';

/** What the blocks are in, and who has which. */
export interface Blocks {
  readonly image: View;
  readonly blockSize: number;
  /** Blocks that can be read: those that the file has whole, and not more than the superblock says. */
  readonly readable: number;
  /** Takes a block for one owner; `false` where another one has it already. */
  take(block: number): boolean;
}

/** The index of the block with the last byte of a file. Closed form: a size that lies costs no loop. */
export function lastIndex(size: number, blockSize: number): number {
  const plain = blockSize - 8;
  const guess = Math.floor((size - 1) / plain);
  if (guess === 0) return 0;
  return Math.floor((size - 1 - 4 * (ones(guess - 1) + 2)) / plain);
}

function ones(value: number): number {
  let count = 0;
  for (let left = value >>> 0; left !== 0; left = (left & (left - 1)) >>> 0) count += 1;
  return count;
}

/** Pointers at the start of the block with this index. */
export function pointersAt(index: number): number {
  let pointers = index === 0 ? 0 : 1;
  for (let left = index; left !== 0 && left % 2 === 0; left /= 2) pointers += 1;
  return pointers;
}

/** A file's blocks from its first to its last, or why they cannot be followed, and where. */
export type Followed =
  | { readonly kind: 'blocks'; readonly blocks: readonly number[]; readonly fault?: Stop | undefined }
  | { readonly kind: 'broken'; readonly fault: Stop };

/** Why following ended, at which block. */
export interface Stop {
  readonly message: string;
  readonly block?: number | undefined;
  /** Another file or directory has the block too. */
  readonly shared?: boolean | undefined;
}

/** Follows the first pointer of each block, and holds the others against what was found. */
export function followFile(blocks: Blocks, head: number, size: number): Followed {
  const { image, blockSize, readable, take } = blocks;
  const broken = (message: string, block?: number, shared = false): Followed => ({
    kind: 'broken',
    fault: { message, block, shared },
  });
  if (size === 0) return { kind: 'blocks', blocks: [] };
  const last = lastIndex(size, blockSize);
  if (last >= readable) return broken(`its size of ${size} bytes is more than the image holds`);
  const found: number[] = [];
  for (let index = last, block = head; ; index -= 1) {
    if (block < 2) return broken(`part ${index} is said to be in block ${block}, which is the superblock's`, block);
    if (block >= readable) return broken(`part ${index} is said to be in block ${block}, which is not there`, block);
    if (!take(block)) return broken(`part ${index} is in block ${block}, which something else has too`, block, true);
    found.push(block);
    if (index === 0) break;
    block = image.u32(block * blockSize);
  }
  found.reverse();
  return { kind: 'blocks', blocks: found, fault: wrongPointer(blocks, found) };
}

function wrongPointer({ image, blockSize }: Blocks, found: readonly number[]): Stop | undefined {
  for (const [index, block] of found.entries()) {
    for (let i = 1; i < pointersAt(index); i += 1) {
      const to = image.u32(block * blockSize + 4 * i);
      const right = found[index - 2 ** i];
      if (to !== right)
        return { message: `pointer ${i} of part ${index} leads to block ${to} instead of ${right}`, block };
    }
  }
  return undefined;
}

/** The content that the blocks hold. */
export function contentOf(image: View, blockSize: number, blocks: readonly number[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let done = 0;
  for (const [index, block] of blocks.entries()) {
    const skip = 4 * pointersAt(index);
    const length = Math.min(size - done, blockSize - skip);
    bytes.set(image.slice(block * blockSize + skip, length), done);
    done += length;
  }
  return bytes;
}
