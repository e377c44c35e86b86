/** How large partitions are, as the builds say it: `boot_size` and the like of META/misc_info.txt, `length=` of recovery.fstab. */
import type { Build } from './build.js';

/** A size in bytes, and where it stands. */
export interface StatedSize {
  readonly bytes: number;
  /** For people: `boot_size in META/misc_info.txt`. */
  readonly by: string;
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A whole number of misc_info.txt, decimal or hexadecimal; `undefined` for anything else. */
export function miscNumber(text: string): number | undefined {
  const value = /^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** What of a build states sizes. */
type Stating = Pick<Build, 'misc' | 'partitions'>;

function ofMiscInfo({ misc }: Stating, name: string): number | undefined {
  if (name === 'boot') return misc.bootSize;
  if (name === 'system') return misc.systemSize;
  return miscNumber(misc.values.get(`${name}_size`) ?? '');
}

/**
 * The size of the partition of that name (`boot`, `modem`, or a device path): the smallest that the builds state. The root file
 * system is `system`. Zero counts as not stated.
 */
export function statedSize(builds: readonly Stating[], partition: string): StatedSize | undefined {
  const name = lastName(partition);
  const all: StatedSize[] = [];
  const state = (bytes: number | undefined, by: string): void => {
    if (bytes !== undefined && bytes > 0) all.push({ bytes, by });
  };
  for (const [at, build] of builds.entries()) {
    const whose = at === 0 ? '' : ' of the source';
    state(ofMiscInfo(build, name), `${name}_size in META/misc_info.txt${whose}`);
    for (const { mountPoint, device, length } of build.partitions) {
      if (lastName(mountPoint) === name || device === partition || lastName(device) === name)
        state(length, `length= of ${mountPoint} in recovery.fstab${whose}`);
    }
  }
  return all.reduce<StatedSize | undefined>(
    (least, next) => (least === undefined || next.bytes < least.bytes ? next : least),
    undefined,
  );
}
