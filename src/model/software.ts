/** What the package databases of a build say: which packages are installed, and which files are theirs. */
import type { Content } from './build.js';
import type { BuildPath } from './path.js';

/** A program that keeps a database of packages. */
export type PackageManager = 'opkg' | 'dpkg';

/** A package that is installed. Texts are as in the database, one unit a byte. */
export interface InstalledPackage {
  readonly manager: PackageManager;
  readonly name: string;
  readonly version: string;
  readonly architecture?: string | undefined;
  /** As written: `MIT`, `GPL-2.0-only & MIT`. */
  readonly license?: string | undefined;
  readonly maintainer?: string | undefined;
  /** The first line of its description. */
  readonly summary?: string | undefined;
  /** Its files and links that are in the build; `undefined` where the database has no list of them. */
  readonly files: readonly BuildPath[] | undefined;
  /** MD5 of its files, where the database has them. */
  readonly md5: ReadonlyMap<BuildPath, string>;
}

/** The distribution, as os-release names it. */
export interface Distribution {
  readonly id: string;
  readonly version?: string | undefined;
}

/** All packages of a build. */
export interface Software {
  /** The folders of the databases, such as `SYSTEM/var/lib/dpkg`: none where the build has no database. */
  readonly databases: readonly BuildPath[];
  readonly distribution?: Distribution | undefined;
  /** By name, then by architecture. */
  readonly packages: readonly InstalledPackage[];
}

/** What became of a file or a link. */
export interface FileChange {
  readonly path: BuildPath;
  readonly change: 'added' | 'removed' | 'changed';
  /** In the target: bytes of a file; a link and what is removed have none. */
  readonly content?: Content | undefined;
  /** In the target: where a link leads. */
  readonly destination?: string | undefined;
}

/** How a package changed: `files` is a package whose files changed although its version did not. */
export type PackageChangeKind = 'added' | 'removed' | 'version' | 'files';

/** A package that changed; of both sides at least one is there. */
export interface PackageChange {
  readonly kind: PackageChangeKind;
  readonly before?: InstalledPackage | undefined;
  readonly after?: InstalledPackage | undefined;
  readonly files: readonly FileChange[];
}

/** What changed between the packages of two builds. */
export interface SoftwareChanges {
  readonly packages: readonly PackageChange[];
  /** Packages that are the same in both, with the same files. */
  readonly unchanged: number;
  /** Changed files below SYSTEM that belong to no package. */
  readonly unowned: readonly FileChange[];
}

/** How many packages changed, and how. */
export interface SoftwareSummary {
  readonly added: number;
  readonly removed: number;
  /** Packages of another version. */
  readonly versions: number;
  /** Packages whose files changed although the version did not. */
  readonly sameVersion: number;
  readonly unchanged: number;
  /** Changed files of no package. */
  readonly filesOfNoPackage: number;
}

/** The changes, counted. */
export function softwareSummary({ packages, unchanged, unowned }: SoftwareChanges): SoftwareSummary {
  const count = (kind: PackageChangeKind): number => packages.filter((each) => each.kind === kind).length;
  return {
    added: count('added'),
    removed: count('removed'),
    versions: count('version'),
    sameVersion: count('files'),
    unchanged,
    filesOfNoPackage: unowned.length,
  };
}
