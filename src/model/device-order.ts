import type { Content } from './build.js';
import type { Sha256 } from './digest.js';
import type { ExtractFile, PatchFile, PatchPartition, WritePartition } from './operation.js';
import type { BuildPath } from './path.js';

/** The zip entry of every payload. Equal payloads share one entry. */
export interface EntryNames {
  /** Patches, by payload id. */
  readonly patches: ReadonlyMap<Sha256, string>;
  /** Whole files, by payload id. */
  readonly files: ReadonlyMap<Sha256, string>;
  /** Whole partition images, by payload id. */
  readonly images: ReadonlyMap<Sha256, string>;
  /** The folder of the zip that is unpacked into a directory to make it. */
  readonly placeholderFolder: string;
  /** The one file in that folder, under a name that neither build uses. */
  readonly placeholder: string;
}

/** A step of the patch phase. */
export type PatchStep =
  | {
      readonly kind: 'patch';
      readonly op: PatchFile;
      /** Whether the base is copied to /cache and read there, because it is needed after this patch. */
      readonly staged: boolean;
    }
  | { readonly kind: 'delete'; readonly paths: readonly BuildPath[] };

/** That a path has the target's bytes already, or the path of its base those of the base. */
export interface FileCheck {
  readonly path: BuildPath;
  readonly target: Content;
  readonly base: { readonly path: BuildPath; readonly content: Content };
}

/** Links that point to the same destination. */
export interface LinkGroup {
  readonly destination: string;
  readonly links: readonly BuildPath[];
}

/** All that the script does, in order. */
export interface DeviceOrder {
  readonly names: EntryNames;
  /** Every patched file, build.prop included, in byte order. */
  readonly patched: readonly PatchFile[];
  /**
   * What is checked of files before anything is changed, in byte order. What is patched from an updated file is checked where the source
   * has a file at its path, although nothing is read of that: a module whose files are others is not touched.
   */
  readonly checks: readonly FileCheck[];
  readonly unlinkFirst: readonly BuildPath[];
  readonly deleteTreesFirst: readonly BuildPath[];
  readonly deleteFirst: readonly BuildPath[];
  readonly makeDirectories: readonly BuildPath[];
  /** Whether anything is staged in a folder of /cache, which must be there then. */
  readonly stages: boolean;
  readonly patches: readonly PatchStep[];
  readonly partitions: readonly (PatchPartition | WritePartition)[];
  readonly deleteTreesLate: readonly BuildPath[];
  /** Files that package_extract_dir unpacks. */
  readonly extractTogether: readonly ExtractFile[];
  /** Files whose entry has another name than theirs: put in place one by one. */
  readonly extractSingly: readonly ExtractFile[];
  readonly links: readonly LinkGroup[];
  /** build.prop, the commit mark, where it changes. */
  readonly last: PatchFile | ExtractFile | undefined;
}
