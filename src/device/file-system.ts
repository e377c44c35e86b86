/** One mounted volume: an immutable table of inodes, with the space that they take. */
import { type Blob, sameBlob } from './blob.js';
import { emptyMap, mapDelete, mapGet, mapSet, type PersistentMap } from './persistent-map.js';

/** Owner, mode and attributes of a file or directory. */
export interface Attributes {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits; `unset` where devices differ (umask) and the script has not said it yet. */
  readonly mode: number | 'unset';
  readonly selabel?: string | undefined;
  readonly capabilities?: bigint | undefined;
}

export type Inode =
  | ({ readonly kind: 'file'; readonly content: Blob } & Attributes)
  | ({ readonly kind: 'directory'; readonly children: PersistentMap<string, number> } & Attributes)
  | { readonly kind: 'link'; readonly destination: string }
  /** A block device; what is written goes to that partition. */
  | { readonly kind: 'device'; readonly partition: string };

export type DirectoryInode = Extract<Inode, { kind: 'directory' }>;
export type FileInode = Extract<Inode, { kind: 'file' }>;

/** A file system's state. It never changes: writing gives a new one. */
export interface FileSystem {
  readonly inodes: PersistentMap<number, Inode>;
  /** The directory that holds an inode's only name; the root has none. */
  readonly parents: PersistentMap<number, number>;
  readonly nextInode: number;
  /** Bytes taken, in whole blocks. */
  readonly used: number;
  readonly capacity: number;
  /** Bytes that one block holds: files and directories take whole ones. */
  readonly block: number;
  /** Free space is told in whole units of this: erase blocks on flash. */
  readonly unit: number;
}

/** The root directory's inode. */
export const rootInode = 1;

/** Bytes that an inode takes on the volume. Links live in their inode. */
export function spaceOf(inode: Inode, block: number): number {
  if (inode.kind === 'file') return Math.ceil(inode.content.size / block) * block;
  return inode.kind === 'directory' ? block : 0;
}

/** A volume with nothing but its root directory. */
export function emptyFileSystem(capacity: number, block: number, unit: number, root: Attributes): FileSystem {
  const directory: Inode = { kind: 'directory', children: emptyMap(), ...root };
  return {
    inodes: mapSet(emptyMap<number, Inode>(), rootInode, directory),
    parents: emptyMap(),
    nextInode: rootInode + 1,
    used: block,
    capacity,
    block,
    unit,
  };
}

/** What statfs tells: whole units. */
export function freeBytes(fs: FileSystem): number {
  return Math.max(Math.floor((fs.capacity - fs.used) / fs.unit) * fs.unit, 0);
}

/** The inode, which must exist. */
export function inodeOf(fs: FileSystem, ino: number): Inode {
  const inode = mapGet(fs.inodes, ino);
  if (inode === undefined) throw new Error(`no inode ${ino}`);
  return inode;
}

/** The directory with that inode, which must be one. */
export function directoryOf(fs: FileSystem, ino: number): DirectoryInode {
  const inode = inodeOf(fs, ino);
  if (inode.kind !== 'directory') throw new Error(`inode ${ino} is no directory`);
  return inode;
}

/** Whether owner, mode and attributes are the same. */
export function sameAttributes(a: Attributes, b: Attributes): boolean {
  return (
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.mode === b.mode &&
    a.selabel === b.selabel &&
    a.capabilities === b.capabilities
  );
}

function sameInode(a: Inode, b: Inode): boolean {
  if (a === b) return true;
  if (a.kind === 'file' && b.kind === 'file') return sameAttributes(a, b) && sameBlob(a.content, b.content);
  if (a.kind === 'directory' && b.kind === 'directory') return sameAttributes(a, b) && a.children === b.children;
  return false;
}

/** With one inode replaced; the same object where nothing changes. */
export function replaceInode(fs: FileSystem, ino: number, inode: Inode): FileSystem {
  const old = inodeOf(fs, ino);
  if (sameInode(old, inode)) return fs;
  const used = fs.used - spaceOf(old, fs.block) + spaceOf(inode, fs.block);
  return { ...fs, inodes: mapSet(fs.inodes, ino, inode), used };
}

/** With a new inode under a name that is not taken in the directory. */
export function addInode(fs: FileSystem, parent: number, name: string, inode: Inode): { fs: FileSystem; ino: number } {
  const directory = directoryOf(fs, parent);
  const ino = fs.nextInode;
  const changed: Inode = { ...directory, children: mapSet(directory.children, name, ino) };
  const inodes = mapSet(mapSet(fs.inodes, ino, inode), parent, changed);
  const parents = mapSet(fs.parents, ino, parent);
  return { fs: { ...fs, inodes, parents, nextInode: ino + 1, used: fs.used + spaceOf(inode, fs.block) }, ino };
}

/** Without a name, and without what it named. A directory must be empty. */
export function removeName(fs: FileSystem, parent: number, name: string): FileSystem {
  const directory = directoryOf(fs, parent);
  const ino = mapGet(directory.children, name);
  if (ino === undefined) throw new Error(`no name ${name}`);
  const old = inodeOf(fs, ino);
  const changed: Inode = { ...directory, children: mapDelete(directory.children, name) };
  const inodes = mapDelete(mapSet(fs.inodes, parent, changed), ino);
  return { ...fs, inodes, parents: mapDelete(fs.parents, ino), used: fs.used - spaceOf(old, fs.block) };
}

/** With a name moved onto another of the same volume, in one step; what stood there is gone. */
export function moveName(
  fs: FileSystem,
  from: { readonly parent: number; readonly name: string },
  to: { readonly parent: number; readonly name: string },
): FileSystem {
  const ino = mapGet(directoryOf(fs, from.parent).children, from.name);
  if (ino === undefined) throw new Error(`no name ${from.name}`);
  const replaced = mapGet(directoryOf(fs, to.parent).children, to.name);
  if (replaced === ino) return fs;
  const cleared = replaced === undefined ? fs : removeName(fs, to.parent, to.name);
  const source = directoryOf(cleared, from.parent);
  const without: Inode = { ...source, children: mapDelete(source.children, from.name) };
  const taken: FileSystem = { ...cleared, inodes: mapSet(cleared.inodes, from.parent, without) };
  const target = directoryOf(taken, to.parent);
  const withIt: Inode = { ...target, children: mapSet(target.children, to.name, ino) };
  return { ...taken, inodes: mapSet(taken.inodes, to.parent, withIt), parents: mapSet(taken.parents, ino, to.parent) };
}
