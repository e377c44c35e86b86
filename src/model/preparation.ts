import type { Ownership, ProjectVersion } from './build.js';
import type { Code } from './codes.js';
import type { Sha256 } from './digest.js';
import type { Finding } from './finding.js';
import type { TreeKind } from './tree-entry.js';

/** Where the content of an entry of the prepared target comes from. */
export type PreparedFrom = 'source' | 'boot' | 'abl' | 'multifota' | 'rootfs' | 'modem' | 'version-file' | 'derived';

/** What becomes of a path of the source or the target. */
export type PreparedChange = 'added' | 'replaced' | 'removed';

/** A path that is not as it was in the source. */
export interface PreparedPath {
  /** One unit a byte. */
  readonly path: string;
  /** What it is in the target; for a removed one, what it was. */
  readonly kind: Extract<TreeKind, 'file' | 'link' | 'directory'>;
  readonly change: PreparedChange;
  /** Who brought it, or who made it go. */
  readonly from: PreparedFrom;
}

/** Where owners and modes of META/filesystem_config.txt come from. */
export type OwnerSource = 'owners-table' | 'image' | 'source' | 'default';

/** The plan of `dfota prepare`, and what was written if it was. */
export interface Preparation {
  readonly source: string;
  readonly output: string;
  /** The inputs by what they replace. */
  readonly inputs: readonly { readonly from: PreparedFrom; readonly input: string }[];
  /** In byte order of the path. A path whose content and kind stay is not here, wherever it came from. */
  readonly changes: readonly PreparedPath[];
  /** Entries of the target in all. */
  readonly entries: number;
  /** Entries of the target that are as they were in the source. */
  readonly unchanged: number;
  readonly versionBefore: ProjectVersion | undefined;
  readonly versionAfter: ProjectVersion | undefined;
  /** Rows of the new filesystem_config.txt by where they come from; `undefined` when there is no such file or it stays. */
  readonly owners: ReadonlyMap<OwnerSource, number> | undefined;
  readonly findings: readonly Finding[];
  /** Codes of errors that were found and accepted, in byte order. */
  readonly allowed: readonly Code[];
  /** `undefined` after a dry run. */
  readonly written: { readonly size: number; readonly sha256: Sha256 } | undefined;
}

/** Owner, mode, label and capabilities without where they come from. */
export type PlainOwnership = Omit<Ownership, 'origin'>;
