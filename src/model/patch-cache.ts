import type { Sha256 } from './digest.js';

/** Keeps results by the name of what they were made from. */
export interface PatchCache {
  /** The bytes that were put under this key, or undefined. What is damaged is not there. */
  readonly get: (key: Sha256) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Keeps the bytes; a cache that cannot is no error, for it only saves time. */
  readonly put: (key: Sha256, bytes: Uint8Array) => Promise<void>;
  /** Takes away what was not used for longest, until the limit is kept. */
  readonly trim: () => Promise<void>;
}
