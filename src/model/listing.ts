import type { Fault } from './errors.js';
import type { Finding } from './finding.js';
import type { TreeEntry } from './tree-entry.js';

/** Formats of images that have commands of their own. */
export type ImageFormat = 'littlefs';

/** What is in an input: the result of `dfota ls`. */
export interface Listing {
  /** The input as the user named it. */
  readonly origin: string;
  /** What it is, for people. */
  readonly description: string;
  /** Those that were chosen, in byte order of the path. */
  readonly entries: readonly TreeEntry[];
  /** How many entries there are in all. */
  readonly total: number;
  readonly findings: readonly Finding[];
}

/** What was written by `dfota extract`. */
export interface Extraction {
  readonly origin: string;
  readonly description: string;
  /** The folder. */
  readonly output: string;
  readonly files: number;
  readonly directories: number;
  readonly links: number;
  /** Bytes of the files. */
  readonly bytes: number;
  /** Devices, pipes and sockets: named, not made. */
  readonly special: readonly TreeEntry[];
  /** Files whose content could not be read: they are left out. */
  readonly unreadable: readonly Fault[];
  readonly findings: readonly Finding[];
}
