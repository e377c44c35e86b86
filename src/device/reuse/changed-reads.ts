/** What reads otherwise in one state of the flash than in another: what both share is passed over as a whole. */
import type { FileSystem, Inode } from '../file-system.js';
import type { Flash } from '../machine.js';
import { mapDifference, mapEntries, mapGet } from '../persistent-map.js';
import { readKeys } from '../reads.js';
import { inodeParts } from '../tree-difference.js';

/** Calls with the key of everything that reads otherwise in `b` than in `a`; `anything` where it cannot be told. */
export function changedReads(a: Flash, b: Flash, hit: (key: string) => void, anything: () => void): void {
  if (a === b) return;
  if (a.volumes.size !== b.volumes.size) anything();
  for (const [volume, x] of mapEntries(a.volumes)) {
    const y = mapGet(b.volumes, volume);
    if (y === undefined) anything();
    else if (x !== y) changedInVolume(volume, x, y, hit, anything);
  }
  mapDifference(a.partitions, b.partitions, (name) => hit(readKeys.partition(name)));
  if (a.stage !== b.stage) hit(readKeys.stage());
}

function changedInVolume(
  volume: string,
  a: FileSystem,
  b: FileSystem,
  hit: (key: string) => void,
  anything: () => void,
): void {
  if (a.used !== b.used || a.capacity !== b.capacity) hit(readKeys.space(volume));
  const above = new Set<number>();
  mapDifference(a.inodes, b.inodes, (ino) => {
    const [x, y] = [mapGet(a.inodes, ino), mapGet(b.inodes, ino)];
    // lookups read names and take the kind of what they lead to from them
    if (x !== undefined && y !== undefined && x.kind !== y.kind) anything();
    if (!changedInode(volume, ino, x, y, hit)) return;
    for (const { parents } of [a, b]) {
      for (let at: number | undefined = ino; at !== undefined; at = mapGet(parents, at)) {
        if (!above.has(at)) hit(readKeys.below(volume, at));
        above.add(at);
      }
    }
  });
}

/** Whether it reads otherwise, itself or one of its names: one that was written anew with the same is the same. */
function changedInode(
  volume: string,
  ino: number,
  x: Inode | undefined,
  y: Inode | undefined,
  hit: (key: string) => void,
): boolean {
  let differs = x === undefined || y === undefined || Object.values(inodeParts).some((isSame) => !isSame(x, y));
  if (x?.kind === 'directory' && y?.kind === 'directory') {
    mapDifference(x.children, y.children, (name) => {
      differs = true;
      hit(readKeys.name(volume, ino, name));
    });
  }
  if (differs) hit(readKeys.node(volume, ino));
  return differs;
}
