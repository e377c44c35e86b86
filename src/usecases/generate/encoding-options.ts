import type { BsdiffEffort } from '../../encode/bsdiff/bsdiff.js';

/** The encoders by name. */
export type EngineName = 'dfota' | 'bsdiff-node';

/** How patches are made. */
export interface EncodingOptions {
  readonly effort: BsdiffEffort;
  /** Who makes the patches: our encoders, or the package bsdiff-node, which is installed apart. Ours without it. */
  readonly engine?: EngineName | undefined;
  /** Every file and image that changes travels whole: for sources too old for a patch to pay. */
  readonly whole?: boolean | undefined;
  /** Worker threads; the bytes do not depend on it. */
  readonly jobs?: number | undefined;
  /** Bytes that the whole process may take: what cannot keep to it is refused before anything is made. */
  readonly memory?: number | undefined;
  /** Folder of the patch cache, which must be possible, or the address of a shared one. What comes out is proved before it is used. */
  readonly cache?: string | undefined;
  /** Nothing is put into that cache. */
  readonly cacheReadOnly?: boolean | undefined;
  /** Folder of the patch cache where none is named; when it cannot be made, nothing is kept, and a finding says so. */
  readonly defaultCache?: string | undefined;
}
