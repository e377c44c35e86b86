/**
 * A module between two statements: everything that the statements to come can read. Two starts that come to the same statement
 * with the same moment end alike. docs/decisions/0043-known-runs.md says why nothing is left out.
 */
import { sameBlob } from '../blob.js';
import type { FileSystem } from '../file-system.js';
import type { Flash } from '../machine.js';
import { mapDifference, mapEach, mapGet, mapSet } from '../persistent-map.js';
import type { Runtime } from '../runtime.js';
import { inodeParts, sameTree } from '../tree-difference.js';

/** What does not survive a power cut, apart from what only people are told. */
export interface Volatile {
  readonly ram: FileSystem;
  readonly mounts: ReadonlyMap<number, string>;
  readonly wipesCache: boolean;
}

/** The module before a statement. */
export interface Moment extends Volatile {
  readonly flash: Flash;
}

/** The present moment. */
export function momentOf({ machine, wipesCache }: Runtime): Moment {
  return { flash: machine.unnoted.flash, ram: machine.ram, mounts: machine.mounts, wipesCache };
}

/** Puts the module into a moment, with another flash where one is given. */
export function takeOver(runtime: Runtime, moment: Moment, flash: Flash = moment.flash): void {
  const { machine } = runtime;
  machine.unnoted.flash = flash;
  machine.ram = moment.ram;
  machine.mounts = moment.mounts;
  runtime.wipesCache = moment.wipesCache;
}

/** The RAM disk's inodes are named by number in what is mounted, so the numbers count too. */
function sameRam(a: FileSystem, b: FileSystem): boolean {
  if (a === b) return true;
  if (a.used !== b.used || a.nextInode !== b.nextInode || a.inodes.size !== b.inodes.size) return false;
  let same = true;
  mapDifference(a.inodes, b.inodes, (ino) => {
    const [x, y] = [mapGet(a.inodes, ino), mapGet(b.inodes, ino)];
    if (x === undefined || y === undefined) same = false;
    else if (!Object.values(inodeParts).every((isSame) => isSame(x, y))) same = false;
    else if (x.kind === 'directory' && y.kind === 'directory') {
      mapDifference(x.children, y.children, (name) => {
        if (mapGet(x.children, name) !== mapGet(y.children, name)) same = false;
      });
    }
  });
  return same;
}

function sameMounts(a: Volatile['mounts'], b: Volatile['mounts']): boolean {
  if (a === b) return true;
  const others = [...b];
  return (
    a.size === b.size && [...a].every(([ino, volume], at) => others[at]?.[0] === ino && others[at]?.[1] === volume)
  );
}

function eachVolume(a: Flash, b: Flash, isSame: (x: FileSystem, y: FileSystem) => boolean): boolean {
  let same = a.volumes.size === b.volumes.size;
  mapEach(a.volumes, (volume, x) => {
    const y = mapGet(b.volumes, volume);
    if (y === undefined || (x !== y && !isSame(x, y))) same = false;
  });
  return same;
}

function samePartitions(a: Flash, b: Flash): boolean {
  let same = a.partitions.size === b.partitions.size;
  mapDifference(a.partitions, b.partitions, (name) => {
    const [x, y] = [mapGet(a.partitions, name), mapGet(b.partitions, name)];
    if (x === undefined || y === undefined || !sameBlob(x, y)) same = false;
  });
  return same;
}

/** What is compared of two moments, each a part of its own so that tests can leave one out. The cheap ones come first. */
export const momentParts = {
  wipesCache: (a: Moment, b: Moment) => a.wipesCache === b.wipesCache,
  mounts: (a: Moment, b: Moment) => sameMounts(a.mounts, b.mounts),
  stage: (a: Moment, b: Moment) => a.flash.stage === b.flash.stage,
  space: (a: Moment, b: Moment) =>
    eachVolume(a.flash, b.flash, (x, y) => x.used === y.used && x.capacity === y.capacity && x.unit === y.unit),
  ram: (a: Moment, b: Moment) => sameRam(a.ram, b.ram),
  partitions: (a: Moment, b: Moment) => samePartitions(a.flash, b.flash),
  trees: (a: Moment, b: Moment) => eachVolume(a.flash, b.flash, (x, y) => sameTree(x, y)),
} satisfies Readonly<Record<string, (a: Moment, b: Moment) => boolean>>;

/** Whether the same statements do the same from here on. */
export type IsSameMoment = (a: Moment, b: Moment) => boolean;

/** Whether nothing differs that a statement can read. */
export const isSameMoment: IsSameMoment = (a, b) => Object.values(momentParts).every((isSame) => isSame(a, b));

/** Whether the RAM disk and what is mounted are the same. */
export function sameVolatile(a: Volatile, b: Volatile): boolean {
  return a.wipesCache === b.wipesCache && sameMounts(a.mounts, b.mounts) && sameRam(a.ram, b.ram);
}

/** The volumes in which two moments differ, each held against the other moment's by itself; undefined where something else differs too. */
export function differingVolumes(a: Moment, b: Moment, isSame: IsSameMoment): ReadonlySet<string> | undefined {
  if (!isSame({ ...a, flash: { ...a.flash, volumes: b.flash.volumes } }, b)) return undefined;
  const differing = new Set<string>();
  mapEach(a.flash.volumes, (volume, x) => {
    if (x === mapGet(b.flash.volumes, volume)) return;
    if (!isSame({ ...b, flash: withVolumes(b.flash, a.flash, [volume]) }, b)) differing.add(volume);
  });
  return differing;
}

/** The flash with some volumes as the other has them. */
export function withVolumes(flash: Flash, other: Flash, names: Iterable<string>): Flash {
  let { volumes } = flash;
  for (const name of names) {
    const fs = mapGet(other.volumes, name);
    if (fs !== undefined) volumes = mapSet(volumes, name, fs);
  }
  return { ...flash, volumes };
}
