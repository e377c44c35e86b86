/**
 * What a script does outside of what the target describes: /system, the partitions that the target has images for, and /cache
 * and /tmp, which are there to be used. Noted when it happens, so that what is put right again later is seen too.
 */

import { mostReached } from '../model/limits/device.js';
import { mostLinksFollowed } from '../model/limits.js';
import type { ReachKind } from '../model/verification.js';
import type { Blob } from './blob.js';
import { emptyFileSystem } from './file-system.js';
import {
  commit,
  type Errno,
  type Found,
  find,
  type InodeRef,
  kindAt,
  lookUp,
  type Machine,
  nodeAt,
  ramVolume,
  volumeOf,
} from './machine.js';

const ownVolumes = new Set(['/system', '/cache']);

/** Notes something outside, once for each subject. */
export function noteReach(machine: Machine, what: ReachKind, subject: string, message: string): void {
  // what is noted once counts for the whole start: the statement has to run in each
  machine.reads?.everything();
  const key = `${what} ${subject}`;
  if (machine.reached.has(key) || machine.reached.size >= mostReached) return;
  machine.reached.set(key, { what, subject, message, statement: machine.statement });
}

function isScratch(machine: Machine, above: readonly InodeRef[]): boolean {
  return above.some(({ volume, ino }) => volume === ramVolume && machine.scratch.has(ino));
}

/** Notes that something was to be changed at a path that cannot be looked up here: the module may have it. */
export function noteAttempt(machine: Machine, error: Errno, path: string): Errno {
  if (error === 'ENOENT' && path !== '' && !isKnownAbsent(machine, path))
    noteReach(machine, 'change', path, outsideText(path));
  return error;
}

function outsideText(path: string): string {
  return /^\/*(?:dev|sys|proc)\//.test(path)
    ? `writes to ${path}: a device or a setting of the kernel, of which the build says nothing`
    : `changes ${path}, which lies outside of /system, /cache and /tmp`;
}

/** Notes a change of a name, or the wish for one, where it is not in /system, /cache or /tmp. `path` is as the script says it. */
export function noteChange(machine: Machine, found: Found, path: string): void {
  const volume = found.name === '.' ? (found.node ?? found.parent).volume : found.parent.volume;
  // what a mount point shows can be changed, the point itself cannot
  if (ownVolumes.has(volume) || (found.node !== undefined && ownVolumes.has(found.node.volume))) return;
  if (volume === ramVolume) {
    if (isScratch(machine, found.node === undefined ? found.above : [...found.above, found.node])) return;
    noteReach(machine, 'change', path, outsideText(path));
  } else noteReach(machine, 'change', path, `changes ${path} on the file system of ${volume}`);
}

/** Notes a change of what is at a path, which must be there. */
export function noteChangeAt(machine: Machine, ref: InodeRef, path: string, follow = true): void {
  if (ownVolumes.has(ref.volume)) return;
  const found = lookUp(machine, path, follow);
  if (typeof found !== 'string') noteChange(machine, found, path);
}

/** Notes what a partition was written with. */
export function noteWrite(machine: Machine, partition: string, content: Blob): void {
  machine.reads?.everything();
  machine.written.push({ partition, content, statement: machine.statement });
}

/** If a file system lies on the device: it is lost by a write to it. Returns whether one does. */
export function destroyVolume(machine: Machine, device: string): boolean {
  const point = machine.volumeDevices.get(device);
  if (point === undefined) return false;
  noteReach(machine, 'partition', device, `writes to ${device}, on which the file system of ${point} lies: it is lost`);
  const { capacity, block, unit } = volumeOf(machine, point);
  const bare = emptyFileSystem(capacity, block, unit, { uid: 0, gid: 0, mode: 0o755 });
  commit(machine, point, bare, 'write', device);
  return true;
}

/**
 * Whether a path that leads to no file is known to do so on the module: the simulated one knows /system, /cache and /tmp, but not
 * what the recovery has in its RAM disk.
 */
export function isKnownAbsent(machine: Machine, path: string, links = 0): boolean {
  if (links > mostLinksFollowed) return true;
  const absent = lookUp(machine, path, false);
  // The usual way: all directories above it are there.
  if (typeof absent !== 'string' && absent.node === undefined) return isKnownToLack(machine, absent);
  const parts = path.split('/').filter((part) => part !== '');
  let prefix = '';
  for (const [at, part] of parts.entries()) {
    const folder = prefix;
    prefix += `/${part}`;
    const found = lookUp(machine, prefix, false);
    // Below a file there is nothing.
    if (typeof found === 'string') return found === 'ENOTDIR' && isOwn(machine, folder);
    if (found.node === undefined) return isKnownToLack(machine, found);
    if (kindAt(machine, found.node) !== 'link' || typeof find(machine, prefix) !== 'string') continue;
    // What is not there is what the text of the link leads to.
    const inode = nodeAt(machine, found.node);
    const destination = inode.kind === 'link' ? inode.destination : '';
    const to = destination.startsWith('/') ? destination : `${folder}/${destination}`;
    return isKnownAbsent(machine, [to, ...parts.slice(at + 1)].join('/'), links + 1);
  }
  // A directory is no file.
  return isOwn(machine, prefix);
}

/** Whether the module lacks the name too where the simulated one does: it knows the directory in which it would be. */
function isKnownToLack(machine: Machine, { parent, above }: Found): boolean {
  return ownVolumes.has(parent.volume) || isScratch(machine, above);
}

/** Whether what is at a path lies in /system or /cache. */
function isOwn(machine: Machine, path: string): boolean {
  const ref = find(machine, path);
  return typeof ref !== 'string' && ownVolumes.has(ref.volume);
}
