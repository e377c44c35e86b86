/** A module as it leaves the factory with the source build on it. */

import type { Build, Entry, Ownership } from '../model/build.js';
import { isMinorImage, onDevice, sdx6x } from '../model/layout.js';
import { assumedBoot, assumedSystem, bootRow, moduleDefaults, systemRow } from '../model/module-defaults.js';
import type { BuildPath } from '../model/path.js';
import { baseName, compareBytes } from '../model/path.js';
import { statedSize } from '../model/stated-sizes.js';
import { type Blob, fillBlob, joinBlobs, type Whole } from './blob.js';
import {
  type Attributes,
  addInode,
  directoryOf,
  emptyFileSystem,
  type FileSystem,
  type Inode,
  replaceInode,
  rootInode,
  spaceOf,
} from './file-system.js';
import { type Flash, type Machine, type OnEffect, ramVolume } from './machine.js';
import { flashImage } from './partition.js';
import { emptyMap, mapEach, mapGet, mapSet, type PersistentMap } from './persistent-map.js';
import type { ReadLog } from './reads.js';
import type { MountRow } from './runtime.js';

/** Sizes and partitions that are known better than the build tells. */
export interface ModuleOptions {
  readonly cacheSize?: number | undefined;
  readonly systemSize?: number | undefined;
  /** What /system shall hold afterwards: a module that takes this firmware has room for it. */
  readonly outcome?: ReadonlyMap<BuildPath, Entry> | undefined;
  /** Free on /system before the update; `systemSize` goes before it. */
  readonly systemFree?: number | undefined;
  /** Bytes of an erase block of its flash. */
  readonly eraseBlock?: number | undefined;
  /** Partition (a name, or a device on eMMC) of each image of MULTIFOTA/. */
  readonly images?: ReadonlyMap<BuildPath, string> | undefined;
}

/** A module, ready to run a package. */
export interface Module {
  readonly flash: Flash;
  readonly ram: FileSystem;
  /** Mounted when the updater starts. */
  readonly mounts: ReadonlyMap<number, string>;
  readonly table: readonly MountRow[];
  readonly eraseBlock: number;
  /** Directories of the RAM disk in which a script may do what it likes. */
  readonly scratch: ReadonlySet<number>;
  /** Mount points of file systems, by the device or partition on which they lie. */
  readonly volumeDevices: ReadonlyMap<string, string>;
  /** Key of the boot partition in the flash. */
  readonly bootPartition: string;
  /** Partitions that a package may write: boot, and those of the source's images. */
  readonly imagePartitions: ReadonlySet<string>;
  readonly notes: readonly string[];
}

function attributesOf(ownership: Ownership): Attributes {
  const { uid, gid, mode, selabel, capabilities } = ownership;
  return { uid, gid, mode, selabel, capabilities: capabilities === 0n ? undefined : capabilities };
}

function wholeOf(entry: Extract<Entry, { kind: 'file' }>): Whole {
  const { size, sha1 } = entry.content;
  return { kind: 'whole', size, sha1, origin: { from: 'build', path: entry.path } };
}

function inodeFor(entry: Entry): Inode {
  switch (entry.kind) {
    case 'file':
      return { kind: 'file', content: wholeOf(entry), ...attributesOf(entry.ownership) };
    case 'directory':
      return { kind: 'directory', children: emptyMap(), ...attributesOf(entry.ownership) };
    case 'link':
      return { kind: 'link', destination: entry.destination };
    default:
      return entry satisfies never;
  }
}

const rootOwned: Attributes = { uid: 0, gid: 0, mode: 0o755 };

function buildSystem(build: Build, block: number, unit: number): FileSystem {
  let fs = emptyFileSystem(Number.MAX_SAFE_INTEGER, block, unit, rootOwned);
  const known = new Map<string, number>([[sdx6x.system, rootInode]]);
  for (const entry of build.entries.values()) {
    if (onDevice(entry.path) === undefined) continue;
    if (entry.path === sdx6x.system) {
      if (entry.kind === 'directory') {
        const root = directoryOf(fs, rootInode);
        fs = replaceInode(fs, rootInode, { ...root, ...attributesOf(entry.ownership) });
      }
      continue;
    }
    const parent = known.get(entry.path.slice(0, entry.path.lastIndexOf('/')));
    if (parent === undefined) throw new Error(`the build has no directory above ${entry.path}`);
    const added = addInode(fs, parent, baseName(entry.path), inodeFor(entry));
    fs = added.fs;
    known.set(entry.path, added.ino);
  }
  return fs;
}

