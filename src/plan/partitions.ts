import type { Build, Partition } from '../model/build.js';
import type { Finding } from '../model/finding.js';
import { sdx6x } from '../model/layout.js';
import type { ImageRule } from '../model/list-rules.js';
import { assumedBoot, assumedSystem, bootRow, systemRow } from '../model/module-defaults.js';
import type { PartitionName } from '../model/operation.js';

const byName = '/dev/block/bootdevice/by-name/';

/** Where boot lives, from the target's recovery.fstab; `MTD:boot` where that does not say. */
export function bootPartition(build: Build): {
  readonly partition: PartitionName;
  readonly findings: readonly Finding[];
} {
  const usable = bootRow(build.partitions);
  if (usable !== undefined && usable.type !== 'UBI')
    return { partition: { type: usable.type, device: usable.device }, findings: [] };
  const row = build.partitions.find(({ mountPoint }) => mountPoint === '/boot');
  return {
    partition: { type: 'MTD', device: assumedBoot.device },
    findings: [
      {
        severity: 'warning',
        code: 'boot-partition-assumed',
        place: { file: build.origin, entry: sdx6x.fstabs[0] },
        message: 'recovery.fstab does not say where the boot image is written',
        found: row === undefined ? 'no row for /boot' : `/boot ${row.fileSystem} ${row.device}`,
        expected: 'a row such as "/boot mtd boot" or "/boot emmc /dev/block/bootdevice/by-name/boot"',
        remedy: 'MTD:boot is assumed; correct recovery.fstab if the module differs',
      },
    ],
  };
}

/** The partition of a multifota row: a device path as written, else of the same kind as boot. */
export function imagePartition(rule: ImageRule, boot: PartitionName): PartitionName {
  if (rule.partition.startsWith('/')) return { type: 'EMMC', device: rule.partition };
  if (boot.type === 'MTD') return { type: 'MTD', device: rule.partition };
  const folder = boot.device.startsWith('/') ? boot.device.slice(0, boot.device.lastIndexOf('/') + 1) : byName;
  return { type: 'EMMC', device: `${folder}${rule.partition}` };
}

/** How /system is mounted, from the target's recovery.fstab; ubifs on UBI where that does not say. */
export function systemPartition(build: Build): {
  readonly partition: Partition;
  readonly findings: readonly Finding[];
} {
  const row = systemRow(build.partitions);
  if (row !== undefined) return { partition: row, findings: [] };
  return {
    partition: assumedSystem,
    findings: [
      {
        severity: 'warning',
        code: 'system-partition-assumed',
        place: { file: build.origin, entry: sdx6x.fstabs[0] },
        message: 'recovery.fstab does not say how /system is mounted',
        expected: 'a row such as "/system ubifs system"',
        remedy: 'the UBI volume "system" is assumed; correct recovery.fstab if the module differs',
      },
    ],
  };
}
