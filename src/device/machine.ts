/**
 * The module while the updater runs: what survives a power cut (volumes on flash, partitions), what does not (the recovery's
 * RAM disk, what is mounted), and the record of every change to the former.
 */
import { mostLinksFollowed } from '../model/limits.js';
import type { Reach } from '../model/verification.js';
import type { Blob } from './blob.js';
import { directoryOf, type FileSystem, freeBytes, type Inode, inodeOf, rootInode } from './file-system.js';
import { mapEntries, mapGet, mapSet, type PersistentMap } from './persistent-map.js';
import type { ReadLog } from './reads.js';

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
  /** What survives a power cut. Who looks at it here counts as having read everything: {@link volumeOf} and others say what was read. */
  flash: Flash;
  /** The same, for those that say what they read. */
  readonly unnoted: { flash: Flash };
  /** Told of everything on the flash that a statement reads. */
  readonly reads: ReadLog | undefined;
  ram: FileSystem;
  /** Inodes of the RAM disk on which a volume is mounted, and which. */
  mounts: ReadonlyMap<number, string>;
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

/** The volume's present state: counts as having read all of it. */
export function volumeOf(machine: Machine, volume: string): FileSystem {
  if (volume !== ramVolume) machine.reads?.everything();
  return volumeToChange(machine, volume);
}

/** The volume's present state, to make the next one from it. What is decided by it must be noted by who decides. */
export function volumeToChange(machine: Machine, volume: string): FileSystem {
  if (volume === ramVolume) return machine.ram;
  const fs = mapGet(machine.unnoted.flash.volumes, volume);
  if (fs === undefined) throw new Error(`no volume ${volume}`);
  return fs;
}

/** The volume's present state, whose free space is to be looked at. */
export function volumeForSpace(machine: Machine, volume: string): FileSystem {
  if (volume !== ramVolume) machine.reads?.space(volume);
  return volumeToChange(machine, volume);
}

/** The inode that is meant; of a directory its names too. */
export function nodeAt(machine: Machine, ref: InodeRef): Inode {
  if (ref.volume !== ramVolume) machine.reads?.node(ref.volume, ref.ino);
  return inodeOf(volumeToChange(machine, ref.volume), ref.ino);
}

/** The kind of what a looked-up name leads to, which never changes: it is the name that was read, and that is noted. */
export function kindAt(machine: Machine, { volume, ino }: InodeRef): Inode['kind'] {
  return inodeOf(volumeToChange(machine, volume), ino).kind;
}

/** The names of the volumes, which are those of the beginning for ever. */
export function volumeNames(machine: Machine): readonly string[] {
  return mapEntries(machine.unnoted.flash.volumes).map(([name]) => name);
}

/** What a raw partition holds; `undefined` where there is none of that name. */
export function partitionOf(machine: Machine, name: string): Blob | undefined {
  machine.reads?.partition(name);
  return mapGet(machine.unnoted.flash.partitions, name);
}

/** What `set_stage` has left. */
export function stageOf(machine: Machine): string {
  machine.reads?.stage();
  return machine.unnoted.flash.stage;
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
  if (fs === volumeToChange(machine, volume)) return;
  machine.peak.set(volume, Math.max(machine.peak.get(volume) ?? 0, fs.used));
  if (volume === ramVolume) {
    machine.ram = fs;
    return;
  }
  const { flash } = machine.unnoted;
  putFlash(machine, { ...flash, volumes: mapSet(flash.volumes, volume, fs) }, kind, subject, when);
}

/** Puts a partition into a new state. */
export function commitPartition(machine: Machine, name: string, content: Blob, when: Effect['when']): void {
  const { flash } = machine.unnoted;
  putFlash(machine, { ...flash, partitions: mapSet(flash.partitions, name, content) }, 'partition', name, when);
}

/** Leaves a stage in the boot control block. */
export function commitStage(machine: Machine, stage: string, device: string): void {
  putFlash(machine, { ...machine.unnoted.flash, stage }, 'write', device, 'after');
}

function putFlash(machine: Machine, flash: Flash, kind: EffectKind, subject: string, when: Effect['when']): void {
  machine.flash = flash;
  machine.onEffect(flash, { kind, subject, when, statement: machine.statement });
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

/** Where the next name of a path ends. */
function endOfName(path: string, from: number): number {
  const slash = path.indexOf('/', from);
  return slash < 0 ? path.length : slash;
}

/** Whether no name follows: what stands behind is slashes and `.`. */
function isLast(path: string, from: number): boolean {
  for (let at = from; at < path.length; ) {
    const end = endOfName(path, at);
    if (end > at && !(end === at + 1 && path[at] === '.')) return false;
    at = end + 1;
  }
  return true;
}

/** Walks a path as the kernel does: through links and mount points, `..` included. `follow` also follows a link at its end. */
export function lookUp(machine: Machine, path: string, follow: boolean): Found | Errno {
  if (path === '') return 'ENOENT';
  if (path.length > 4095) return 'ENAMETOOLONG';
  const root: InodeRef = { volume: ramVolume, ino: rootInode };
  // relative paths start at the working directory, which is the root
  let stack: InodeRef[] = [root];
  /** What is still to be walked, from `at` on. */
  let pending = path;
  let at = 0;
  let links = 0;
  while (at < pending.length) {
    const end = endOfName(pending, at);
    const part = pending.slice(at, end);
    const next = end + 1;
    at = next;
    const top = stack.at(-1);
    if (top === undefined) throw new Error('the root is gone');
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (stack.length > 1) stack.pop();
      continue;
    }
    if (part.length > 255) return 'ENAMETOOLONG';
    visit(machine);
    const fs = volumeToChange(machine, top.volume);
    if (top.volume !== ramVolume) machine.reads?.name(top.volume, top.ino, part);
    const ino = mapGet(directoryOf(fs, top.ino).children, part);
    const last = isLast(pending, next);
    const slash = last && end < pending.length;
    if (ino === undefined) {
      if (!last) return 'ENOENT';
      return { parent: top, name: part, node: undefined, slash, above: stack };
    }
    const inode = inodeOf(fs, ino);
    if (inode.kind === 'link' && (!last || follow || slash)) {
      if (top.volume !== ramVolume) machine.reads?.node(top.volume, ino);
      links++;
      if (links > mostLinksFollowed) return 'ELOOP';
      if (inode.destination === '') return 'ENOENT';
      if (inode.destination.startsWith('/')) stack = [root];
      pending = end < pending.length ? `${inode.destination}/${pending.slice(next)}` : inode.destination;
      at = 0;
      continue;
    }
    const ref = throughMount(machine, { volume: top.volume, ino });
    if (last) {
      if (slash && kindAt(machine, ref) !== 'directory') return 'ENOTDIR';
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
  return typeof ref === 'string' ? ref : freeBytes(volumeForSpace(machine, ref.volume));
}
