/** Contents of files: blocks of their own, or, where a file is smaller than a block, a share of a fragment. */

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Pack, Pieces } from './pieces.js';

/** Where a content is. */
export interface Placed {
  /** Position of its first block in the image. */
  readonly start: number;
  /** The stored size of each block, with the mark of what is not packed. */
  readonly blocks: readonly number[];
  readonly fragment: number | undefined;
  readonly fragmentOffset: number;
}

/** A block that small files share. */
export interface FragmentBlock {
  readonly start: number;
  readonly word: number;
}

/** Contents while they are written. */
export interface Contents {
  place(bytes: Uint8Array): Placed;
  /** The fragments; no content can be placed after it. */
  finish(): readonly FragmentBlock[];
}

const notPacked = 0x1000000;

/** Contents go behind what is in `image` already. Equal ones are written once. */
export function newContents(image: Pieces, blockSize: number, pack: Pack): Contents {
  const known = new Map<string, Placed>();
  const fragments: FragmentBlock[] = [];
  let shared: Uint8Array[] = [];
  let sharedBytes = 0;

  const store = (bytes: Uint8Array): number => {
    const small = pack(bytes);
    const isSmaller = small.length < bytes.length;
    image.add(isSmaller ? small : bytes);
    return isSmaller ? small.length : bytes.length | notPacked;
  };
  const closeFragment = (): void => {
    if (sharedBytes === 0) return;
    const start = image.size();
    fragments.push({ start, word: store(Buffer.concat(shared)) });
    shared = [];
    sharedBytes = 0;
  };
  const placeNew = (bytes: Uint8Array): Placed => {
    if (bytes.length === 0) return { start: 0, blocks: [], fragment: undefined, fragmentOffset: 0 };
    if (bytes.length < blockSize) {
      if (sharedBytes + bytes.length > blockSize) closeFragment();
      const fragmentOffset = sharedBytes;
      shared.push(bytes);
      sharedBytes += bytes.length;
      return { start: 0, blocks: [], fragment: fragments.length, fragmentOffset };
    }
    const start = image.size();
    const blocks: number[] = [];
    for (let at = 0; at < bytes.length; at += blockSize) blocks.push(store(bytes.subarray(at, at + blockSize)));
    return { start, blocks, fragment: undefined, fragmentOffset: 0 };
  };

  return {
    place: (bytes) => {
      const digest = createHash('sha256').update(bytes).digest('hex');
      const placed = known.get(digest) ?? placeNew(bytes);
      known.set(digest, placed);
      return placed;
    },
    finish: () => {
      closeFragment();
      return fragments;
    },
  };
}
