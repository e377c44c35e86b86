import type { ByteSource } from '../../model/byte-source.js';
import { InputError } from '../../model/errors.js';
import { largestEraseBlockBytes, smallestEraseBlockBytes } from '../../model/limits/formats.js';
import { type EraseCounterHeader, headerSize, parseEraseCounter } from './headers.js';

/** How an image is cut into erase blocks. Bytes. */
export interface Geometry {
  readonly eraseBlock: number;
  readonly vidOffset: number;
  readonly dataOffset: number;
  /** Bytes of a logical erase block: the physical one without its headers. */
  readonly logicalBlock: number;
}

/** Read at a time. */
const stride = 1024 * 1024;
/** Enough for a few blocks of the largestEraseBlockBytes size; erase-block headers repeat from the start. */
const sampled = 64 * 1024 * 1024;

/**
 * Finds the size of the erase blocks of an UBI image, which nothing in it states.
 *
 * 1. Erase-counter headers (magic and CRC) are looked for at every multiple of 4 KiB of the first 64 MiB.
 * 2. Of the powers of two, those that meet the most headers are candidates: the true size and its divisors.
 *    The largestEraseBlockBytes of them is the true size, for a multiple of it meets fewer.
 * A damaged or blank block costs one header of all candidates alike. Sizes that are not powers of two are not found.
 * Throws InputError when fewer than two headers are met: even an empty image has two blocks for the volume table.
 */
export async function detectGeometry(source: ByteSource): Promise<Geometry> {
  const found = new Map<number, EraseCounterHeader>();
  const end = Math.min(source.size, sampled);
  for (let start = 0; start < end; start += stride) {
    const bytes = await source.read(start, stride);
    for (let at = 0; at + headerSize <= bytes.length; at += smallestEraseBlockBytes) {
      const header = parseEraseCounter(bytes.subarray(at, at + headerSize));
      if (typeof header !== 'string') found.set(start + at, header);
    }
  }
  const first = found.values().next().value;
  if (first === undefined || found.size < 2) {
    throw new InputError({
      code: 'ubi-no-erase-blocks',
      place: { file: source.name },
      message: 'this is not an UBI image, or it is cut short in its first blocks',
      found: found.size === 0 ? 'no erase-counter header (UBI#) with a right CRC' : 'one erase-counter header only',
      expected: 'an erase-counter header at the start of every erase block',
      remedy: 'use the file that ubinize wrote (…sysfs.ubi, NON-HLOS.ubi), not an UBIFS image or a sparse one',
    });
  }
  let eraseBlock = 0;
  let best = 0;
  for (let size = smallestEraseBlockBytes; size <= largestEraseBlockBytes; size *= 2) {
    let met = 0;
    for (const position of found.keys()) if (position % size === 0) met += 1;
    if (met >= best) {
      best = met;
      eraseBlock = size;
    }
  }
  const { vidOffset, dataOffset } = commonOffsets([...found.values()], first);
  if (dataOffset >= eraseBlock) {
    throw new InputError({
      code: 'ubi-geometry',
      place: { file: source.name },
      message: 'the headers of the erase blocks do not agree with their distance',
      found: `data offset ${dataOffset}, erase blocks of ${eraseBlock} bytes`,
    });
  }
  return { eraseBlock, vidOffset, dataOffset, logicalBlock: eraseBlock - dataOffset };
}

/** The offsets that most headers name: a single odd block must not decide for the image. */
function commonOffsets(
  headers: readonly EraseCounterHeader[],
  first: EraseCounterHeader,
): { readonly vidOffset: number; readonly dataOffset: number } {
  const votes = new Map<string, { readonly header: EraseCounterHeader; count: number }>();
  for (const header of headers) {
    const key = `${header.vidOffset}:${header.dataOffset}`;
    const vote = votes.get(key) ?? { header, count: 0 };
    vote.count += 1;
    votes.set(key, vote);
  }
  let winner = { header: first, count: 0 };
  for (const vote of votes.values()) if (vote.count > winner.count) winner = vote;
  return { vidOffset: winner.header.vidOffset, dataOffset: winner.header.dataOffset };
}
