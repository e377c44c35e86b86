import type { Sha1, Sha256 } from './digest.js';
import type { Finding } from './finding.js';
import { inSystem } from './layout.js';
import type { PackedPlace } from './packed-place.js';
import type { BuildPath } from './path.js';

/** Where an entry's owner and mode come from. */
export type OwnershipOrigin = 'filesystem-config' | 'zip-mode' | 'folder-mode' | 'image' | 'note-default';

/** Owner and permission bits that the device is to have. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly origin: OwnershipOrigin;
  /** SELinux label, where filesystem_config.txt names one. */
  readonly selabel?: string | undefined;
  /** File capabilities as a 64-bit mask, where filesystem_config.txt names them. */
  readonly capabilities?: bigint | undefined;
}

/** Owner and mode, with a label and capabilities only where there are some: equal ones compare as equal. */
export function ownership(
  owner: Omit<Ownership, 'selabel' | 'capabilities'>,
  selabel: string | undefined,
  capabilities: bigint | undefined,
): Ownership {
  const made: { -readonly [Name in keyof Ownership]: Ownership[Name] } = { ...owner };
  if (selabel !== undefined) made.selabel = selabel;
  if (capabilities !== undefined) made.capabilities = capabilities;
  return made;
}

/** Identifies some bytes: how many, and their SHA-1. */
export interface Content {
  readonly size: number;
  readonly sha1: Sha1;
}

interface EntryBase {
  readonly path: BuildPath;
}

/** A regular file. */
export interface FileEntry extends EntryBase {
  readonly kind: 'file';
  readonly content: Content;
  readonly ownership: Ownership;
}

/** A symbolic link; `destination` is its text, one unit a byte. Links have no owner or mode of their own here. */
export interface LinkEntry extends EntryBase {
  readonly kind: 'link';
  readonly destination: string;
}

/** A directory, whether the input names it or only implies it. */
export interface DirectoryEntry extends EntryBase {
  readonly kind: 'directory';
  readonly ownership: Ownership;
}

export type Entry = FileEntry | LinkEntry | DirectoryEntry;

/** META/misc_info.txt: what is used of it, and everything as written. Sizes are bytes. */
export interface MiscInfo {
  readonly recoveryApiVersion: number;
  readonly fstabVersion: number;
  readonly useSetMetadata: boolean;
  readonly bootSize?: number | undefined;
  readonly systemSize?: number | undefined;
  readonly cacheSize?: number | undefined;
  /** Bytes of an erase block. */
  readonly blockSize?: number | undefined;
  readonly values: ReadonlyMap<string, string>;
}

/** How the device addresses a partition in a patch name. */
export type PartitionType = 'MTD' | 'EMMC' | 'UBI';

/** One row of recovery.fstab. */
export interface Partition {
  /** `/boot`. */
  readonly mountPoint: string;
  /** As written: `mtd`, `ubifs`, `ext4`, `emmc`, … */
  readonly fileSystem: string;
  readonly type: PartitionType;
  /** `boot`, or a block device. */
  readonly device: string;
  /** Bytes, where the row says `length=`. */
  readonly length?: number | undefined;
}

/** SYSTEM/etc/quectel-project-version: the bytes as they are, and the labels that are known. */
export interface ProjectVersion {
  /** The file's bytes, one unit a byte. They travel in the package unchanged. */
  readonly bytes: string;
  readonly project?: string | undefined;
  readonly revision?: string | undefined;
  readonly branch?: string | undefined;
  readonly custom?: string | undefined;
  /** `2022-06-22,15:50` as written. */
  readonly packageTime?: string | undefined;
}

/**
 * A firmware build: names, kinds, sizes, digests, owners, never the bytes of the firmware.
 * `entries` is in byte order of the path and holds every directory, also those that the input only implies.
 */
export interface Build {
  /** The input as the user named it. */
  readonly origin: string;
  /** SHA-256 of the zip file; for a folder, of its sorted listing with digests. */
  readonly digest: Sha256;
  readonly entries: ReadonlyMap<BuildPath, Entry>;
  readonly misc: MiscInfo;
  readonly partitions: readonly Partition[];
  /** Mount points of the system's own /etc/fstab whose file systems can only be read. */
  readonly readOnlyMounts?: readonly string[] | undefined;
  readonly projectVersion?: ProjectVersion | undefined;
  /** Noticed while reading: odd things that do not stop a run. */
  readonly findings: readonly Finding[];
}

/** The bytes of a build's files, read when needed. Close it. */
export interface BuildContent {
  /** All bytes of a file entry, in memory that belongs to the caller; checked against its digest. Throws InputError when the input changed under us. */
  read(path: BuildPath): Promise<Uint8Array<ArrayBuffer>>;
  /** Where the bytes lie, for a thread that reads them itself; `undefined` where they do not lie in a zip. */
  packed?(path: BuildPath): PackedPlace | undefined;
  close(): Promise<void>;
}

/** A build together with access to its bytes. */
export interface OpenBuild {
  readonly build: Build;
  readonly content: BuildContent;
  /** The file or folder that it was opened from; without it, as for a build of an archive, it has none of its own. */
  readonly path?: string | undefined;
}

/** How many files and directories below SYSTEM have their owner and mode from where; origins that gave none are left out. */
export function ownershipCounts(entries: Build['entries']): ReadonlyMap<OwnershipOrigin, number> {
  const counts = new Map<OwnershipOrigin, number>();
  for (const entry of entries.values()) {
    if (entry.kind === 'link' || !inSystem(entry.path)) continue;
    counts.set(entry.ownership.origin, (counts.get(entry.ownership.origin) ?? 0) + 1);
  }
  return counts;
}
