import type { Build, ProjectVersion } from '../../model/build.js';
import type { Place } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { displayName } from '../../model/path.js';
import { countsDown } from '../../model/revision.js';
import type { BuildCheck } from './facts.js';

const file = sdx6x.versionFile;

function at(build: Build): Place {
  return { file: build.origin, entry: file };
}

function show(version: ProjectVersion): string {
  return displayName([version.revision, version.packageTime].filter((part) => part !== undefined).join(', '));
}

/** The two builds' versions: the source's present, and the target's a later one. Other projects and older times are found while the inputs are compared. */
export const checkVersions: BuildCheck = ({ source, target }) => {
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
  if (countsDown(from.revision, to.revision)) {
    findings.push({
      severity: 'warning',
      code: 'version-goes-back',
      place: at(target),
      message: 'the target has a lower revision than the source: a downgrade, or the two are swapped',
      found: show(to),
      expected: `a revision above ${show(from)}`,
      remedy: 'give the source first; continue only if you intend a downgrade',
    });
  }
  if (from.revision === to.revision) {
    findings.push({
      severity: 'information',
      code: 'version-same-revision',
      place: at(target),
      message: 'the project revision did not change although the version file did',
      found: show(to),
      remedy: 'increase the revision, so that people can tell the builds apart',
    });
  }
  return findings;
};
