import type { Finding } from './finding.js';

/** An entry of a patch cache. */
export interface CachedEntry {
  readonly key: string;
  readonly bytes: number;
  /** When it was last used, ISO 8601 in UTC. */
  readonly used: string;
}

/** What is in a patch cache. */
export interface CacheListing {
  readonly cache: string;
  readonly bytes: number;
  /** The last used first. */
  readonly entries: readonly CachedEntry[];
}

/** What was taken out of a patch cache. */
export interface CachePruning {
  readonly cache: string;
  readonly removedEntries: number;
  readonly removedBytes: number;
  readonly keptEntries: number;
  readonly keptBytes: number;
}

/** What re-hashing a patch cache showed. */
export interface CacheCheck {
  readonly cache: string;
  readonly entries: number;
  readonly bytes: number;
  /** An error for each entry that is not whole. */
  readonly findings: readonly Finding[];
}
