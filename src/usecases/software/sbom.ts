/** The list of packages that changed between two builds: read, compared, told, and ready to be written. */
import { createHash } from 'node:crypto';
import { type BuildSoftware, softwareChanges } from '../../audit/software/changes.js';
import { softwareFindings } from '../../audit/software/findings.js';
import type { CompanionFile } from '../../files/output.js';
import type { OpenBuild } from '../../model/build.js';
import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { Part } from '../../model/parts.js';
import type { BuildPath } from '../../model/path.js';
import { type SoftwareChanges, type SoftwareSummary, softwareSummary } from '../../model/software.js';
import { sbomJson } from '../../report/sbom.js';
import { dfotaVersion } from '../../version.js';
import { databaseFoldersInWords, readSoftware } from './read-software.js';

/** Where the list goes, and what else it says. */
export interface SbomOptions {
  readonly path: string;
  /** When it was made, ISO 8601 in UTC: SOURCE_DATE_EPOCH. Left out without it, so that the same builds give the same bytes. */
  readonly date?: string | undefined;
  /** The list is one of several files: a database that cannot be read is a warning then, and that there is none a note. */
  readonly ifPossible?: boolean | undefined;
}

/** The list, where there is one, and what is worth telling. */
export interface Sbom {
  readonly file?: CompanionFile | undefined;
  readonly summary?: SoftwareSummary | undefined;
  readonly findings: readonly Finding[];
}

/** Makes the list. Throws InputError for a database that cannot be read, unless the list is only made if possible. */
export async function makeSbom(
  source: OpenBuild,
  target: OpenBuild,
  parts: ReadonlySet<Part>,
  { path, date, ifPossible = false }: SbomOptions,
  signal?: AbortSignal | undefined,
): Promise<Sbom> {
  const none = (message: string): Sbom => ({
    findings: [
      {
        severity: ifPossible ? 'information' : 'warning',
        code: 'package-database-none',
        place: { file: target.build.origin },
        message,
        remedy: ifPossible ? undefined : 'have the build keep the database of opkg or dpkg, or leave --sbom out',
      },
    ],
  });
  if (!parts.has('l')) {
    return none('the list of packages is not written: the root file system is not among the parts that are updated');
  }
  try {
    const from = { build: source.build, software: await readSoftware(source) };
    const to = { build: target.build, software: await readSoftware(target) };
    if (from.software.databases.length + to.software.databases.length === 0) {
      return none(
        `the list of packages is not written: neither build has a package database (${databaseFoldersInWords})`,
      );
    }
    return await listOf([from, to], target, { path, date }, signal);
  } catch (error) {
    if (!ifPossible || !(error instanceof InputError)) throw error;
    const isDatabase = error.faults.every(({ code }) => code === 'package-database');
    if (!isDatabase) throw error;
    return { findings: error.faults.map((fault) => ({ ...fault, severity: 'warning' })) };
  }
}

async function listOf(
  [from, to]: readonly [BuildSoftware, BuildSoftware],
  target: OpenBuild,
  { path, date }: SbomOptions,
  signal: AbortSignal | undefined,
): Promise<Sbom> {
  const changes = softwareChanges(from, to);
  const digests = await digestsOf(target, changes, signal);
  const text = sbomJson({ source: from, target: to, changes, digests, tool: dfotaVersion, date });
  return {
    file: { path, bytes: Buffer.from(text) },
    summary: softwareSummary(changes),
    findings: softwareFindings(from, to, changes),
  };
}

/** SHA-256 and MD5 of the changed files of the target; one of several owners is read once. */
async function digestsOf(
  { content, build }: OpenBuild,
  { packages, unowned }: SoftwareChanges,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<BuildPath, { readonly sha256: string; readonly md5: string }>> {
  const digests = new Map<BuildPath, { sha256: string; md5: string }>();
  for (const { path } of [...packages.flatMap(({ files }) => files), ...unowned]) {
    if (digests.has(path) || build.entries.get(path)?.kind !== 'file') continue;
    signal?.throwIfAborted();
    const bytes = await content.read(path);
    const digest = (name: string): string => createHash(name).update(bytes).digest('hex');
    digests.set(path, { sha256: digest('sha256'), md5: digest('md5') });
  }
  return digests;
}
