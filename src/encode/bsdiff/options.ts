import type { WindowPacker } from './bzip2-window.js';

/** How hard to look for a smaller patch. */
export type BsdiffEffort = 'fast' | 'normal' | 'best';

/** Options of the BSDIFF40 encoder. */
export interface BsdiffOptions {
  readonly effort: BsdiffEffort;
  /** Told now and then how many bytes of the target are done, never decreasing, at the end all of them. */
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
  /** Who does some of the work besides; the bytes do not depend on it. */
  readonly mate?: WindowPacker | undefined;
}

/** A file to make a patch from or to: its bytes, or how to come by them for as long as they are copied. */
export type BsdiffInput =
  | Uint8Array
  | { readonly length: number; readonly read: (copy: (bytes: Uint8Array) => void) => void };
