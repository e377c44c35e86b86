/** Archives of builds, for people and for machines. */
import type { ArchiveAddition, ArchiveCheck, ArchivedBuild, ArchiveFetch, ArchiveListing } from '../model/archive.js';
import type { Fault } from '../model/errors.js';
import { displayName } from '../model/path.js';
import { countFindings, findingsText } from './findings.js';
import type { Report } from './inspection.js';
import { showCount, showSize } from './quantities.js';
import { tableLines } from './table.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const archiveJsonVersion = 1;

function buildJson({ revision, projectVersion, digest, files, bytes }: ArchivedBuild): object {
  const shown = (text: string | undefined): string | null => (text === undefined ? null : displayName(text));
  return {
    revision: displayName(revision),
    project: shown(projectVersion.project),
    branch: shown(projectVersion.branch),
    custom: shown(projectVersion.custom),
    packageTime: shown(projectVersion.packageTime),
    digest,
    files,
    bytes,
  };
}

function json(format: string, document: object, exitCode: 0 | 1): Report {
  return { text: `${JSON.stringify({ format, version: archiveJsonVersion, ...document }, null, 2)}\n`, exitCode };
}

/** What was added, and how much of it was new. */
export function additionText(addition: ArchiveAddition): Report {
  const { archive, origin, build, known, repairedBlobs, repairedFiles, newBlobs, newBytes, findings } = addition;
  const name = displayName(build.revision);
  const repaired = [
    ...(repairedBlobs > 0 ? [`${showCount(repairedBlobs, 'content')} missing or damaged`] : []),
    ...repairedFiles,
  ].join(' and ');
  const line = known
    ? `${archive}: ${name} is there already; ${repaired === '' ? 'all of it is whole, nothing was written' : `repaired: ${repaired}`}`
    : `${archive}: ${name} added from ${origin}, ${showCount(build.files, 'file')}, ${showSize(build.bytes)}; new: ${showCount(newBlobs, 'content')}, ${showSize(newBytes)}${repaired === '' ? '' : `; repaired: ${repaired}`}`;
  return { text: `${line}\n${findingsText(findings)}`, exitCode: 0 };
}

/** The addition as plain data. */
export function additionJson({ build, ...rest }: ArchiveAddition): Report {
  return json('dfota-archive-addition', { ...rest, build: buildJson(build) }, 0);
}

/** Several additions, and the builds that were refused, as plain data: one document. */
export function additionsJson(
  additions: readonly ArchiveAddition[],
  failures: readonly { readonly build: string; readonly faults: readonly Fault[] }[],
): string {
  const texts = additions.map((each) => additionJson(each).text.trimEnd());
  return `{"additions":[${texts.join(',')}],"failures":${JSON.stringify(failures, null, 2)}}\n`;
}

/** What was written. */
export function archiveFetchText({ archive, build, output, written }: ArchiveFetch): Report {
  const line = `${output}: ${displayName(build.revision)} of ${archive}, ${showCount(build.files, 'file')}, ${showSize(written.size)}`;
  return { text: `${line}\n  SHA-256 ${written.sha256}\n`, exitCode: 0 };
}

/** The same as plain data. */
export function archiveFetchJson({ build, ...rest }: ArchiveFetch): Report {
  return json('dfota-archive-fetch', { ...rest, build: buildJson(build) }, 0);
}

/** A line for each build, and what all of them take. */
export function archiveListingText({ archive, builds, storedBytes, findings }: ArchiveListing): Report {
  const rows = builds.map(({ revision, projectVersion, digest, files, bytes }) => [
    displayName(revision),
    displayName(projectVersion.packageTime ?? ''),
    String(files),
    showSize(bytes),
    digest.slice(0, 12),
  ]);
  const lines = tableLines(
    [
      { heading: 'version' },
      { heading: 'package time' },
      { heading: 'files', align: 'right' },
      { heading: 'size', align: 'right' },
      { heading: 'digest' },
    ],
    rows,
  );
  const sum = `${archive}: ${showCount(builds.length, 'build')} in ${showSize(storedBytes)}`;
  return { text: `${[...lines, sum].join('\n')}\n${findingsText(findings)}`, exitCode: codeOf(findings) };
}

/** The listing as plain data. */
export function archiveListingJson({ builds, ...rest }: ArchiveListing): Report {
  return json('dfota-archive-listing', { ...rest, builds: builds.map(buildJson) }, codeOf(rest.findings));
}

/** What was hashed, and what is wrong. */
export function archiveCheckText({ archive, builds, blobs, bytes, findings }: ArchiveCheck): Report {
  const sum = `${archive}: ${showCount(builds, 'build')}, ${showCount(blobs, 'content')}, ${showSize(bytes)}: ${countFindings(findings)}`;
  return { text: `${findingsText(findings)}${sum}\n`, exitCode: codeOf(findings) };
}

/** The check as plain data. */
export function archiveCheckJson(check: ArchiveCheck): Report {
  return json('dfota-archive-check', check, codeOf(check.findings));
}

function codeOf(findings: ArchiveCheck['findings']): 0 | 1 {
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}
