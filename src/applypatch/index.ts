export { type ApplyOptions, applyPatch, type PatchFormat, patchFormat } from './apply.js';
export { type PatchFaultCode, PatchFormatError } from './fault.js';
export { type DeflateAgain, type DeflateParameters, deflateAgain } from './imgdiff2.js';
export { type ChunkSummary, type PatchSummary, summarisePatch } from './patch-summary.js';

/**
 * Names what the decoder makes of patches. To be raised with every change after which it may make other bytes of a patch, or
 * refuse one that it took: proofs that are kept between runs are void then.
 */
export const decoderVersion = 'applypatch-1';
