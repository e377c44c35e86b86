/** Changes of single inodes: permission bits, owner, label and capabilities, as chmod, chown and setxattr make them. */
import { type Attributes, type DirectoryInode, type FileInode, type Inode, replaceInode } from './file-system.js';
import { commit, type EffectKind, type InodeRef, type Machine, nodeAt, volumeToChange } from './machine.js';

/** Puts another inode in the place of one, as one effect. */
export function changeInode(machine: Machine, ref: InodeRef, inode: Inode, kind: EffectKind, subject: string): void {
  commit(machine, ref.volume, replaceInode(volumeToChange(machine, ref.volume), ref.ino, inode), kind, subject);
}

/** Sets the permission bits of an inode. */
export function changeModeAt(machine: Machine, ref: InodeRef, mode: Attributes['mode'], subject: string): void {
  const inode = nodeAt(machine, ref);
  if ((inode.kind !== 'file' && inode.kind !== 'directory') || inode.mode === mode) return;
  changeInode(machine, ref, { ...inode, mode }, 'mode', subject);
}

/** The bits that the kernel takes from a file whose owner is set, even to the same: set-uid, set-gid of programs. */
export function modeAfterOwnerChange(mode: number): number {
  return mode & ((mode & 0o010) === 0 ? ~0o4000 : ~0o6000);
}

/** Whether setting the owner changes nothing: `undefined` leaves uid or gid. */
export function isOwnerSet(
  inode: FileInode | DirectoryInode,
  uid: number | undefined,
  gid: number | undefined,
): boolean {
  if (inode.uid !== (uid ?? inode.uid) || inode.gid !== (gid ?? inode.gid)) return false;
  if (inode.kind === 'directory') return true;
  const kept = inode.mode === 'unset' || modeAfterOwnerChange(inode.mode) === inode.mode;
  return kept && inode.capabilities === undefined;
}

/** Sets the owner; `undefined` leaves uid or gid. A file loses set-uid, set-gid and capabilities by it. */
export function changeOwnerAt(
  machine: Machine,
  ref: InodeRef,
  uid: number | undefined,
  gid: number | undefined,
  subject: string,
): void {
  const inode = nodeAt(machine, ref);
  if ((inode.kind !== 'file' && inode.kind !== 'directory') || isOwnerSet(inode, uid, gid)) return;
  const owned = { ...inode, uid: uid ?? inode.uid, gid: gid ?? inode.gid };
  if (owned.kind === 'directory') changeInode(machine, ref, owned, 'mode', subject);
  else {
    const mode = owned.mode === 'unset' ? owned.mode : modeAfterOwnerChange(owned.mode);
    changeInode(machine, ref, { ...owned, mode, capabilities: undefined }, 'mode', subject);
  }
}

/** Sets label or capabilities of an inode. */
export function changeExtraAt(
  machine: Machine,
  ref: InodeRef,
  extra: { readonly selabel: string } | { readonly capabilities: bigint | undefined },
  subject: string,
): void {
  const inode = nodeAt(machine, ref);
  if (inode.kind === 'file' || inode.kind === 'directory') {
    changeInode(machine, ref, { ...inode, ...extra }, 'mode', subject);
  }
}
