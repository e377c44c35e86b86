/**
 * What a statement reads of the flash, so that it need not run again while nothing of that has changed. Reading the RAM disk is
 * not noted: where it differs, or what is mounted, a statement runs again anyway.
 */
import { type FileSystem, type Inode, sameAttributes } from './file-system.js';
import type { Flash } from './machine.js';
import { mapDifference, mapEntries, mapGet } from './persistent-map.js';

/** Told of what is read, as it is read. */
export interface ReadLog {
  /** What a name in a directory leads to, or that it is not there. */
  readonly name: (volume: string, directory: number, name: string) => void;
  /** An inode: attributes, content, destination; of a directory also its names. */
  readonly node: (volume: string, ino: number) => void;
  /** An inode and everything below it. */
  readonly below: (volume: string, ino: number) => void;
  /** How much room a volume has. */
  readonly space: (volume: string) => void;
  readonly partition: (name: string) => void;
  readonly stage: () => void;
  /** More than can be told: the statement runs in each start. */
  readonly everything: () => void;
}

/** What was read, as texts that are equal for the same. */
export const readKeys = {
  name: (volume: string, directory: number, name: string) => `name ${volume} ${directory} ${name}`,
  node: (volume: string, ino: number) => `node ${volume} ${ino}`,
  below: (volume: string, ino: number) => `below ${volume} ${ino}`,
  space: (volume: string) => `space ${volume}`,
  partition: (name: string) => `partition ${name}`,
  stage: () => 'stage',
};

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
    changedInode(volume, ino, x, y, hit);
    for (const { parents } of [a, b]) {
      for (let at: number | undefined = ino; at !== undefined; at = mapGet(parents, at)) {
        if (!above.has(at)) hit(readKeys.below(volume, at));
        above.add(at);
      }
    }
  });
}

function changedInode(
  volume: string,
  ino: number,
  x: Inode | undefined,
  y: Inode | undefined,
  hit: (key: string) => void,
): void {
  if (x?.kind !== 'directory' || y?.kind !== 'directory') {
    hit(readKeys.node(volume, ino));
    return;
  }
  let differs = !sameAttributes(x, y);
  mapDifference(x.children, y.children, (name) => {
    differs = true;
    hit(readKeys.name(volume, ino, name));
  });
  if (differs) hit(readKeys.node(volume, ino));
}
