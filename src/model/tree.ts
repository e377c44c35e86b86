import type { Content, Ownership } from './build.js';
import type { Sha256 } from './digest.js';
import type { Finding } from './finding.js';
import type { PackedPlace, PackedRecord } from './packed-place.js';
import type { BuildPath } from './path.js';
import type { OnProgress, Stage } from './progress.js';

/** A file of a tree that has been read once: its size and digest are facts. `own` is what the input itself says of owner and mode. */
export interface TreeFile {
  readonly kind: 'file';
  readonly content: Content;
  readonly own?: Ownership | undefined;
}

export interface TreeLink {
  readonly kind: 'link';
  /** One unit a byte. */
  readonly destination: string;
}

export interface TreeDirectory {
  readonly kind: 'directory';
  readonly own?: Ownership | undefined;
}

export type TreeNode = TreeFile | TreeLink | TreeDirectory;

/**
 * What a zip, a folder or unpacked images hold, before anything is known of META. Names are safe, unique, and no file
 * or link is the parent of another node; directories that are only implied may be missing.
 */
export interface Tree {
  /** The input as the user named it. */
  readonly origin: string;
  readonly digest: Sha256;
  readonly nodes: ReadonlyMap<BuildPath, TreeNode>;
  readonly findings: readonly Finding[];
  /** The bytes of a file node, checked against its digest. Throws InputError when the input changed under us. */
  read(path: BuildPath): Promise<Uint8Array<ArrayBuffer>>;
  /** Where the bytes lie; `undefined` where they do not lie in a zip. */
  packed?(path: BuildPath): PackedPlace | undefined;
  close(): Promise<void>;
}

/** A file that is wanted before all others, where the tree is a zip and the file is long. */
export interface EarlyFile {
  readonly path: BuildPath;
  /** Told as soon as its digest is known; the bytes can be read until the tree is closed. */
  readonly found: (content: Content, read: () => Promise<Uint8Array<ArrayBuffer>>) => void;
}

/** What else is made of the files of a zip by the threads that read them: nobody reads them a second time for it. */
export interface MadeBeside {
  /** The module of these threads: it answers as the one that only makes digests, and with what it made of files. */
  readonly entry: URL;
  readonly wants: (path: BuildPath, claimed: Pick<PackedRecord, 'size' | 'crc32'>) => boolean;
  /** Files that are wanted are read by the threads up to so many bytes, in and out; no thread reads longer ones. */
  readonly largest: number;
  /** Told of each file that a thread has read. */
  readonly take: (content: Content, made: unknown) => void;
}

/** How a tree is read. */
export interface ReadOptions {
  readonly early?: EarlyFile | undefined;
  readonly beside?: MadeBeside | undefined;
  /** Threads that read a zip at most; one for each processor, up to a few, without it. */
  readonly threads?: number | undefined;
  readonly stage: Stage;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal | undefined;
  /** A target that is only compared: an image then needs no updater beside it. */
  readonly compareOnly?: boolean | undefined;
}

/** Whether two nodes are the same on the device, as far as content goes. */
export function sameContent(a: TreeNode | undefined, b: TreeNode): boolean {
  if (a === undefined || a.kind !== b.kind) return false;
  if (a.kind === 'file' && b.kind === 'file')
    return a.content.sha1 === b.content.sha1 && a.content.size === b.content.size;
  return a.kind === 'link' && b.kind === 'link' ? a.destination === b.destination : true;
}
