/** The system calls that the updater makes, on the simulated module. Each returns the error, or `undefined` when it worked. */
import { type Blob, emptyBlob, overwriteBlob, sliceBlob } from './blob.js';
import { changeInode } from './change-inode.js';
import {
  type Attributes,
  addInode,
  directoryOf,
  type FileInode,
  type Inode,
  inodeOf,
  moveName,
  removeName,
  replaceInode,
} from './file-system.js';
import {
  commit,
  type Errno,
  find,
  type InodeRef,
  kindAt,
  lookUp,
  type Machine,
  nodeAt,
  partitionOf,
  ramVolume,
  throughMount,
  visit,
  volumeForSpace,
  volumeToChange,
} from './machine.js';
import { writeBlockDevice } from './partition.js';
import { emptyMap, mapEach, mapEntries } from './persistent-map.js';
import { noteAttempt, noteChange } from './reach.js';

type Failure = Errno | undefined;

/** Makes a directory. */
export function makeDirectory(machine: Machine, path: string, mode: Attributes['mode']): Failure {
  const found = lookUp(machine, path, false);
  if (typeof found === 'string') return noteAttempt(machine, found, path);
  if (found.node !== undefined) return 'EEXIST';
  const fs = volumeForSpace(machine, found.parent.volume);
  if (fs.used + fs.block > fs.capacity) return 'ENOSPC';
  noteChange(machine, found, path);
  const inode: Inode = { kind: 'directory', children: emptyMap(), uid: 0, gid: 0, mode };
  commit(machine, found.parent.volume, addInode(fs, found.parent.ino, found.name, inode).fs, 'mkdir', path);
  return undefined;
}

/** Makes the directories above a path that are missing, as both the extractor and `symlink` do. */
export function makeParents(machine: Machine, path: string, mode: Attributes['mode']): Failure {
  for (let cut = path.indexOf('/', 1); cut > 0; cut = path.indexOf('/', cut + 1)) {
    const parent = path.slice(0, cut);
    const ref = find(machine, parent);
    if (ref === 'ENOENT') {
      const failed = makeDirectory(machine, parent, mode);
      // a link that leads to nothing here may lead somewhere on the module
      if (failed === 'EEXIST') noteAttempt(machine, ref, path);
      if (failed !== undefined) return failed;
    } else if (typeof ref === 'string') return ref;
    else if (kindAt(machine, ref) !== 'directory') return 'ENOTDIR';
  }
  return undefined;
}

/** Half of some bytes, in whole blocks where there is more than one: what a torn write leaves. */
function half(content: Blob, block: number): Blob {
  const middle = Math.floor(content.size / 2);
  return sliceBlob(content, 0, middle > block ? Math.floor(middle / block) * block : middle);
}

/**
 * Creates or empties the file, following links, and writes the content. On a full disk what fits stays there. Torn states
 * (the empty file, the half-written one) are effects of their own.
 */
export function writeFile(machine: Machine, path: string, content: Blob, mode: Attributes['mode']): Failure {
  const found = lookUp(machine, path, true);
  if (typeof found === 'string') return noteAttempt(machine, found, path);
  const { volume } = found.parent;
  let ref = found.node;
  if (ref === undefined) {
    if (found.slash) return 'EISDIR';
    noteChange(machine, found, path);
    const inode: Inode = { kind: 'file', content: emptyBlob, uid: 0, gid: 0, mode };
    const { fs, ino } = addInode(volumeToChange(machine, volume), found.parent.ino, found.name, inode);
    commit(machine, volume, fs, 'create', path);
    ref = { volume, ino };
  }
  const inode = nodeAt(machine, ref);
  if (inode.kind === 'device') return writeBlockDevice(machine, inode.partition, content);
  if (inode.kind !== 'file') return 'EISDIR';
  noteChange(machine, found, path);
  const put = (bytes: Blob, when: 'after' | 'torn', target: InodeRef): void => {
    const fs = replaceInode(volumeToChange(machine, target.volume), target.ino, { ...inode, content: bytes });
    commit(machine, target.volume, fs, 'write', path, when);
  };
  put(emptyBlob, 'torn', ref);
  const fs = volumeForSpace(machine, ref.volume);
  const room = Math.max(Math.floor((fs.capacity - fs.used) / fs.block) * fs.block, 0);
  const fitting = sliceBlob(content, 0, room);
  if (fitting.size > 1) put(half(fitting, fs.block), 'torn', ref);
  put(fitting, 'after', ref);
  return fitting.size < content.size ? 'ENOSPC' : undefined;
}

