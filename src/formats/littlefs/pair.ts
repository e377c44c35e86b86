/** A metadata pair: two blocks, of which the newer one that is whole counts. */

import { Buffer } from 'node:buffer';
import type { View } from '../bytes/view.js';
import { flashCrc } from '../ubi/crc.js';

/** The numbers of a pair's blocks, in either order. */
export type PairAt = readonly [number, number];

/** What the valid block of a pair says. */
export interface MetadataBlock {
  /** The block that counts. */
  readonly block: number;
  readonly revision: number;
  /** The directory goes on in the next pair. */
  readonly goesOn: boolean;
  readonly tail: PairAt;
  /** Where entries begin and end. */
  readonly from: number;
  readonly to: number;
}

/** An entry of a directory. */
export interface RawEntry {
  readonly type: number;
  /** The first two numbers of what it points to. */
  readonly data: readonly [number, number];
  readonly name: string;
}

const headerBytes = 16;
const checkBytes = 4;

/** Whether the numbers stand for no pair. */
export function isNoPair([first, second]: PairAt): boolean {
  return first === 0xffffffff || second === 0xffffffff;
}

/** A single block, where its size and check sum are right. */
export function readMetadata(image: View, block: number, blockSize: number): MetadataBlock | undefined {
  const at = block * blockSize;
  if (at + headerBytes + checkBytes > image.size) return undefined;
  const word = image.u32(at + 4);
  const size = word & 0x7fffffff;
  if (size < headerBytes + checkBytes || size > blockSize || at + size > image.size) return undefined;
  const to = at + size - checkBytes;
  if (flashCrc(image.slice(at, size - checkBytes)) !== image.u32(to)) return undefined;
  return {
    block,
    revision: image.u32(at),
    goesOn: word > 0x7fffffff,
    tail: [image.u32(at + 8), image.u32(at + 12)],
    from: at + headerBytes,
    to,
  };
}

/** The block of a pair that the device takes: the newer one that is whole; `undefined` when neither is. */
export function readPair(image: View, [first, second]: PairAt, blockSize: number): MetadataBlock | undefined {
  const one = readMetadata(image, first, blockSize);
  const other = readMetadata(image, second, blockSize);
  if (one === undefined || other === undefined) return one ?? other;
  // Revisions are compared as the device does: the difference is signed, so that they may wrap around.
  return ((other.revision - one.revision) | 0) < 0 ? one : other;
}

/** The entries of a block in their order; the last element is a message where they end in something that is none. */
export function entriesOf(image: View, { from, to }: MetadataBlock): readonly (RawEntry | string)[] {
  const entries: (RawEntry | string)[] = [];
  for (let at = from; at < to; ) {
    if (at + 12 > to) {
      entries.push(`${to - at} bytes behind the last entry are none`);
      break;
    }
    const [elen, alen, nlen] = [image.u8(at + 1), image.u8(at + 2), image.u8(at + 3)];
    const end = at + 4 + elen + alen + nlen;
    if (elen < 8 || end > to) {
      entries.push(elen < 8 ? `an entry has ${elen} bytes of data, 8 are needed` : 'an entry goes beyond its block');
      break;
    }
    const name = Buffer.from(image.slice(end - nlen, nlen)).toString('latin1');
    entries.push({ type: image.u8(at), data: [image.u32(at + 4), image.u32(at + 8)], name });
    at = end;
  }
  return entries;
}
