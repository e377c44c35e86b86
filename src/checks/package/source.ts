import { sdx6x } from '../../model/layout.js';
import { displayName } from '../../model/path.js';
import type { PackageCheck } from './facts.js';

/** Whether it is a package of this source. */
export const checkSource: PackageCheck = ({ source, made }) => {
  const expected = source.projectVersion?.bytes;
  const found = made.projectVersion;
  if (found !== undefined && (expected === undefined || found === expected)) return [];
  return [
    {
      severity: 'error',
      code: 'package-other-source',
      place: { file: made.origin, entry: sdx6x.packageVersion },
      message: 'the package was made for another source: the module will refuse it (505)',
      found: found === undefined ? 'no version' : displayName(found.trim()),
      expected: expected === undefined ? undefined : displayName(expected.trim()),
      remedy: 'generate it again from this source',
    },
  ];
};
