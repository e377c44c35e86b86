import type { DeflateTarget } from '../imgdiff/imgdiff.js';
import { closeSample, estimatePatch } from './patch-size.js';
import { unpackedOf } from './unpacked.js';

/** A file from which the target may be made, and what its use takes beside the patch, in bytes. */
export interface PossibleBase {
  readonly bytes: Uint8Array;
  readonly cost: number;
}

/** What an estimate said of a base: about how large a patch from it is, and whether one is to be made. */
export interface BaseEstimate {
  readonly about: number;
  readonly isLikely: boolean;
}

/** Several bases are told apart by estimate where they are so long together, in bytes: below, a draft takes no longer. */
const worthTellingApart = 6 * 2 ** 20;

/** A base is left out where its estimate is larger than the smallest by more than this factor: of two bases of one target, estimates err alike. */
const unlikelyFrom = 1.06;

/** A target of so many bytes, nearly all of them noise, is estimated before a patch of it is made. */
const worthDoubting = 2 ** 20;

/** How near to what is not worthwhile an estimate of noise may be, as a share of the target: there it is exact to about that. */
const doubt = 0.02;

/**
 * Which bases of a long target are worth a patch, by estimates that take a tenth of a patch's time; `undefined` for each where none was asked
 * for. Left out are bases from which a patch would be far larger than from another, and, for a target that is nearly all compressed or
 * encrypted, those from which it would be no smaller than `worthwhile`, a share of the target.
 */
export function likelyBases(
  bases: readonly PossibleBase[],
  target: Uint8Array,
  opened: DeflateTarget | undefined,
  worthwhile: number,
): readonly (BaseEstimate | undefined)[] {
  const length = bases.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const isNoise = target.length >= worthDoubting && bases.length > 0 && isMostlyNoise(target);
  if (!isNoise && (bases.length < 2 || length < worthTellingApart)) return bases.map(() => undefined);
  const size = isNoise ? closeSample : undefined;
  const unpacked = opened && unpackedOf(opened, size);
  const estimates = bases.map(({ bytes, cost }) => {
    const inside = unpacked?.patchFrom(bytes) ?? Number.POSITIVE_INFINITY;
    const about = Math.min(inside, estimatePatch(bytes, target, size));
    return { about, full: about + cost };
  });
  unpacked?.close();
  const least = Math.min(...estimates.map(({ full }) => full));
  return estimates.map(({ about, full }) => ({
    about,
    isLikely: full <= least * unlikelyFrom && !(isNoise && about > (worthwhile - doubt) * target.length),
  }));
}

const lookEvery = 2 ** 16;
const lookedAt = 8192;
const nearlyAll = 0.8;

/** Whether of pieces here and there nearly all have every byte about equally often. */
function isMostlyNoise(bytes: Uint8Array): boolean {
  const counts = new Uint32Array(256);
  let [pieces, noise] = [0, 0];
  for (let from = 0; from + lookedAt <= bytes.length; from += lookEvery) {
    counts.fill(0);
    for (let at = from; at < from + lookedAt; at++) {
      const byte = bytes[at] ?? 0;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
    const squares = counts.reduce((sum, count) => sum + count * count, 0);
    // Chance alone gives n x n / 256 + n.
    if ((squares - lookedAt) * 256 < (lookedAt * lookedAt * 17) / 16) noise++;
    pieces++;
  }
  return pieces > 0 && noise >= pieces * nearlyAll;
}
