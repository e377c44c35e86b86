export { type ApplyOptions, applyPatch, type PatchFormat, patchFormat } from './apply.js';
export { type PatchFaultCode, PatchFormatError } from './fault.js';
export { type ChunkSummary, type PatchSummary, summarisePatch } from './patch-summary.js';
