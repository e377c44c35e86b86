/** Makes a patch over packed parts. */
import { type EncodedPatch, type EncodeOptions, type EncodePlan, encodeDelta } from '../encoder/encode.js';
import { writeRepacked } from './container.js';
import { type ExpandedImage, expandImage, type RepackPart } from './expand.js';
import type { RepackCodec } from './find-streams.js';
import type { DecisionsWanted } from './lzma/tell-lzma.js';

/** What proves that a decoder gets parts as they are told; a part that does not stand it is left packed. */
export interface RepackProofs {
  /** Whether the decoder gets text and decisions from the packed bytes. */
  readonly unpacks: (packed: Uint8Array, part: RepackPart) => boolean;
  /** Whether it gets the packed bytes from text and decisions. */
  readonly packs: (packed: Uint8Array, part: RepackPart) => boolean;
}

/** Both images with their parts unpacked. */
export interface ExpandedPair {
  readonly old: ExpandedImage;
  readonly fresh: ExpandedImage;
}

/**
 * Unpacks what both sides allow. For a price, decisions of the new image that are few are not looked for. A device that does not work out
 * decisions of the old image, as the decoder in C, takes patches with `oldDecisions` none.
 */
export function expandPair(
  old: Uint8Array,
  fresh: Uint8Array,
  codecs: readonly RepackCodec[],
  proofs: RepackProofs,
  decisions: DecisionsWanted = 'all',
  oldDecisions: DecisionsWanted = 'if many',
): ExpandedPair {
  const bytesOf = (image: Uint8Array, { offset, packedLength }: RepackPart): Uint8Array =>
    image.subarray(offset, offset + packedLength);
  const expandedNew = expandImage(fresh, codecs, (part) => proofs.packs(bytesOf(fresh, part), part), decisions);
  // Without a part of the new image there is nothing to gain.
  const ofOld = expandedNew.parts.length === 0 ? [] : codecs;
  const expandedOld = expandImage(old, ofOld, (part) => proofs.unpacks(bytesOf(old, part), part), oldDecisions);
  return { old: expandedOld, fresh: expandedNew };
}

/** A patch over packed parts, and the image delta in it. */
export interface EncodedRepack {
  readonly patch: Uint8Array;
  readonly inner: EncodedPatch;
}

/** The patch; the same input and plan give the same bytes. The plan is for two areas. */
export function encodeRepacked(
  old: Uint8Array,
  fresh: Uint8Array,
  expanded: ExpandedPair,
  plan: EncodePlan,
  options: EncodeOptions = {},
): EncodedRepack {
  const { signatureLength } = plan;
  const innerPlan: EncodePlan = { ...plan, inPlace: false, downwards: false, signatureLength: 0, sign: undefined };
  const inner = encodeDelta(expanded.old.bytes, expanded.fresh.bytes, innerPlan, options);
  const patch = writeRepacked({
    old,
    fresh,
    expandedOld: expanded.old,
    expandedNew: expanded.fresh,
    inner: inner.patch,
    signatureLength,
  });
  return { patch, inner };
}
