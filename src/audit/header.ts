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
 * How the versions relate: by the numbers of their revisions, else by their package times. `countsDown` tells whether
 * its second revision is a lower one than its first. Another project is another product, whatever the numbers say.
 */
export function relationOf(
  source: ProjectVersion | undefined,
  target: ProjectVersion | undefined,
  countsDown: (before: string | undefined, after: string | undefined) => boolean,
): VersionRelation {
  if (source === undefined || target === undefined) return 'unknown';
  if (source.project !== target.project) return 'other-product';
  if (source.revision === target.revision && source.packageTime === target.packageTime) return 'same-version';
  if (countsDown(source.revision, target.revision)) return 'downgrade';
  if (countsDown(target.revision, source.revision)) return 'upgrade';
  const [before, after] = [packageTime(source), packageTime(target)];
  if (before === undefined || after === undefined || before === after) return 'unknown';
  return after > before ? 'upgrade' : 'downgrade';
}

/** `2022-06-22,15:50` as `2022-06-22T15:50`; `undefined` for what is no time. */
export function packageTime(version: ProjectVersion | undefined): string | undefined {
  const match = /(\d{4})-(\d{1,2})-(\d{1,2})(?:\D+(\d{1,2}):(\d{2}))?/.exec(version?.packageTime ?? '');
  if (match === null) return undefined;
  const two = (part: string | undefined): string => (part ?? '0').padStart(2, '0');
  return `${match[1]}-${two(match[2])}-${two(match[3])}T${two(match[4])}:${two(match[5])}`;
}
