import type { ProjectVersion } from './build.js';
import type { Sha1, Sha256 } from './digest.js';
import type { Part } from './parts.js';

/** What an entry of a package is there for. */
export type EntryRole =
  /** Makes a file or a partition from what the device has. */
  | 'patch'
  /** A patch that changes nothing: for what must survive a power cut. */
  | 'identity'
  | 'file'
  | 'image'
  /** Makes an empty directory. */
  | 'directory'
  | 'script'
  | 'program'
  | 'metadata'
  | 'version'
  /** Nothing in the script uses it. */
  | 'unused';

/** An entry of a package, in the package's order. Sizes are bytes. */
export interface InspectedEntry {
  /** One unit a byte. */
  readonly name: string;
  readonly role: EntryRole;
  readonly method: 'stored' | 'deflated';
  /** Without headers. */
  readonly packedSize: number;
  readonly size: number;
  readonly sha1: Sha1;
}

/** How a file or a partition travels. `unknown` is a patch that does not begin as one. */
export type TravelMethod = 'BSDIFF40' | 'IMGDIFF2' | 'whole' | 'unknown';

/** A file or a partition that the script writes. Sizes are bytes, names one unit a byte. */
export interface InspectedTarget {
  readonly kind: 'file' | 'partition';
  /** The path on the device, or `MTD:boot`. */
  readonly name: string;
  readonly part: Part | undefined;
  readonly method: TravelMethod;
  /** What it is made from, where that has another name. */
  readonly from: string | undefined;
  /** The name of its entry; `undefined` where the script names one that the package does not hold. */
  readonly entry: string | undefined;
  /** What the entry takes in the package. Entries may be shared: these do not add up to the package's size. */
  readonly packedSize: number;
  /** The entry's own size: the patch, or the file. */
  readonly entrySize: number;
  readonly targetSize: number;
  readonly targetSha1: string;
  /** What a patch must find; `undefined` for what travels whole. */
  readonly sourceSha1: string | undefined;
}

/** A stretch of the script from one message on the screen to the next. */
export interface ScriptPhase {
  /** The message; empty for what comes before the first. */
  readonly title: string;
  /** The line of its first statement, from 1. */
  readonly line: number;
  readonly statements: number;
  /** How often each function is called, most often first. */
  readonly calls: readonly { readonly name: string; readonly count: number }[];
}

/** All that a package says of itself. */
export interface Inspection {
  /** The file as the user named it. */
  readonly file: string;
  readonly size: number;
  readonly sha256: Sha256;
  /** 32 hex digits. */
  readonly md5: string;
  /** Comments within the script's first five lines: the tool and its version. */
  readonly madeBy: readonly string[];
  /** The quectel-project-version in the package: the firmware that it may be applied to. */
  readonly appliesTo: ProjectVersion | undefined;
  /** META-INF/com/android/metadata, in its order. */
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
  readonly entries: readonly InspectedEntry[];
  /** In the script's order. */
  readonly targets: readonly InspectedTarget[];
  /**
   * Paths that are deleted and not written again, in byte order; trees (`delete_recursive`) end in a slash. What the
   * script keeps in /cache for itself is left out.
   */
  readonly removed: readonly string[];
  readonly links: readonly { readonly path: string; readonly destination: string }[];
  /** Directories that are made though nothing is put into them. */
  readonly directories: readonly string[];
  readonly script: {
    /** One unit a byte. */
    readonly text: string;
    readonly statements: number;
    readonly phases: readonly ScriptPhase[];
  };
}
