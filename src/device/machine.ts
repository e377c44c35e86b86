/**
 * The module while the updater runs: what survives a power cut (volumes on flash, partitions), what does not (the recovery's
 * RAM disk, what is mounted), and the record of every change to the former.
 */
import { mostLinksFollowed } from '../model/limits.js';
import type { Reach } from '../model/verification.js';
import type { Blob } from './blob.js';
import { directoryOf, type FileSystem, freeBytes, type Inode, inodeOf, rootInode } from './file-system.js';
import { mapGet, mapSet, type PersistentMap } from './persistent-map.js';

/** Everything that survives a power cut. */
export interface Flash {
  /** By the volume's usual mount point: `/system`, `/cache`. */
  readonly volumes: PersistentMap<string, FileSystem>;
  /** Raw partitions: by name on MTD, by device path on eMMC. */
  readonly partitions: PersistentMap<string, Blob>;
  /** What `set_stage` has left in the boot control block. */
  readonly stage: string;
}

export type Errno =
  | 'EBUSY'
  | 'EEXIST'
  | 'EINVAL'
  | 'EISDIR'
  | 'ELOOP'
  | 'ENAMETOOLONG'
  | 'ENODEV'
  | 'ENOENT'
  | 'ENOSPC'
  | 'ENOTDIR'
  | 'ENOTEMPTY'
  | 'EXDEV';

/** The kinds of change at which the power may go. */
export type EffectKind =
  | 'create'
  | 'write'
  | 'unlink'
  | 'rename'
  | 'symlink'
  | 'mkdir'
  | 'rmdir'
  | 'mode'
  | 'partition';

/** A change of the flash. */
export interface Effect {
  readonly kind: EffectKind;
  /** What it is done to, as the script names it. */
  readonly subject: string;
  /** `torn`: half of it is done. */
  readonly when: 'after' | 'torn';
  /** Byte offset in the script of the statement that did it. */
  readonly statement: number;
}

/** Told of every state in which the power may go; may throw to cut it. */
export type OnEffect = (flash: Flash, effect: Effect) => void;

/** Something that the script reached, and the byte offset of the statement that did. */
export interface Reached extends Omit<Reach, 'place'> {
  readonly statement: number;
}

/** A partition that was written, and with what. */
export interface PartitionWrite {
  readonly partition: string;
  readonly content: Blob;
  readonly statement: number;
}

/** The running module. The only thing here that changes. */
export interface Machine {
  flash: Flash;
  ram: FileSystem;
  /** Inodes of the RAM disk on which a volume is mounted, and which. */
  readonly mounts: Map<number, string>;
  readonly onEffect: OnEffect;
  /** Directories of the RAM disk in which a script may do what it likes. */
  readonly scratch: ReadonlySet<number>;
  /** Mount points of file systems, by the device or partition on which they lie. */
  readonly volumeDevices: ReadonlyMap<string, string>;
  /** What the script did outside of what the target describes, by kind and subject. */
  readonly reached: Map<string, Reached>;
  /** Partitions that were written, in order. */
  readonly written: PartitionWrite[];
  /** Byte offset of the statement that runs. */
  statement: number;
  /** Files and directories visited, and how many may be. */
  visits: number;
  readonly mostVisits: number;
  /** Most bytes ever used on a volume. */
  readonly peak: Map<string, number>;
  /** Most bytes the updater ever held for one call. */
  peakMemory: number;
}

/** Which inode, of which volume; `ram` is the RAM disk. */
export interface InodeRef {
  readonly volume: string;
  readonly ino: number;
}

/** The name of the RAM disk's volume. */
export const ramVolume = 'ram';

/** The run takes more work than any real package: it is stopped. */
export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

/** Counts a visit, and stops a run that makes too many. */
export function visit(machine: Machine, count = 1): void {
  machine.visits += count;
  if (machine.visits > machine.mostVisits)
    throw new TooMuchWork(`more than ${machine.mostVisits} files visited in one run`);
}

/** The volume's present state. */
export function volumeOf(machine: Machine, volume: string): FileSystem {
  if (volume === ramVolume) return machine.ram;
  const fs = mapGet(machine.flash.volumes, volume);
  if (fs === undefined) throw new Error(`no volume ${volume}`);
  return fs;
}

/** The inode that is meant. */
export function nodeAt(machine: Machine, ref: InodeRef): Inode {
  return inodeOf(volumeOf(machine, ref.volume), ref.ino);
}