/** Bytes that the entries of SYSTEM take on a volume. */
function spaceNeeded(entries: ReadonlyMap<BuildPath, Entry>, block: number): number {
  let sum = 0;
  for (const entry of entries.values()) {
    if (onDevice(entry.path) !== undefined) sum += spaceOf(inodeFor(entry), block);
  }
  return sum;
}

/** Partitions are larger than what is in them: without a size, room for growth. */
const spare = 4 * 2 ** 20;
const ramSize = 512 * 2 ** 20;

const volumeTypes = new Set(['ubifs', 'ext4', 'yaffs2', 'ubi', 'vfat', 'f2fs', 'squashfs']);

function partitionsOf(
  build: Build,
  rows: readonly MountRow[],
  options: ModuleOptions,
  eraseBlock: number,
  onFlash: boolean,
): {
  readonly partitions: PersistentMap<string, Blob>;
  readonly bootPartition: string;
  readonly imagePartitions: ReadonlySet<string>;
} {
  let partitions = emptyMap<string, Blob>();
  const hold = (content: Blob, least: number): Blob => {
    const size = Math.max(
      Math.ceil(content.size / eraseBlock) * eraseBlock,
      Math.ceil(least / eraseBlock) * eraseBlock,
    );
    return onFlash
      ? flashImage(content, size, eraseBlock)
      : joinBlobs(content, fillBlob(0, Math.max(size - content.size, 0)));
  };
  const raw = rows.filter((row) => !volumeTypes.has(row.fileSystem));
  const boot = (rows.find(({ mountPoint }) => mountPoint === '/boot') ?? assumedBoot).device;
  for (const row of raw) {
    const image = [...build.entries.values()].find(
      (entry) => entry.path === `${sdx6x.bootableImages}/${baseName(row.mountPoint)}.img`,
    );
    const content = image?.kind === 'file' ? wholeOf(image) : fillBlob(0xff, eraseBlock);
    const stated = statedSize([build], row.mountPoint)?.bytes;
    partitions = mapSet(partitions, row.device, hold(content, stated ?? content.size * 2 + spare));
  }
  const nameOf = (path: BuildPath): string => {
    const stem = baseName(path).replace(/\.[^.]*$/, '');
    return options.images?.get(path) ?? (onFlash ? stem : `/dev/block/bootdevice/by-name/${stem}`);
  };
  const images = (entries: Build['entries']) =>
    [...entries.values()].filter((entry) => entry.kind === 'file' && isMinorImage(entry.path));
  const imagePartitions = new Set([boot]);
  for (const entry of images(build.entries)) {
    const name = nameOf(entry.path);
    imagePartitions.add(name);
    if (entry.kind !== 'file' || mapGet(partitions, name) !== undefined) continue;
    partitions = mapSet(
      partitions,
      name,
      hold(wholeOf(entry), statedSize([build], name)?.bytes ?? entry.content.size * 2 + spare),
    );
  }
  // what the target brings an image for is there too: erased
  for (const entry of images(options.outcome ?? new Map())) {
    const name = nameOf(entry.path);
    if (entry.kind !== 'file' || mapGet(partitions, name) !== undefined) continue;
    partitions = mapSet(
      partitions,
      name,
      hold(fillBlob(0xff, eraseBlock), statedSize([build], name)?.bytes ?? entry.content.size * 2 + spare),
    );
  }
  return { partitions, bootPartition: boot, imagePartitions };
}

function makeRam(
  points: readonly string[],
  devices: readonly string[],
): { readonly ram: FileSystem; readonly inodes: ReadonlyMap<string, number> } {
  let ram = emptyFileSystem(ramSize, 4096, 4096, rootOwned);
  const inodes = new Map<string, number>([['', rootInode]]);
  const add = (path: string, inode: Inode): void => {
    if (inodes.has(path)) return;
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (!inodes.has(parent)) add(parent, { kind: 'directory', children: emptyMap(), ...rootOwned });
    const added = addInode(ram, inodes.get(parent) ?? rootInode, baseName(path), inode);
    ram = added.fs;
    inodes.set(path, added.ino);
  };
  for (const path of [
    '/cache',
    '/data',
    '/dev/block',
    '/etc',
    '/proc',
    '/sbin',
    '/sys',
    '/system',
    '/tmp',
    ...points,
  ]) {
    add(path, { kind: 'directory', children: emptyMap(), ...rootOwned });
  }
  for (const device of devices) add(device, { kind: 'device', partition: device });
  return { ram, inodes };
}

