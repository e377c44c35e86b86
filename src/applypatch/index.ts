export { type ApplyOptions, applyPatch, type PatchFormat, patchFormat } from './apply.js';
export { type PatchFaultCode, PatchFormatError } from './fault.js';
export { type ChunkSummary, inspectPatch, type PatchSummary } from './inspect.js';
