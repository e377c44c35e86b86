/** What is worth telling of the packages of two builds. */
import type { Finding } from '../../model/finding.js';
import { mostPackagesTold } from '../../model/limits/software.js';
import { displayName } from '../../model/path.js';
import type { InstalledPackage, SoftwareChanges } from '../../model/software.js';
import type { BuildSoftware } from './changes.js';

/** Tells packages whose files changed without a new version, a database on one side alone, and packages without a list of files. */
export function softwareFindings(
  source: BuildSoftware,
  target: BuildSoftware,
  { packages }: SoftwareChanges,
): readonly Finding[] {
  const findings: Finding[] = [];
  const [bare] = [source, target].filter(({ software }) => software.databases.length === 0);
  if (bare !== undefined) {
    findings.push({
      severity: 'warning',
      code: 'package-database-one',
      place: { file: bare.build.origin },
      message: 'this build has no package database, the other one has: every package counts as added or removed',
      remedy: 'check that both builds keep their database',
    });
  }
  const silent = packages.filter(({ kind }) => kind === 'files');
  if (silent.length > 0) {
    findings.push({
      severity: 'warning',
      code: 'package-files-changed',
      place: { file: target.build.origin },
      message: `files of ${packagesInWords(silent.length)} changed although the version did not`,
      found: named(silent, ({ after, files }) => {
        const [first] = files;
        const more = files.length === 1 ? '' : ` and ${files.length - 1} more`;
        return `${shown(after)}: ${first === undefined ? '' : displayName(first.path)}${more}`;
      }),
      expected: 'a new version where the content is new',
      remedy:
        'check whether the packages were built again or files were changed by hand; a new version lets others tell',
    });
  }
  for (const { build, software } of [source, target]) {
    const unlisted = software.packages.filter(({ files }) => files === undefined);
    if (unlisted.length === 0) continue;
    findings.push({
      severity: 'information',
      code: 'package-files-unknown',
      place: { file: build.origin },
      message: `the database does not list the files of ${packagesInWords(unlisted.length)}: what changed in them counts as of no package`,
      found: named(unlisted, shown),
      remedy: 'have the build keep info/*.list',
    });
  }
  return findings;
}

function packagesInWords(count: number): string {
  return count === 1 ? 'one package' : `${count} packages`;
}

function shown(one: InstalledPackage | undefined): string {
  return one === undefined ? '' : `${one.name} ${one.version}`;
}

function named<One>(all: readonly One[], show: (one: One) => string): string {
  const told = all.slice(0, mostPackagesTold).map(show).join('; ');
  return all.length > mostPackagesTold ? `${told}; and ${all.length - mostPackagesTold} more packages` : told;
}