/** Writes over what is at the path from its start, links followed, as to a block device: nothing is created or cut off. */
export function overwrite(machine: Machine, path: string, content: Blob): Failure {
  const found = lookUp(machine, path, true);
  if (typeof found === 'string') return noteAttempt(machine, found, path);
  const { node } = found;
  const inode = node === undefined ? undefined : nodeAt(machine, node);
  if (inode?.kind === 'device') return writeBlockDevice(machine, inode.partition, content);
  noteChange(machine, found, path);
  if (inode === undefined || node === undefined) return 'ENOENT';
  if (inode.kind !== 'file') return 'EISDIR';
  changeInode(machine, node, { ...inode, content: overwriteBlob(inode.content, 0, content) }, 'write', path);
  return undefined;
}

/** Removes a name; not a directory. */
export function unlink(machine: Machine, path: string): Failure {
  const found = lookUp(machine, path, false);
  if (typeof found === 'string') return noteAttempt(machine, found, path);
  noteChange(machine, found, path);
  if (found.node === undefined) return 'ENOENT';
  if (kindAt(machine, found.node) === 'directory') return 'EISDIR';
  const { volume, ino } = found.parent;
  commit(machine, volume, removeName(volumeToChange(machine, volume), ino, found.name), 'unlink', path);
  return undefined;
}

/** Removes a file, a link, or a directory with all below it, never following links; each removal is an effect. */
export function removeTree(machine: Machine, path: string): Failure {
  const found = lookUp(machine, path, false);
  if (typeof found === 'string') return noteAttempt(machine, found, path);
  noteChange(machine, found, path);
  if (found.node === undefined) return 'ENOENT';
  // a path of `..` or `/` alone has no name of its own, and one of a link and a slash names what rmdir cannot remove: what is
  // below goes
  const nameless = found.name === '.' || isLink(machine, path);
  const remove = (parent: InodeRef, name: string, node: InodeRef): Failure => {
    visit(machine);
    const inode = nodeAt(machine, node);
    if (inode.kind === 'directory') {
      for (const [child, ino] of mapEntries(inode.children)) {
        // a file system that is mounted there stays itself, and what follows is still removed
        const failed = remove(node, child, throughMount(machine, { volume: node.volume, ino }));
        if (failed !== undefined && failed !== 'EBUSY' && failed !== 'ENOTEMPTY') return failed;
      }
      if (nameless && node === found.node) return 'EBUSY';
      if (node.volume !== parent.volume) return 'EBUSY';
      const left = nodeAt(machine, node);
      if (left.kind === 'directory' && left.children.size > 0) return 'ENOTEMPTY';
    }
    const fs = removeName(volumeToChange(machine, parent.volume), parent.ino, name);
    commit(machine, parent.volume, fs, inode.kind === 'directory' ? 'rmdir' : 'unlink', path);
    return undefined;
  };
  return remove(found.parent, found.name, found.node);
}

