import { type BsdiffDraft, draftBsdiff } from './draft.js';
import type { BsdiffInput, BsdiffOptions } from './options.js';

export type { BsdiffEffort, BsdiffInput, BsdiffOptions } from './options.js';

/** Names this encoder's output: it changes whenever the same input and effort may give other bytes. For cache keys. */
export const bsdiffEncoderVersion = 'bsdiff-11';

/**
 * A BSDIFF40 patch that makes `target` from `source`; the same input and effort always give the same bytes.
 * No count in it is negative and no position lies outside the source. Throws a RangeError when a file is longer than
 * bsdiffLimit or both together need more memory than 32-bit addresses reach.
 */
export function encodeBsdiff(source: BsdiffInput, target: BsdiffInput, options: BsdiffOptions): Uint8Array {
  return draftBsdiff(source, target, options).finish();
}

/** A file from which the target may be made, and what its use takes beside the patch, in bytes. */
export interface BsdiffBase {
  readonly bytes: Uint8Array;
  readonly cost: number;
}

/** What came of a base: a patch, or, where another base is better by far, about how long one would be. */
export type BsdiffOutcome = { readonly patch: Uint8Array } | { readonly about: number };

/** A base is given up where its draft is larger than the smallest by more than this factor. */
const within = 1.05;

/** A patch is so much smaller than its draft at most, by measurement. */
const finishedShare = 0.92;

/** Drafts that take more memory than this together are made again when they are wanted. */
const keptMemory = 32 * 2 ** 20;

/**
 * Patches from the bases that promise the smallest, in their order. A draft of each is made, which takes less than half the
 * time of a patch, and tells their sizes apart: the patches of the others come out larger, but for a few in a thousand. At
 * effort `best` every base gets its patch. Where another patch of the target is at hand that takes `known` bytes, only what may be smaller is made.
 */
export function encodeBsdiffFromBest(
  bases: readonly BsdiffBase[],
  target: Uint8Array,
  { effort, onProgress, mate }: BsdiffOptions,
  known: number = Number.POSITIVE_INFINITY,
): readonly BsdiffOutcome[] {
  const share = (part: number) => (done: number) => onProgress?.((part * target.length + done) / (bases.length + 1));
  if (effort === 'best' || (bases.length === 1 && known === Number.POSITIVE_INFINITY)) {
    return bases.map(({ bytes }, i) => ({
      patch: encodeBsdiff(bytes, target, { effort, onProgress: bases.length === 1 ? onProgress : share(i), mate }),
    }));
  }
  let memory = 0;
  const drafts = bases.map(({ bytes, cost }, i) => {
    const draft = draftBsdiff(bytes, target, { effort, onProgress: share(i), mate });
    const size = draft.size();
    memory += draft.memory;
    const kept: BsdiffDraft | undefined = memory <= keptMemory ? draft : undefined;
    if (kept === undefined) {
      memory -= draft.memory;
      draft.drop();
    }
    return { bytes, size, full: size + cost, kept };
  });
  const least = Math.min(...drafts.map(({ full }) => full));
  return drafts.map(({ bytes, size, full, kept }) => {
    if (full > least * within || full * finishedShare > known) {
      kept?.drop();
      return { about: size };
    }
    const draft = kept ?? draftBsdiff(bytes, target, { effort, mate });
    return { patch: draft.finish() };
  });
}
