import type { Build, ProjectVersion } from '../../model/build.js';
import type { Place } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { displayName } from '../../model/path.js';
import type { Check } from './facts.js';

const file = 'SYSTEM/etc/quectel-project-version';

function at(build: Build): Place {
  return { file: build.origin, entry: file };
}

/**
 * The numbers by which revisions of one project are ordered, most significant first: `R01A02` and a trailing `_01.003`.
 * `undefined` where a revision has no such numbers.
 */
export function revisionNumbers(revision: string): readonly number[] | undefined {
  const main = /R(\d+)A(\d+)/.exec(revision);
  if (main === null) return undefined;
  const tail = /_(\d+)\.(\d+)(?:\D.*)?$/.exec(revision);
  return [main[1], main[2], tail?.[1], tail?.[2]].map((digits) => Number(digits ?? 0));
}

/** Negative when `a` is older, positive when it is newer, 0 when they are equal or cannot be told apart. */
export function compareVersions(a: ProjectVersion, b: ProjectVersion): number {
  const left = a.revision === undefined ? undefined : revisionNumbers(a.revision);
  const right = b.revision === undefined ? undefined : revisionNumbers(b.revision);
  if (left !== undefined && right !== undefined) {
    for (const [index, number] of left.entries()) {
      const difference = number - (right[index] ?? 0);
      if (difference !== 0) return difference;
    }
  }
  const time = /^\d{4}-\d\d-\d\d,\d\d:\d\d$/;
  const [before, after] = [a.packageTime ?? '', b.packageTime ?? ''];
  if (!time.test(before) || !time.test(after)) return 0;
  return before < after ? -1 : before > after ? 1 : 0;
}

function show(version: ProjectVersion): string {
  return displayName([version.revision, version.packageTime].filter((part) => part !== undefined).join(', '));
}

/** The two builds' version files: present, different, of one project and branch, and in the right order. */
export const checkVersions: Check = ({ source, target }) => {
  const [from, to] = [source.projectVersion, target.projectVersion];
  const findings: Finding[] = [];
  if (from === undefined) {
    findings.push({
      severity: 'error',
      code: 'version-missing',
      place: at(source),
      message: 'the source has no project version, so the module would refuse the package (505)',
      expected: 'the lines Project Name, Project Rev, Branch Name, Custom Name and Package Time',
      remedy: 'use the targetfiles.zip of the firmware that runs on the module',
    });
  }
  if (from === undefined || to === undefined) return findings;
  if (from.bytes === to.bytes) {
    findings.push({
      severity: 'warning',
      code: 'version-equal',
      place: at(target),
      message: 'both builds have the same project version',
      found: show(to),
      remedy:
        'give the target a version of its own: the module cannot tell the two apart, and tries the same package again',
    });
    return findings;
  }
  for (const [label, code, severity, a, b] of [
    ['project', 'version-other-project', 'error', from.project, to.project],
    ['branch', 'version-other-branch', 'warning', from.branch, to.branch],
    ['custom name', 'version-other-custom', 'warning', from.custom, to.custom],
  ] as const) {
    if (a === b) continue;
    findings.push({
      severity,
      code,
      place: at(target),
      message: `the target is of another ${label} than the source`,
      found: displayName(b ?? 'none'),
      expected: displayName(a ?? 'none'),
      remedy: 'check that both builds are for the same module and customer',
    });
  }
  const order = compareVersions(from, to);
  if (order > 0) {
    findings.push({
      severity: 'error',
      code: 'version-goes-back',
      place: at(target),
      message: 'the target is older than the source: a downgrade, or the two are swapped',
      found: show(to),
      expected: `something newer than ${show(from)}`,
      remedy: 'swap the two builds; go on only if a downgrade is meant',
    });
  } else if (order === 0 && from.revision === to.revision) {
    findings.push({
      severity: 'information',
      code: 'version-same-revision',
      place: at(target),
      message: 'the project revision did not change although the version file did',
      found: show(to),
      remedy: 'count the revision up, so that people can tell the builds apart',
    });
  }
  return findings;
};
