/** Finds packed parts of an image, and tells what it costs to compare them packed. */
import { type Compression, compressionAt } from '../formats/compression/kind.js';
import { unpackStream } from '../formats/compression/unpack.js';
import { FormatError } from '../formats/format-error.js';

/** A part of an image that is a packed stream, proved by unpacking it. */
export interface PackedPart {
  readonly kind: Compression;
  readonly at: number;
  readonly length: number;
  readonly unpacked: Uint8Array;
}

/** What costs less than this packed is not worth telling. */
const shortest = 1024;
/** Places that are tried, and bytes unpacked: a magic of three bytes stands by chance once in 16 MB. */
const mostTries = 4096;
const mostUnpacked = 2 ** 28;

/** Where the magics begin: all other bytes are passed over quickly. */
const firstBytes = new Uint8Array(256);
for (const byte of [0x1f, 0xfd, 0x28, 0x02, 0x04, 0x42, 0x89, 0x5d]) firstBytes[byte] = 1;

/** An .lzma header beyond its magic: a dictionary of 2^n or 3 * 2^n bytes, a likely size, and the first byte of the coder. */
function isLzmaHeader(image: Uint8Array, at: number): boolean {
  if (at + 14 > image.length) return false;
  const view = new DataView(image.buffer, image.byteOffset + at, 14);
  const dictionary = view.getUint32(1, true);
  const odd = dictionary / (dictionary & -dictionary);
  const size = view.getBigUint64(5, true);
  return (odd === 1 || odd === 3) && (size === 2n ** 64n - 1n || size < 2n ** 31n) && view.getUint8(13) === 0;
}

/** The packed parts of an image in the order of their places. Budgets hold the work: what is beyond them is not found. */
export function findPackedParts(image: Uint8Array): readonly PackedPart[] {
  const parts: PackedPart[] = [];
  let tries = 0;
  let room = mostUnpacked;
  for (let at = 0; at + shortest <= image.length && tries < mostTries && room > 0; ) {
    const kind = firstBytes[image[at] ?? 0] === 1 ? compressionAt(image, at) : undefined;
    if (kind === undefined || (kind === 'lzma' && !isLzmaHeader(image, at))) {
      at++;
      continue;
    }
    tries++;
    const found = partAt(image, kind, at, room);
    if (found === undefined) {
      at++;
      continue;
    }
    room -= found.unpacked.length;
    parts.push(found);
    at += found.length;
  }
  return parts;
}

function partAt(image: Uint8Array, kind: Compression, at: number, limit: number): PackedPart | undefined {
  try {
    const { bytes, end } = unpackStream(kind, image.subarray(at), limit);
    return end < shortest ? undefined : { kind, at, length: end, unpacked: bytes };
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** The part of the old image that a part of the new one is compared with: of the same kind, and as many before it. */
export function oldPartOf(
  part: PackedPart,
  fresh: readonly PackedPart[],
  old: readonly PackedPart[],
): PackedPart | undefined {
  const rank = fresh.filter(({ kind, at }) => kind === part.kind && at < part.at).length;
  return old.filter(({ kind }) => kind === part.kind)[rank];
}
