import type { Content } from './build.js';
import type { Sha256 } from './digest.js';
import type { BuildPath } from './path.js';

/** A partition as the script names it. */
export interface PartitionName {
  readonly type: 'MTD' | 'EMMC';
  /** `boot`, or a block device path without a colon. */
  readonly device: string;
}

/** How a base relates to its target. An `updated` one is a file of the target build, which the same package has patched by then. */
export type BaseKind = 'same-path' | 'same-content' | 'renamed' | 'similar' | 'unrelated' | 'updated';

/** A file that a target may be patched from: one of the source, unless its kind is `updated`. */
export interface Base {
  readonly path: BuildPath;
  readonly content: Content;
  readonly kind: BaseKind;
  /** Whether the base is still on the device, unchanged, when the update is done: it then must not be lost on the way. */
  readonly stays: boolean;
}

/** Encoded bytes, kept outside of the plan. Two operations with the same payload share one zip entry. */
export interface Payload {
  /** SHA-256 of the bytes as they stand in the package. */
  readonly id: Sha256;
  /** Bytes before the zip's own compression. */
  readonly size: number;
  /** Bytes that it takes in the package, without its zip headers. */
  readonly packageBytes: number;
}

/** One way in which a path could have travelled, and what it would have cost in the package. */
export interface Alternative {
  readonly method: 'BSDIFF40' | 'IMGDIFF2' | 'identity' | 'whole';
  readonly base?: BuildPath | undefined;
  readonly packageBytes: number;
}

/** Takes away what the source has at a path. */
export interface DeleteFile {
  readonly kind: 'delete-file';
  readonly path: BuildPath;
}

/** Takes away a link of the source. */
export interface DeleteLink {
  readonly kind: 'delete-link';
  readonly path: BuildPath;
}

/** Takes away a directory of the source with everything below it. */
export interface DeleteDirectory {
  readonly kind: 'delete-directory';
  readonly path: BuildPath;
}

export interface MakeDirectory {
  readonly kind: 'make-directory';
  readonly path: BuildPath;
}

/** Makes a link, also where another link was. */
export interface MakeLink {
  readonly kind: 'make-link';
  readonly path: BuildPath;
  readonly destination: string;
}

/** A file that is to be encoded: from one of the bases, if that is smaller than sending it whole. No base: whole. */
export interface EncodeFile {
  readonly kind: 'encode-file';
  readonly path: BuildPath;
  readonly target: Content;
  /** No two of them have the same path. */
  readonly bases: readonly Base[];
  /** The bases where an updated one is not to be had, because that file travels whole itself. */
  readonly otherwise?: readonly Base[] | undefined;
}

/** A partition image that is to be encoded. Without a source, or with `whole`, it travels whole. */
export interface EncodePartition {
  readonly kind: 'encode-partition';
  readonly path: BuildPath;
  readonly partition: PartitionName;
  readonly source?: Content | undefined;
  readonly target: Content;
  readonly whole: boolean;
}

/** A file made by a patch from its base. */
export interface PatchFile {
  readonly kind: 'patch-file';
  readonly path: BuildPath;
  readonly base: Base;
  readonly target: Content;
  readonly format: 'BSDIFF40' | 'IMGDIFF2';
  readonly patch: Payload;
}

/** A file that travels whole. */
export interface ExtractFile {
  readonly kind: 'extract-file';
  readonly path: BuildPath;
  readonly target: Content;
  readonly whole: Payload;
}

/** A partition made by a patch from what it holds. */
export interface PatchPartition {
  readonly kind: 'patch-partition';
  readonly path: BuildPath;
  readonly partition: PartitionName;
  readonly source: Content;
  readonly target: Content;
  readonly format: 'BSDIFF40' | 'IMGDIFF2';
  readonly patch: Payload;
}

/** A partition image that travels whole. */
export interface WritePartition {
  readonly kind: 'write-partition';
  readonly path: BuildPath;
  readonly partition: PartitionName;
  readonly target: Content;
  readonly whole: Payload;
}

/** What changes the tree without bringing content. */
export type Structural = DeleteFile | DeleteLink | DeleteDirectory | MakeDirectory | MakeLink;

/** What a plan does before anything is encoded. */
export type DeltaOperation = Structural | EncodeFile | EncodePartition;

/** What a settled plan does: every patch known, worth it, or replaced by the whole file. */
export type SettledOperation = Structural | PatchFile | ExtractFile | PatchPartition | WritePartition;

/** What became of an {@link EncodeFile} or {@link EncodePartition}: the smallest way, and all that were tried. */
export interface Encoding {
  readonly chosen:
    | {
        readonly kind: 'patch';
        readonly base: BuildPath;
        readonly format: 'BSDIFF40' | 'IMGDIFF2';
        readonly payload: Payload;
      }
    | { readonly kind: 'whole'; readonly payload: Payload };
  /** Cheapest first. */
  readonly alternatives: readonly Alternative[];
}
