import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';
import { constants, inflateRawSync } from 'node:zlib';
import type { PackedPlace } from '../../model/packed-place.js';

/**
 * The first bytes of an entry of an open zip, `length` of them or more, fewer only where the entry has no more; without reading the rest, so nothing is
 * checked. `undefined` where they cannot be had in this way.
 */
export function readHead({ fd, record }: PackedPlace, length: number): Uint8Array<ArrayBuffer> | undefined {
  const { method, size, compressedSize, dataStart } = record;
  const packed = Buffer.allocUnsafeSlow(Math.min(length, compressedSize));
  for (let have = 0; have < packed.length; ) {
    const count = readSync(fd, packed, have, packed.length - have, dataStart + have);
    if (count === 0) return undefined;
    have += count;
  }
  if (method === 'stored') return packed;
  try {
    // What was read of the stream ends in the middle of it. It expands to more than it is, or hardly to less.
    const head = inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 4 * Math.max(64, length) });
    return head.length >= Math.min(size, length) ? head : undefined;
  } catch {
    return undefined;
  }
}