/** Puts the volume into a new state: an effect if it is on flash and differs. */
export function commit(
  machine: Machine,
  volume: string,
  fs: FileSystem,
  kind: EffectKind,
  subject: string,
  when: Effect['when'] = 'after',
): void {
  if (fs === volumeOf(machine, volume)) return;
  machine.peak.set(volume, Math.max(machine.peak.get(volume) ?? 0, fs.used));
  if (volume === ramVolume) {
    machine.ram = fs;
    return;
  }
  machine.flash = { ...machine.flash, volumes: mapSet(machine.flash.volumes, volume, fs) };
  machine.onEffect(machine.flash, { kind, subject, when, statement: machine.statement });
}

/** Puts a partition into a new state. */
export function commitPartition(machine: Machine, name: string, content: Blob, when: Effect['when']): void {
  machine.flash = { ...machine.flash, partitions: mapSet(machine.flash.partitions, name, content) };
  machine.onEffect(machine.flash, { kind: 'partition', subject: name, when, statement: machine.statement });
}

/** The result of looking up a path: the directory that holds its last part, and what is there. */
export interface Found {
  readonly parent: InodeRef;
  readonly name: string;
  readonly node: InodeRef | undefined;
  /** Whether something stands behind the last name (`x/`, `x/.`), so that only a directory can be meant. */
  readonly slash: boolean;
  /** The directories on the way, links resolved; the parent is the last. */
  readonly above: readonly InodeRef[];
}

/** What a directory of the RAM disk shows: the file system that is mounted on it, if one is. */
export function throughMount(machine: Machine, ref: InodeRef): InodeRef {
  if (ref.volume !== ramVolume) return ref;
  const mounted = machine.mounts.get(ref.ino);
  return mounted === undefined ? ref : { volume: mounted, ino: rootInode };
}

/** Whether no name follows: what stands behind is empty or `.`. */
function isLast(pending: readonly string[]): boolean {
  for (const part of pending) if (part !== '' && part !== '.') return false;
  return true;
}

/** Walks a path as the kernel does: through links and mount points, `..` included. `follow` also follows a link at its end. */
export function lookUp(machine: Machine, path: string, follow: boolean): Found | Errno {
  if (path === '') return 'ENOENT';
  if (path.length > 4095) return 'ENAMETOOLONG';
  const root: InodeRef = { volume: ramVolume, ino: rootInode };
  // relative paths start at the working directory, which is the root
  let stack: InodeRef[] = [root];
  const pending = path.split('/').reverse();
  let links = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    const top = stack.at(-1);
    if (top === undefined) throw new Error('the root is gone');
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (stack.length > 1) stack.pop();
      continue;
    }
    if (part.length > 255) return 'ENAMETOOLONG';
    visit(machine);
    const fs = volumeOf(machine, top.volume);
    const ino = mapGet(directoryOf(fs, top.ino).children, part);
    const last = isLast(pending);
    const slash = last && pending.length > 0;
    if (ino === undefined) {
      if (!last) return 'ENOENT';
      return { parent: top, name: part, node: undefined, slash, above: stack };
    }
    const inode = inodeOf(fs, ino);
    if (inode.kind === 'link' && (!last || follow || slash)) {
      links++;
      if (links > mostLinksFollowed) return 'ELOOP';
      if (inode.destination === '') return 'ENOENT';
      if (inode.destination.startsWith('/')) stack = [root];
      pending.push(...inode.destination.split('/').reverse());
      continue;
    }
    const ref = throughMount(machine, { volume: top.volume, ino });
    if (last) {
      const node = nodeAt(machine, ref);
      if (slash && node.kind !== 'directory') return 'ENOTDIR';
      return { parent: top, name: part, node: ref, slash, above: stack };
    }
    if (inode.kind !== 'directory') return 'ENOTDIR';
    stack.push(ref);
  }
  // the root itself, or a path that ends in `..`: no name of its own
  const top = stack.at(-1) ?? root;
  return { parent: top, name: '.', node: top, slash: false, above: stack };
}

/** The inode that a path leads to, links followed. */
export function find(machine: Machine, path: string, follow = true): InodeRef | Errno {
  const found = lookUp(machine, path, follow);
  if (typeof found === 'string') return found;
  return found.node ?? 'ENOENT';
}

/** Free bytes on the file system of a path, or the reason why it cannot be told. */
export function freeSpace(machine: Machine, path: string): number | Errno {
  const ref = find(machine, path);
  return typeof ref === 'string' ? ref : freeBytes(volumeOf(machine, ref.volume));
}
