import type { AuditBuild, VersionRelation } from '../model/audit.js';
import type { Build, ProjectVersion } from '../model/build.js';

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

/**
 * How the versions relate. `compare` is negative when its first is older, 0 when the two cannot be told apart.
 * Another project is another product, whatever the numbers say.
 */
export function relationOf(
  source: ProjectVersion | undefined,
  target: ProjectVersion | undefined,
  compare: (a: ProjectVersion, b: ProjectVersion) => number,
): VersionRelation {
  if (source === undefined || target === undefined) return 'unknown';
  if (source.project !== target.project) return 'other-product';
  if (source.revision === target.revision && source.packageTime === target.packageTime) return 'same-version';
  const order = compare(source, target);
  return order < 0 ? 'upgrade' : order > 0 ? 'downgrade' : 'unknown';
}

/** `2022-06-22,15:50` as `2022-06-22T15:50`; `undefined` for what is no time. */
export function packageTime(version: ProjectVersion | undefined): string | undefined {
  const match = /(\d{4})-(\d{1,2})-(\d{1,2})(?:\D+(\d{1,2}):(\d{2}))?/.exec(version?.packageTime ?? '');
  if (match === null) return undefined;
  const two = (part: string | undefined): string => (part ?? '0').padStart(2, '0');
  return `${match[1]}-${two(match[2])}-${two(match[3])}T${two(match[4])}:${two(match[5])}`;
}
