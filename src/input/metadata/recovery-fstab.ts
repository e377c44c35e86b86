import { linesOf, trimBlanks } from '../../formats/text/text-lines.js';
import type { Partition, PartitionType } from '../../model/build.js';
import type { Place } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { displayName } from '../../model/path.js';

/** Where the table may be, in the order of looking: Linux-Embedded first, then AOSP. */
export const fstabPaths = sdx6x.fstabs;

const typeOf: ReadonlyMap<string, PartitionType> = new Map([
  ['mtd', 'MTD'],
  ['yaffs2', 'MTD'],
  ['ubi', 'MTD'],
  ['ubifs', 'UBI'],
  ['ext4', 'EMMC'],
  ['emmc', 'EMMC'],
  ['squashfs', 'EMMC'],
]);

/** Partitions in the order of their lines, and findings about lines that were not understood. */
export interface RecoveryFstab {
  readonly partitions: readonly Partition[];
  readonly findings: readonly Finding[];
}

/**
 * Parses version 1 (`mount_point fs_type device …`) or 2 (`src mnt_point type mnt_flags fs_mgr_flags`). A line that is
 * not understood is left out with a finding: whether a partition is needed shows when the plan asks for it.
 */
export function parseRecoveryFstab(text: string, version: number, place: Place): RecoveryFstab {
  const partitions: Partition[] = [];
  const findings: Finding[] = [];
  const expected =
    version === 2
      ? 'src mount_point type mount_flags fs_mgr_flags (fstab_version=2)'
      : 'mount_point fs_type device (fstab_version=1)';
  for (const { number, text: line } of linesOf(text)) {
    const words = trimBlanks(line).text.split(/[ \t]+/);
    const [first = '', second = '', third = ''] = words;
    if (first === '' || first.startsWith('#')) continue;
    if (version === 2 && words.some((word) => word.includes('voldmanaged='))) continue;
    const mountPoint = version === 2 ? second : first;
    const fileSystem = version === 2 ? third : second;
    const device = version === 2 ? first : third;
    const at = { ...place, line: number, column: 1 };
    if (words.length < 3 || !mountPoint.startsWith('/')) {
      if (words.length >= 3 && mountPoint === 'none') continue;
      const found = displayName(line.slice(0, 120));
      findings.push({
        severity: 'warning',
        code: 'fstab-line',
        place: at,
        message: 'the line is not in the expected form and is left out',
        found,
        expected,
      });
      continue;
    }
    const type = typeOf.get(fileSystem);
    if (type === undefined) {
      const known = [...typeOf.keys()].join(', ');
      const found = displayName(fileSystem);
      const message = `the file system type of ${displayName(mountPoint)} is not known, so the partition is left out`;
      findings.push({ severity: 'information', code: 'fstab-type', place: at, message, found, expected: known });
      continue;
    }
    partitions.push({ mountPoint, fileSystem, type, device });
  }
  return { partitions, findings };
}
