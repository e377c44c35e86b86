import { compressBzip2 } from '../bsdiff/bzip2.js';
import { controlBlock } from '../bsdiff/patch-file.js';
import { type SampleSize, sample } from './sample.js';
import { type IndexedSource, indexSource, largestPiece } from './source.js';

/**
 * The encoder chooses stretches by what they cost and cuts bzip2's blocks where that pays: its patches take so much less than greedy ones,
 * by measurement of two pairs of builds (0 to 0.35). Where next to nothing is made from the source there is no choice.
 */
const encoderGain = 0.15;
const choiceFrom = 0.25;

/** What bzip2 makes no smaller than this share of it is compressed or encrypted. */
const noiseFrom = 0.99;

/** Header, and what bzip2 takes for three empty streams. */
const emptyPatch = 74;

/** What is looked at of a target, unless there is reason to look closer. */
const usualSample: SampleSize = { pieceBytes: largestPiece, fewestPieces: 16, enoughSearches: 25_000 };

/** Many small pieces: so it is known to some hundredths how much of a target is found in a source. */
export const closeSample: SampleSize = { pieceBytes: 4096, fewestPieces: 400, enoughSearches: 25_000 };

/** About how many bytes the BSDIFF40 from one file to another takes. */
export function estimatePatch(source: Uint8Array, target: Uint8Array, size: SampleSize = usualSample): number {
  const indexed = indexSource(source);
  const bytes = patchSizeOf(indexed, target, size);
  indexed.close();
  return bytes;
}

/** Which of several sources the smallest patch can be made from, by a few pieces of the target, and about how large it is. */
export function estimateBestPatch(
  sources: readonly Uint8Array[],
  target: Uint8Array,
): { readonly base: number; readonly bytes: number } | undefined {
  let best: { readonly base: number; readonly indexed: IndexedSource; readonly cost: number } | undefined;
  for (const [base, source] of sources.entries()) {
    const indexed = indexSource(source);
    const cost = sources.length === 1 ? 0 : costOf(indexed, target);
    if (best !== undefined && cost >= best.cost) {
      indexed.close();
      continue;
    }
    best?.indexed.close();
    best = { base, indexed, cost };
  }
  if (best === undefined) return undefined;
  const bytes = patchSizeOf(best.indexed, target, usualSample);
  best.indexed.close();
  return { base: best.base, bytes };
}

/** Bytes that a number of the control block takes, roughly. */
const triplesCost = 3;

function costOf(source: IndexedSource, target: Uint8Array): number {
  const { streams, share } = sample(source, target, { pieceBytes: 8192, fewestPieces: 8, enoughSearches: 5000 });
  return (streams.extra.length + triplesCost * streams.control.length) / share;
}

function patchSizeOf(source: IndexedSource, target: Uint8Array, size: SampleSize): number {
  const { streams, share } = sample(source, target, size);
  const control = compressBzip2(controlBlock(new Int32Array(streams.control)), { level: 9, effort: 'plain' });
  const diff = compressBzip2(streams.diff, { level: 1, effort: 'plain', differences: true });
  const extra = compressBzip2(streams.extra, { level: 9, effort: 'plain' });
  const made = streams.diff.length / Math.max(1, streams.diff.length + streams.extra.length);
  const kept = 1 - encoderGain * Math.min(1, made / choiceFrom);
  // No choice makes noise smaller.
  const noise = extra.length >= noiseFrom * streams.extra.length ? extra.length : 0;
  const packed = 32 + control.length + diff.length + extra.length - emptyPatch - noise;
  return Math.round(emptyPatch + (kept * Math.max(0, packed) + noise) / share);
}
