import type { Build, Partition } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { assumedBoot, assumedSystem, bootRow, systemRow } from '../../model/module-defaults.js';
import type { Part } from '../../model/parts.js';
import { displayName } from '../../model/path.js';
import { type Check, runChecks } from '../check.js';

interface Compared {
  readonly source: Build;
  readonly target: Build;
  readonly parts: ReadonlySet<Part>;
}

function shown({ mountPoint, fileSystem, device }: Partition): string {
  return displayName(`${mountPoint} ${fileSystem} ${device}`);
}

function placeOf({ origin }: Build) {
  return { file: origin, entry: sdx6x.fstabs[0] };
}

const bootOf = ({ partitions }: Build): Partition => bootRow(partitions) ?? assumedBoot;
const systemOf = ({ partitions }: Build): Partition => systemRow(partitions) ?? assumedSystem;

/** The script goes by the target's recovery.fstab, the module by the source's: where they name different places, no package can work. */
const checkSameRows: Check<Compared> = ({ source, target, parts }) => {
  const rows: [Partition, Partition][] = [[systemOf(source), systemOf(target)]];
  if (parts.has('o')) rows.push([bootOf(source), bootOf(target)]);
  return rows.flatMap(([before, after]): Finding[] => {
    const [sameType, sameDevice] = [before.type === after.type, before.device === after.device];
    const sameMount = before.mountPoint === '/boot' || before.fileSystem === after.fileSystem;
    if (sameType && sameDevice && sameMount) return [];
    return [
      {
        severity: 'error',
        code: 'fstab-rows-differ',
        place: placeOf(target),
        message: `the recovery.fstab of the target says of ${before.mountPoint} something else than that of the source`,
        found: shown(after),
        expected: shown(before),
        remedy: "take recovery.fstab from the module's own build: an update cannot move a partition",
      },
    ];
  });
};

/** A boot image cannot be written where the file system of /system lies, nor to a partition that is said to be a UBI volume. */
const checkBootRow: Check<Compared> = ({ source, target, parts }) => {
  if (!parts.has('o')) return [];
  return [source, target].flatMap((build): Finding[] => {
    const row = build.partitions.find(({ mountPoint }) => mountPoint === '/boot');
    if (row === undefined) return [];
    const volume = row.fileSystem === 'ubi' || (row.type === 'UBI' && row.device === assumedBoot.device);
    if (!volume && row.device !== systemOf(build).device) return [];
    return [
      {
        severity: 'error',
        code: 'fstab-boot-unfit',
        place: placeOf(build),
        message: volume
          ? 'recovery.fstab says that the boot partition is a UBI volume, to which no boot image can be written'
          : 'recovery.fstab names one partition for /boot and /system',
        found: shown(row),
        expected: 'a row such as "/boot mtd boot"',
        remedy: "take recovery.fstab from the maker's targetfiles.zip",
      },
    ];
  });
};

/** What recovery.fstab of both builds says of /boot and /system, where no package of them can work on the module. */
export function moduleRowFindings(source: Build, target: Build, parts: ReadonlySet<Part>): readonly Finding[] {
  return runChecks([checkSameRows, checkBootRow], { source, target, parts });
}