/** Moves a name onto another in one step. A link at the end of either is moved or replaced, not followed. */
export function rename(machine: Machine, from: string, to: string): Failure {
  const source = lookUp(machine, from, false);
  if (typeof source === 'string') return noteAttempt(machine, source, from);
  noteChange(machine, source, from);
  const target = lookUp(machine, to, false);
  if (typeof target === 'string') return noteAttempt(machine, target, to);
  if (source.parent.volume !== target.parent.volume) return 'EXDEV';
  if (source.name === '.' || target.name === '.') return 'EBUSY';
  const { node } = source;
  if (node === undefined) return 'ENOENT';
  if (node.volume !== source.parent.volume) return 'EBUSY';
  if (target.slash && kindAt(machine, node) !== 'directory') return 'ENOTDIR';
  if (target.above.some((ref) => sameInode(ref, node))) return 'EINVAL';
  const replacedRef = target.node;
  if (replacedRef !== undefined) {
    if (source.above.some((ref) => sameInode(ref, replacedRef))) return 'ENOTEMPTY';
    const [moved, replaced] = [nodeAt(machine, node), nodeAt(machine, replacedRef)];
    if (replaced.kind === 'directory' && moved.kind !== 'directory') return 'EISDIR';
    if (replaced.kind !== 'directory' && moved.kind === 'directory') return 'ENOTDIR';
    if (replaced.kind === 'directory' && replaced.children.size > 0 && !sameInode(node, replacedRef)) {
      return 'ENOTEMPTY';
    }
  }
  noteChange(machine, target, to);
  const { volume } = source.parent;
  const fs = moveName(
    volumeToChange(machine, volume),
    { parent: source.parent.ino, name: source.name },
    { parent: target.parent.ino, name: target.name },
  );
  commit(machine, volume, fs, 'rename', to);
  return undefined;
}

/** Whether the path, but for slashes at its end, is that of a link. */
function isLink(machine: Machine, path: string): boolean {
  const ref = find(machine, path.replace(/\/+$/, ''), false);
  return typeof ref !== 'string' && kindAt(machine, ref) === 'link';
}

function sameInode(a: InodeRef, b: InodeRef): boolean {
  return a.volume === b.volume && a.ino === b.ino;
}

/** Makes a symbolic link under a name that is not taken. */
export function makeLink(machine: Machine, destination: string, path: string): Failure {
  const found = lookUp(machine, path, false);
  if (typeof found === 'string') return noteAttempt(machine, found, path);
  if (found.node !== undefined) return 'EEXIST';
  if (destination === '' || found.slash) return 'ENOENT';
  if (destination.length > 4095) return 'ENAMETOOLONG';
  noteChange(machine, found, path);
  const { volume, ino } = found.parent;
  const { fs } = addInode(volumeToChange(machine, volume), ino, found.name, { kind: 'link', destination });
  commit(machine, volume, fs, 'symlink', path);
  return undefined;
}

/**
 * Calls for everything below and at an inode, contents before their directory, links not followed. `each` may change the inode that it is
 * told of, and no other: names and all other inodes are those of the beginning.
 */
export function walk(machine: Machine, ref: InodeRef, each: (ref: InodeRef, inode: Inode) => void): void {
  const { volume } = ref;
  const fs = volumeToChange(machine, volume);
  if (volume !== ramVolume) machine.reads?.below(volume, ref.ino);
  const enter = (ino: number): void => {
    visit(machine);
    const inode = inodeOf(fs, ino);
    if (inode.kind === 'directory') mapEach(inode.children, (_, child) => enter(child));
    each({ volume, ino }, inode);
  };
  enter(ref.ino);
}

/** A regular file, links followed. */
export function openFile(machine: Machine, path: string): FileInode | Errno {
  const ref = find(machine, path);
  if (typeof ref === 'string') return ref;
  const inode = nodeAt(machine, ref);
  if (inode.kind === 'file') return inode;
  if (inode.kind === 'device') {
    const content = partitionOf(machine, inode.partition);
    return content === undefined ? 'ENODEV' : { kind: 'file', content, uid: 0, gid: 0, mode: 0o600 };
  }
  return 'EISDIR';
}

/** Names and inodes directly in a directory. */
export function listDirectory(
  machine: Machine,
  path: string,
): readonly { name: string; ref: InodeRef; inode: Inode }[] {
  const ref = find(machine, path);
  if (typeof ref === 'string' || nodeAt(machine, ref).kind !== 'directory') return [];
  const { children } = directoryOf(volumeToChange(machine, ref.volume), ref.ino);
  return mapEntries(children).map(([name, ino]) => {
    const child = { volume: ref.volume, ino };
    return { name, ref: child, inode: nodeAt(machine, child) };
  });
}
