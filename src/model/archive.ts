import type { ProjectVersion } from './build.js';
import type { Sha256 } from './digest.js';
import type { Finding } from './finding.js';

/** A build of the archive, without its entries. */
export interface ArchivedBuild {
  /** What it is asked for by: the revision of its quectel-project-version, byte for byte. */
  readonly revision: string;
  readonly projectVersion: ProjectVersion;
  /** SHA-256 of the zip that was added, or of a folder's listing. */
  readonly digest: Sha256;
  readonly files: number;
  /** Bytes of its files, each counted as often as it is there. */
  readonly bytes: number;
}

/** What adding a build did. */
export interface ArchiveAddition {
  readonly archive: string;
  readonly origin: string;
  readonly build: ArchivedBuild;
  /** The same build was there already: only what was missing or damaged of it was written. */
  readonly known: boolean;
  /** Contents that the archive should have had: missing or damaged ones, which are whole now. */
  readonly repairedBlobs: number;
  /** Other files of the archive that were missing or damaged, and have been written anew. */
  readonly repairedFiles: readonly string[];
  /** Contents that were new to the archive. */
  readonly newBlobs: number;
  /** Bytes of all contents that were written, as they lie there. */
  readonly newBytes: number;
  readonly findings: readonly Finding[];
}

/** What is in an archive. */
export interface ArchiveListing {
  readonly archive: string;
  /** In byte order of the revision. */
  readonly builds: readonly ArchivedBuild[];
  /** Bytes that the archive takes on disk, without its manifests. */
  readonly storedBytes: number;
  readonly findings: readonly Finding[];
}

/** What re-hashing an archive showed. */
export interface ArchiveCheck {
  readonly archive: string;
  readonly builds: number;
  readonly blobs: number;
  /** Bytes that were hashed. */
  readonly bytes: number;
  /** Errors for what is missing or damaged, information for what no build needs. */
  readonly findings: readonly Finding[];
}

/** A build that was written out of an archive. */
export interface ArchiveFetch {
  readonly archive: string;
  readonly build: ArchivedBuild;
  readonly output: string;
  /** The zip: bytes, and its SHA-256. */
  readonly written: { readonly size: number; readonly sha256: Sha256 };
}
