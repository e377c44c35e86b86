import type { Build } from '../../model/build.js';
import type { Check } from '../check.js';

/** What is known of a finished package. */
export interface PackageFacts {
  /** As the user named it. */
  readonly origin: string;
  /** Bytes of the zip. */
  readonly bytes: number;
  /** Bytes of all entries when unpacked. */
  readonly unpackedBytes: number;
  /** The bytes of its quectel-project-version, one unit a byte. */
  readonly projectVersion: string | undefined;
}

/** A check of a finished package and the build that it updates. */
export type PackageCheck = Check<{ readonly source: Build; readonly made: PackageFacts }>;
