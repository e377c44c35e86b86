import type { AuditBuild, VersionRelation } from '../model/audit.js';
import type { Build, ProjectVersion } from '../model/build.js';
import type { Finding } from '../model/finding.js';

/** A build for the header. */
export function headerOf(build: Build): AuditBuild {
  let files = 0;
  let bytes = 0;
  for (const entry of build.entries.values()) {
    if (entry.kind !== 'file') continue;
    files++;
    bytes += entry.content.size;
  }
  const version = build.projectVersion;
  if (version === undefined) return { origin: build.origin, digest: build.digest, files, bytes };
  const { bytes: _, ...labels } = version;
  return { origin: build.origin, digest: build.digest, version: labels, files, bytes };
}

/** How the versions relate: another project is another product; else the package time decides, and without it nothing does. */
export function relationOf(source: ProjectVersion | undefined, target: ProjectVersion | undefined): VersionRelation {
  if (source === undefined || target === undefined) return 'unknown';
  if (source.project !== target.project) return 'other-product';
  const before = sortableTime(source.packageTime);
  const after = sortableTime(target.packageTime);
  if (source.revision === target.revision && before === after) return 'same-version';
  if (before === undefined || after === undefined) return 'unknown';
  return after > before ? 'upgrade' : after < before ? 'downgrade' : 'unknown';
}

/** `2022-06-22,15:50` in a form that sorts; `undefined` for what is no time. */
export function sortableTime(text: string | undefined): string | undefined {
  const match = /(\d{4})-(\d{1,2})-(\d{1,2})(?:\D+(\d{1,2}):(\d{2}))?/.exec(text ?? '');
  if (match === null) return undefined;
  const two = (part: string | undefined): string => (part ?? '0').padStart(2, '0');
  return `${match[1]}-${two(match[2])}-${two(match[3])}T${two(match[4])}:${two(match[5])}`;
}

/** What a release engineer has to know about the two versions before anything else. */
export function versionFindings(source: Build, target: Build): readonly Finding[] {
  const before = source.projectVersion;
  const after = target.projectVersion;
  const findings: Finding[] = [];
  const warn = (code: string, message: string, found: string, remedy: string): void => {
    findings.push({ severity: 'warning', code, message, found, remedy });
  };
  if (before === undefined || after === undefined) {
    const side = before === undefined ? source.origin : target.origin;
    warn(
      'audit-version-missing',
      'a build has no quectel-project-version',
      side,
      'the module refuses a package without it (error 505): add the file',
    );
    return findings;
  }
  switch (relationOf(before, after)) {
    case 'downgrade':
      warn(
        'audit-downgrade',
        'the target is older than the source',
        `${before.packageTime} → ${after.packageTime}`,
        'check that source and target are not swapped',
      );
      break;
    case 'same-version':
      warn(
        'audit-same-version',
        'source and target have the same revision and package time',
        before.revision ?? '',
        'raise the version of the target, or nobody can tell the builds apart',
      );
      break;
    case 'other-product':
      warn(
        'audit-other-product',
        'source and target are builds of different projects',
        `${before.project} → ${after.project}`,
        'check that both builds are for the same module',
      );
      break;
    case 'upgrade':
    case 'unknown':
      break;
  }
  for (const [label, was, is] of [
    ['branch', before.branch, after.branch],
    ['custom name', before.custom, after.custom],
  ] as const) {
    if (was !== is)
      warn(
        `audit-other-${label.split(' ', 1)[0]}`,
        `the ${label} differs`,
        `${was ?? 'none'} → ${is ?? 'none'}`,
        'check that the update is meant to cross it',
      );
  }
  return findings;
}
