/** What a module is taken to be where the build does not say: one set for the planner, the checks and the simulated module. */
import type { Partition } from './build.js';

const mebibyte = 2 ** 20;

/** Sizes in bytes. */
export const moduleDefaults = {
  /** Free space on /system beyond the source: the note asks for 20 MB. */
  systemReserve: 20 * mebibyte,
  /** /cache lies in usrdata; the note counts on 110 MB. */
  cacheSize: 110 * mebibyte,
  dataSize: 64 * mebibyte,
  /** Of the NAND of these modules. `blocksize` in misc_info.txt is a constant of the build's recipe, and not asked. */
  eraseBlock: 256 * 1024,
} as const;

/** Where the boot image is written when recovery.fstab does not say. */
export const assumedBoot: Partition = { mountPoint: '/boot', fileSystem: 'mtd', type: 'MTD', device: 'boot' };

/** How /system is mounted when recovery.fstab does not say. */
export const assumedSystem: Partition = { mountPoint: '/system', fileSystem: 'ubifs', type: 'UBI', device: 'system' };

/** The row of the boot partition, if it names one that a boot image can be written to. */
export function bootRow(partitions: readonly Partition[]): Partition | undefined {
  const row = partitions.find(({ mountPoint }) => mountPoint === '/boot');
  return row === undefined || row.type === 'UBI' || row.device.includes(':') ? undefined : row;
}

/** The row of the root file system, if there is one. */
export function systemRow(partitions: readonly Partition[]): Partition | undefined {
  return partitions.find(({ mountPoint }) => mountPoint === '/system');
}
