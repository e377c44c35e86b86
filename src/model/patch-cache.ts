import type { Sha256 } from './digest.js';
import type { Finding } from './finding.js';

/** Keeps results by the name of what they were made from. */
export interface PatchCache {
  /** Only this user's own runs write into it. What others may have written must be proved before it is used. */
  readonly own: boolean;
  /** The bytes that were put under this key, or undefined. What is damaged is not there. */
  readonly get: (key: Sha256) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Whether get() would probably give something: asked where the bytes are not needed. */
  readonly has: (key: Sha256) => Promise<boolean>;
  /** Keeps the bytes; a cache that cannot is no error, for it only saves time. */
  readonly put: (key: Sha256, bytes: Uint8Array) => Promise<void>;
  /** What get() gave is not what the key stands for: it is told, and the next put() replaces it. */
  readonly reject: (key: Sha256) => Promise<void>;
  /** Takes away what was not used for longest, until the limit is kept. */
  readonly trim: () => Promise<void>;
  /** What went wrong so far, as warnings: a cache that fails costs time and nothing else. */
  readonly findings: () => readonly Finding[];
  /** Contents by their own digest, where the cache is one of several machines. */
  readonly contents?: SharedContents | undefined;
  /** Turns of those who share the cache within this process, where there are several. */
  readonly turns?: Turns | undefined;
}

/** Who works on what: a second one waits, and then finds in the cache what the first has put there. */
export interface Turns {
  /** Runs the step when nobody else is at work on the key. */
  readonly take: <T>(key: Sha256, step: () => Promise<T>) => Promise<T>;
  /** Whether somebody is at work on it now. */
  readonly isTaken: (key: Sha256) => boolean;
}

/** What machines hand to each other by its digest. */
export interface SharedContents {
  /** The bytes, which have the digest and the size; undefined where they are not there. */
  readonly get: (sha256: Sha256, size: number) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Whether they are there now. */
  readonly put: (sha256: Sha256, bytes: Uint8Array) => Promise<boolean>;
}