/** Puts the source build on a module. /system gets its size from the options, else from misc_info where the build fits it. */
export function makeModule(build: Build, options: ModuleOptions): Module {
  const notes: string[] = [];
  const eraseBlock = options.eraseBlock ?? moduleDefaults.eraseBlock;
  let rows: readonly MountRow[] = build.partitions;
  if (systemRow(build.partitions) === undefined) {
    rows = [...rows, assumedSystem];
    notes.push('the build has no recovery.fstab row for /system: taken as ubifs UBI system');
  }
  if (bootRow(build.partitions) === undefined) {
    rows = [...rows.filter(({ mountPoint }) => mountPoint !== assumedBoot.mountPoint), assumedBoot];
    notes.push('recovery.fstab does not say where the boot image is written: taken as MTD:boot');
  }
  const onFlash = !rows.some((row) => row.mountPoint === '/boot' && row.type === 'EMMC');
  const flashVolume = (point: string): boolean =>
    rows.some((row) => row.mountPoint === point && row.type !== 'EMMC') || (point === '/cache' && onFlash);
  const unit = (point: string): number => (flashVolume(point) ? eraseBlock : 4096);

  const filled = buildSystem(build, 4096, unit('/system'));
  const needed = options.outcome === undefined ? 0 : spaceNeeded(options.outcome, filled.block);
  const wanted = Math.max(filled.used, needed) + moduleDefaults.systemReserve;
  const size = statedSize([build], '/system');
  const stated = size?.bytes;
  const given = options.systemSize ?? (options.systemFree === undefined ? undefined : filled.used + options.systemFree);
  const capacity = given ?? (stated !== undefined && stated >= filled.used ? stated : wanted);
  if (given === undefined && stated !== undefined && stated < filled.used) {
    notes.push(`${stated} bytes by ${size?.by}, less than the source takes: ${wanted} bytes assumed`);
  }
  let volumes = mapSet(emptyMap<string, FileSystem>(), '/system', { ...filled, capacity });
  const empty = (size: number, point: string) => emptyFileSystem(size, 4096, unit(point), rootOwned);
  volumes = mapSet(volumes, '/cache', empty(options.cacheSize ?? moduleDefaults.cacheSize, '/cache'));
  const others = rows
    .filter((row) => volumeTypes.has(row.fileSystem) && row.mountPoint.startsWith('/'))
    .map((row) => row.mountPoint);
  for (const point of others) {
    if (mapGet(volumes, point) === undefined) {
      volumes = mapSet(volumes, point, empty(moduleDefaults.dataSize, point));
    }
  }

  const { partitions, bootPartition, imagePartitions } = partitionsOf(build, rows, options, eraseBlock, onFlash);
  const volumeDevices = new Map(
    rows
      .filter((row) => mapGet(volumes, row.mountPoint) !== undefined && mapGet(partitions, row.device) === undefined)
      .map((row) => [row.device, row.mountPoint]),
  );
  const devices: string[] = [...volumeDevices.keys()].filter((name) => name.startsWith('/dev/'));
  mapEach(partitions, (name) => {
    if (name.startsWith('/dev/')) devices.push(name);
  });
  const { ram, inodes } = makeRam(others, devices.sort(compareBytes));
  const cache = inodes.get('/cache') ?? rootInode;
  return {
    flash: { volumes, partitions, stage: '' },
    ram,
    mounts: new Map([[cache, '/cache']]),
    table: rows,
    eraseBlock,
    scratch: new Set(['/tmp', '/system', '/cache'].map((path) => inodes.get(path) ?? rootInode)),
    volumeDevices,
    bootPartition,
    imagePartitions,
    notes,
  };
}

/** The module after it was switched on with this on its flash: the RAM disk is fresh, only /cache is mounted. */
export function powerOn(
  module: Module,
  flash: Flash,
  onEffect: OnEffect,
  mostVisits: number,
  reads?: ReadLog | undefined,
): Machine {
  const unnoted = { flash };
  const peak = new Map<string, number>();
  for (const volume of ['/system', '/cache']) peak.set(volume, mapGet(flash.volumes, volume)?.used ?? 0);
  peak.set(ramVolume, 0);
  return {
    get flash() {
      reads?.everything();
      return unnoted.flash;
    },
    set flash(next) {
      unnoted.flash = next;
    },
    unnoted,
    reads,
    ram: module.ram,
    mounts: module.mounts,
    onEffect,
    scratch: module.scratch,
    volumeDevices: module.volumeDevices,
    reached: new Map(),
    written: [],
    statement: 0,
    visits: 0,
    mostVisits,
    peak,
    peakMemory: 0,
  };
}
