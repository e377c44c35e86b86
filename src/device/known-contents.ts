/**
 * What is known of contents before the package runs, so that nothing is made twice in one run: an injected port, and a
 * verification that is given none works everything out itself. Why this hides no mistake: docs/decisions/0028-known-outcomes.md.
 */
import type { Content } from '../model/build.js';
import type { Sha1 } from '../model/digest.js';

/** Outcomes of patches, and bytes by digest. Both are asked with digests of what the finished package really holds. */
export interface KnownContents {
  /**
   * What the decoder in `applypatch/` has made of that source with that patch, reading it as strictly as it can;
   * `undefined`: it has to be made. Without this function the package's patches are all applied before the run.
   */
  readonly outcome?: ((patch: Sha1, source: Sha1) => Content | undefined) | undefined;
  /** Bytes of that digest, from wherever they lie; the device holds them against it. `undefined`: they have to be made. */
  read(content: Content): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Nothing is known. */
export const nothingKnown: KnownContents = { read: () => Promise.resolve(undefined) };
