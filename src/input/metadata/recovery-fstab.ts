import { linesOf, trimBlanks } from '../../formats/text/text-lines.js';
import type { Partition, PartitionType } from '../../model/build.js';
import type { Place } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { displayName } from '../../model/path.js';
import { miscNumber } from '../../model/stated-sizes.js';

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
  const read = parseVersion(text, version, place);
  if (read.partitions.length > 0 || read.findings.length === 0) return read;
  const other = version === 2 ? 1 : 2;
  const { partitions } = parseVersion(text, other, place);
  if (partitions.length > 0) return { partitions, findings: [otherVersion(place, version, other)] };
  return { partitions: [], findings: [noRow(read.findings)] };
}

/** All rows are of the other version: they are read as what they are. */
function otherVersion(place: Place, stated: number, found: number): Finding {
  return {
    severity: 'warning',
    code: 'fstab-version',
    place,
    message: `the rows are of version ${found}, and META/misc_info.txt says ${stated}: they are read as version ${found}`,
    found: `rows of version ${found}`,
    expected: `fstab_version=${found} in META/misc_info.txt`,
    remedy: 'check that both files are of the same build',
  };
}

/** No row at all can be read: one finding in place of one a line. */
function noRow(findings: readonly Finding[]): Finding {
  const [first] = findings;
  if (first === undefined) throw new Error('no finding of an fstab without rows');
  if (findings.length === 1) return first;
  const { place, ...rest } = first;
  return {
    ...rest,
    severity: 'warning',
    place: place === undefined ? undefined : { file: place.file, entry: place.entry },
    message: 'no line of the partition table can be read',
    found: `${findings.length} such lines; the first: ${first.found ?? ''}`,
  };
}

/** `length=` among the options of a row, in bytes; a negative one is what stays free at the end, and tells no size. */
function lengthOf(options: readonly string[]): number | undefined {
  for (const option of options.flatMap((word) => word.split(','))) {
    if (option.startsWith('length=')) return miscNumber(option.slice('length='.length));
  }
  return undefined;
}

function parseVersion(text: string, version: number, place: Place): RecoveryFstab {
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
    partitions.push({ mountPoint, fileSystem, type, device, length: lengthOf(words.slice(3)) });
  }
  return { partitions, findings };
}
