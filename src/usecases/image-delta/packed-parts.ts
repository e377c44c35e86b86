import { fitsSearch } from '../../imagedelta/encoder/covers.js';
import { type EncodePlan, encodeDelta } from '../../imagedelta/encoder/encode.js';
import { findPackedParts, oldPartOf, type PackedPart } from '../../imagedelta/packed-parts.js';
import { expandPair, type RepackProofs } from '../../imagedelta/repack/encode.js';
import type { ImageDeltaPackedPart, RepackWay } from '../../model/image-delta.js';

/** What --repack can do with which kinds. */
const ways: Readonly<Record<PackedPart['kind'], RepackWay | undefined>> = {
  gzip: 'deflate',
  lz4: 'lz4',
  'lz4-legacy': 'lz4',
  xz: 'xz',
  lzma: 'lzma',
  lzo: undefined,
  zstd: undefined,
  bzip2: undefined,
};

/** A price needs no proof. */
const unproved: RepackProofs = { packs: () => true, unpacks: () => true };

/** Where a part lies that is compared unpacked. */
interface Unpacked {
  readonly offset: number;
  readonly packedLength: number;
}

/**
 * The packed parts of the new image that are compared packed, with what each costs so, and unpacked. To compare one unpacked,
 * a device has to pack it again to the same bytes: where --repack can do that, the price has what it takes.
 */
export function packedPartsOf(
  old: Uint8Array,
  fresh: Uint8Array,
  plan: EncodePlan,
  unpacked: readonly Unpacked[],
): readonly ImageDeltaPackedPart[] {
  const parts = findPackedParts(fresh);
  const left = parts.filter(
    ({ at, length }) =>
      !unpacked.some(({ offset, packedLength }) => offset < at + length && at < offset + packedLength),
  );
  if (left.length === 0) return [];
  const oldParts = findPackedParts(old);
  const sizeOf = (from: Uint8Array, to: Uint8Array): number =>
    encodeDelta(from, to, { ...plan, product: '', signatureLength: 0, inPlace: false, downwards: false }).patch.length;
  return left.map((part) => {
    const before = oldPartOf(part, parts, oldParts);
    const told = { compression: part.kind, at: part.at, packedSize: part.length, unpackedSize: part.unpacked.length };
    if (before === undefined || !fitsSearch(before.unpacked.length, part.unpacked.length))
      return { ...told, hasOld: false, costPacked: 0, costUnpacked: 0, repack: undefined };
    const from = old.subarray(before.at, before.at + before.length);
    const to = fresh.subarray(part.at, part.at + part.length);
    const way = ways[part.kind];
    const expanded =
      way === undefined
        ? undefined
        : expandPair(from, to, [way], unproved, way === 'lzma' || way === 'xz' ? 'if many' : 'all');
    const repack = expanded === undefined || expanded.fresh.parts.length === 0 ? undefined : way;
    return {
      ...told,
      hasOld: true,
      costPacked: sizeOf(from, to),
      costUnpacked:
        expanded === undefined || repack === undefined
          ? sizeOf(before.unpacked, part.unpacked)
          : sizeOf(expanded.old.bytes, expanded.fresh.bytes),
      repack,
    };
  });
}
