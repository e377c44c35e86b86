/** Chooses between a patch of the images as they are and one over their packed parts. */
import { fitsSearch } from '../../imagedelta/encoder/covers.js';
import { type EncodedPatch, type EncodePlan, encodeDelta } from '../../imagedelta/encoder/encode.js';
import { encodeRepacked, expandPair } from '../../imagedelta/repack/encode.js';
import type { RepackPart } from '../../imagedelta/repack/expand.js';
import type { ImageDeltaRepackOutcome, RepackWay } from '../../model/image-delta.js';
import { repackProofs } from './repack-proofs.js';

/** What is told of a patch, whichever it is. */
export type ChosenPatch = Pick<EncodedPatch, 'patch' | 'covers' | 'content' | 'payload'>;

/** The smaller patch, and what came of the parts. */
export interface Smallest {
  readonly chosen: ChosenPatch;
  readonly outcome: ImageDeltaRepackOutcome | undefined;
  /** Parts of the new image that are compared unpacked. */
  readonly parts: readonly RepackPart[];
}

/** Makes both patches where parts of these kinds are found, and keeps the smaller one. */
export function makeSmallest(
  old: Uint8Array,
  fresh: Uint8Array,
  plan: EncodePlan,
  ways: readonly RepackWay[],
  onProgress: (done: number, total: number) => void,
): Smallest {
  if (ways.length === 0) {
    return { chosen: encodeDelta(old, fresh, plan, { onProgress }), outcome: undefined, parts: [] };
  }
  const plain = encodeDelta(old, fresh, plan, { onProgress: (done, total) => onProgress(done, 2 * total) });
  const expanded = expandPair(old, fresh, ways, repackProofs);
  const refused = [
    ...expanded.old.refused.map((part) => ({ image: 'old' as const, ...part })),
    ...expanded.fresh.refused.map((part) => ({ image: 'new' as const, ...part })),
  ].map(({ image, codec, offset, packedLength }) => ({ image, codec, at: offset, packedSize: packedLength }));
  const plainSize = plain.patch.length;
  if (expanded.fresh.parts.length === 0 || !fitsSearch(expanded.old.bytes.length, expanded.fresh.bytes.length))
    return { chosen: plain, outcome: { used: false, plainSize, repackedSize: undefined, refused }, parts: [] };
  const { patch, inner } = encodeRepacked(old, fresh, expanded, plan, {
    onProgress: (done, total) => onProgress(total + done, 2 * total),
  });
  const used = patch.length < plainSize;
  const outcome = { used, plainSize, repackedSize: patch.length, refused };
  return used
    ? { chosen: { ...inner, patch }, outcome, parts: expanded.fresh.parts }
    : { chosen: plain, outcome, parts: [] };
}
