/**
 * Compares two states of a volume that share most inodes as the same objects, as the states of one module do: what both share is
 * passed over as a whole. Two trees are the same when the same names lead to the same things, whatever the numbers of the inodes.
 */
import { sameBlob } from './blob.js';
import { type FileSystem, type Inode, inodeOf, rootInode, sameAttributes } from './file-system.js';
import { mapDifference, mapEach, mapGet } from './persistent-map.js';

/** Whether two inodes, of the two states, have the same number and lead to the same objects, themselves and all below. */
export type IsShared = (a: number, b: number) => boolean;

/** What two states of a volume share. */
export function sharedInodes(a: FileSystem, b: FileSystem): IsShared {
  const changed: readonly Set<number>[] = [new Set(), new Set()];
  const [inA, inB] = changed;
  mapDifference(a.inodes, b.inodes, (ino) => {
    for (const [nth, { parents }] of [a, b].entries()) {
      const set = changed[nth];
      for (let at: number | undefined = ino; at !== undefined && set?.has(at) === false; at = mapGet(parents, at)) {
        set.add(at);
      }
    }
  });
  return (x, y) => x === y && inA?.has(x) === false && inB?.has(x) === false;
}

/** What is compared of two inodes, apart from what is below. */
export const inodeParts: Readonly<
  Record<'kind' | 'attributes' | 'content' | 'target', (a: Inode, b: Inode) => boolean>
> = {
  kind: (a, b) => a.kind === b.kind,
  attributes: (a, b) => {
    const has = (inode: Inode) => (inode.kind === 'file' || inode.kind === 'directory' ? inode : undefined);
    const [x, y] = [has(a), has(b)];
    return x === undefined || y === undefined || sameAttributes(x, y);
  },
  content: (a, b) => a.kind !== 'file' || b.kind !== 'file' || sameBlob(a.content, b.content),
  target: (a, b) => {
    if (a.kind === 'link' && b.kind === 'link') return a.destination === b.destination;
    return a.kind !== 'device' || b.kind !== 'device' || a.partition === b.partition;
  },
};

export type InodePart = keyof typeof inodeParts;

/** Whether the same paths lead to the same things in both, `but` for a part of them. */
export function sameTree(a: FileSystem, b: FileSystem, but?: InodePart | undefined): boolean {
  const isShared = sharedInodes(a, b);
  const compared = Object.entries(inodeParts).filter(([part]) => part !== but);
  const pairs: (readonly [number, number])[] = [[rootInode, rootInode]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    if (isShared(...pair)) continue;
    const [x, y] = [inodeOf(a, pair[0]), inodeOf(b, pair[1])];
    for (const [, isSame] of compared) if (!isSame(x, y)) return false;
    if (x.kind !== 'directory' || y.kind !== 'directory') continue;
    if (x.children.size !== y.children.size) return false;
    let missing = false;
    mapEach(x.children, (name, ino) => {
      const other = mapGet(y.children, name);
      if (other === undefined) missing = true;
      else pairs.push([ino, other]);
    });
    if (missing) return false;
  }
  return true;
}
