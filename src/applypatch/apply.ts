import { largestPatchResultBytes } from '../model/limits/formats.js';
import { applyBsdiff40 } from './bsdiff40.js';
import { PatchFormatError } from './fault.js';
import { applyImgdiff2, type DeflateAgain } from './imgdiff2.js';

/** What a patch may cost, and how it is read where devices differ. */
export interface ApplyOptions {
  /** Bytes; a larger target is refused before memory is taken for it. 1 GiB where not given. */
  readonly maxTargetSize?: number | undefined;
  /** Bytes; the same for the expanded form of one deflate chunk. 1 GiB where not given. */
  readonly maxExpandedSize?: number | undefined;
  /** `zero` (default): bytes outside of the source count as zero, as in the classic program. `reject`: a fault. */
  readonly outsideSource?: 'zero' | 'reject' | undefined;
  /** `check` (default): what the target does not need is looked at too, checksums and ends. `ignore`: as updaters do. */
  readonly unread?: 'check' | 'ignore' | undefined;
  /** `check` (default): a chunk's source range lies within the source. `memory`: only what is read of it must. */
  readonly chunkRange?: 'check' | 'memory' | undefined;
  /** What makes deflate streams again: deflateAgain where not given, for whoever has what that makes of some bytes already. */
  readonly deflate?: DeflateAgain | undefined;
}

/** The formats that devices know, by the first eight bytes. */
export type PatchFormat = 'BSDIFF40' | 'IMGDIFF2';

/** The format that the first eight bytes name. Throws PatchFormatError `not-a-patch`. */
export function patchFormat(patch: Uint8Array): PatchFormat {
  const magic = String.fromCharCode(...patch.subarray(0, 8));
  if (magic === 'BSDIFF40' || magic === 'IMGDIFF2') return magic;
  throw new PatchFormatError('not-a-patch', 'neither a BSDIFF40 nor an IMGDIFF2 patch');
}

/**
 * The target that `patch` makes of `source`. The patch is not trusted: time and memory are bounded by the options and
 * the sizes of patch and source, and anything wrong with it is a PatchFormatError. Whether the target is the wanted
 * one is the caller's to check, by its digest.
 */
export function applyPatch(patch: Uint8Array, source: Uint8Array, options: ApplyOptions = {}): Uint8Array<ArrayBuffer> {
  const limits = {
    maxTargetSize: options.maxTargetSize ?? largestPatchResultBytes,
    maxExpandedSize: options.maxExpandedSize ?? largestPatchResultBytes,
    outsideSource: options.outsideSource ?? 'zero',
    unread: options.unread ?? 'check',
    chunkRange: options.chunkRange ?? 'check',
    deflate: options.deflate,
  };
  const format = patchFormat(patch);
  switch (format) {
    case 'BSDIFF40':
      return applyBsdiff40(patch, source, { ...limits, mayContinue: false });
    case 'IMGDIFF2':
      return applyImgdiff2(patch, source, limits);
    default:
      return format satisfies never;
  }
}
