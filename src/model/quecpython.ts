/** Updates and backups of the files of QuecPython programs, as people and programs are told of them. */

import type { Code } from './codes.js';

/** How a list digests files: old firmware has SHA-256. */
export type QuecpythonDigest = 'crc32' | 'sha256';

/** A file that the device fetches. */
export interface QuecpythonFile {
  /** On the device. */
  readonly name: string;
  readonly url: string;
  /** In the folder of the update. */
  readonly file: string;
  readonly size: number;
  /** As the device writes it: `0x1a2b`; `undefined` of an empty file, which has none there. */
  readonly crc32: string | undefined;
  readonly sha256: string;
}

/** What to know of an update or a backup. */
export interface QuecpythonRemark {
  readonly code: Code;
  readonly name?: string | undefined;
  readonly message: string;
}

/** An update of the user's files. */
export interface QuecpythonUpdate {
  readonly output: string;
  /** In the order in which the device takes them: the list of check sums is the last. */
  readonly files: readonly QuecpythonFile[];
  /** What the program removes when the update is complete. */
  readonly deletes: readonly string[];
  readonly unchanged: number;
  readonly bytes: number;
  /** Files that the restore at the start looks after. */
  readonly listed: number;
  readonly proof: QuecpythonProof;
  readonly remarks: readonly QuecpythonRemark[];
}

/** What the simulated device did. */
export interface QuecpythonProof {
  /** Writes and removals of the update; the power was cut after each. */
  readonly steps: number;
  /** Starts until the last of them was complete. */
  readonly starts: number;
}

/** A backup of the user's files. */
export interface QuecpythonBackup {
  readonly output: string;
  readonly image: string;
  readonly size: number;
  readonly usedBlocks: number;
  readonly files: number;
  readonly listed: number;
  readonly digest: QuecpythonDigest;
  readonly sha256: string;
  readonly remarks: readonly QuecpythonRemark[];
}
