/** What encoding has proved of patches, for the proof of the package in the same run. */
import type { KnownContents } from '../../device/index.js';
import type { Content, OpenBuild } from '../../model/build.js';
import type { Sha1 } from '../../model/digest.js';
import { bytesOf } from '../verify/verify.js';

/** The decoder has made the target of the source with this patch, and its SHA-1 was the target's. */
export interface ProvedPatch {
  readonly patch: Sha1;
  readonly source: Sha1;
  readonly target: Content;
}

/** The outcomes of these patches, and the target's files by digest. */
export function knownFrom(proved: readonly ProvedPatch[], target: OpenBuild): KnownContents {
  const outcomes = new Map(proved.map((one) => [`${one.patch} ${one.source}`, one.target]));
  return { ...bytesOf(target), outcome: (patch, source) => outcomes.get(`${patch} ${source}`) };
}
