import type { ProjectVersion } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { displayName } from '../../model/path.js';
import { countsDown } from '../../model/revision.js';
import type { Guard } from './facts.js';

/** A time of the version file as a text that orders; `undefined` for what is none. */
function ordered(time: string | undefined): string | undefined {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})[ ,T]+(\d{1,2}):(\d{2})/.exec(time ?? '');
  return parts === null
    ? undefined
    : parts
        .slice(1)
        .map((part) => part.padStart(2, '0'))
        .join('');
}

/** Less than 0: the target is older; more: it is newer; 0: the two cannot be told apart. */
function order(before: string | undefined, after: string | undefined): number {
  const [a, b] = [ordered(before), ordered(after)];
  return a === undefined || b === undefined || a === b ? 0 : b > a ? 1 : -1;
}

function show(version: ProjectVersion | undefined): string {
  const parts = [version?.revision, version?.packageTime].filter((part) => part !== undefined);
  return parts.length === 0 ? 'no version' : displayName(parts.join(', '));
}

/**
 * A source that is newer than the target. Revisions count first; where they do not tell, package times do; where those
 * do not either (the same version file in both, which is told on its own), the dates of the files give a warning.
 */
export const guardOrder: Guard = ({ source, target, newest }) => {
  const [from, to] = [source.projectVersion, target.projectVersion];
  const place = { file: target.origin, entry: sdx6x.versionFile };
  const down = countsDown(from?.revision, to?.revision);
  const up = countsDown(to?.revision, from?.revision);
  const time = order(from?.packageTime, to?.packageTime);
  if (down || (!up && time < 0)) {
    return [
      {
        severity: 'error',
        code: 'builds-swapped',
        place,
        message: 'the source is newer than the target: the two are swapped, or this is a downgrade',
        found: `from ${show(from)} to ${show(to)}`,
        expected: 'the firmware that runs on the module first, then the newer one',
        remedy: 'give the source first; for a downgrade, allow it',
      },
    ];
  }
  if (up || time > 0 || order(newest?.source, newest?.target) >= 0) return [];
  const finding: Finding = {
    severity: 'warning',
    code: 'source-files-newer',
    place: { file: target.origin },
    message:
      'the files of the source are newer than those of the target, and the versions do not tell which is the newer build',
    found: `newest file of the source ${newest?.source}, of the target ${newest?.target}`,
    expected: 'the firmware that runs on the module first, then the newer one',
    remedy: 'check that the two are not swapped, and give each build a version of its own',
  };
  return [finding];
};
