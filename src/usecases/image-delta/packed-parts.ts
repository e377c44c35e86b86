import { fitsSearch } from '../../imagedelta/encoder/covers.js';
import { type EncodePlan, encodeDelta } from '../../imagedelta/encoder/encode.js';
import { findPackedParts, oldPartOf } from '../../imagedelta/packed-parts.js';
import type { ImageDeltaPackedPart } from '../../model/image-delta.js';

/**
 * The packed parts of the new image with what each costs compared packed, and unpacked. It is told, not done: to write such
 * a part the device would have to pack it again to the same bytes, and the format has no means for that yet.
 */
export function packedPartsOf(old: Uint8Array, fresh: Uint8Array, plan: EncodePlan): readonly ImageDeltaPackedPart[] {
  const parts = findPackedParts(fresh);
  if (parts.length === 0) return [];
  const oldParts = findPackedParts(old);
  const sizeOf = (from: Uint8Array, to: Uint8Array): number =>
    encodeDelta(from, to, { ...plan, product: '', signatureLength: 0, inPlace: false, downwards: false }).patch.length;
  return parts.map((part) => {
    const before = oldPartOf(part, parts, oldParts);
    const told = { compression: part.kind, at: part.at, packedSize: part.length, unpackedSize: part.unpacked.length };
    if (before === undefined || !fitsSearch(before.unpacked.length, part.unpacked.length))
      return { ...told, hasOld: false, costPacked: 0, costUnpacked: 0 };
    const packed = [old.subarray(before.at, before.at + before.length), fresh.subarray(part.at, part.at + part.length)];
    const [from = old, to = fresh] = packed;
    return {
      ...told,
      hasOld: true,
      costPacked: sizeOf(from, to),
      costUnpacked: sizeOf(before.unpacked, part.unpacked),
    };
  });
}
