import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';

const form = /^(\d{4})-(\d\d)-(\d\d),(\d\d):(\d\d)/;

/** Days since an epoch of its own, for differences only; `undefined` for what is no time. */
function days(time: string): number | undefined {
  const parts = form.exec(time)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts;
  return Date.UTC(year, month - 1, day, hour, minute) / 86_400_000;
}

/**
 * The build's Package Time against the newest file of its zip: files made days after it tell of a version file that was
 * not renewed. Zips do not tell their time zone, so a day makes no finding.
 */
export function checkPackageTime(
  build: Build,
  newest: { readonly entry: string; readonly time: string } | undefined,
): readonly Finding[] {
  const written = build.projectVersion?.packageTime;
  const [packaged, changed] = [days(written ?? ''), days(newest?.time ?? '')];
  if (newest === undefined || packaged === undefined || changed === undefined || changed - packaged <= 1) return [];
  return [
    {
      severity: 'information',
      code: 'package-time-old',
      place: { file: build.origin, entry: sdx6x.versionFile },
      message: 'files of the build are newer than its Package Time: the version file may belong to another build',
      found: `${newest.entry} of ${newest.time}`,
      expected: `nothing much later than ${written}`,
      remedy: 'renew the version file when the build changes, or a later update will not find its source',
    },
  ];
}
