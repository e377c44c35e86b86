import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { displayName } from '../../model/path.js';

/** What is known of a finished package. */
export interface PackageFacts {
  /** As the user named it. */
  readonly origin: string;
  /** Bytes of the zip. */
  readonly bytes: number;
  /** Bytes of all entries when unpacked. */
  readonly unpackedBytes: number;
  /** The bytes of its quectel-project-version, one unit a byte. */
  readonly projectVersion: string | undefined;
}

const MB = 1_000_000;

/** The note's limit for a package, and what it asks to be free in usrdata within a baseline and across baselines. */
const limits = { package: 70 * MB, withinBaseline: 60 * MB, acrossBaselines: 110 * MB };

function show(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`;
}

/** The package against the note's limits, and whether it is a package of this source. */
export function checkPackage(facts: PackageFacts, source: Build): readonly Finding[] {
  const findings: Finding[] = [];
  const place = { file: facts.origin };
  const expected = source.projectVersion?.bytes;
  if (facts.projectVersion === undefined || (expected !== undefined && facts.projectVersion !== expected)) {
    findings.push({
      severity: 'error',
      code: 'package-other-source',
      place: { ...place, entry: 'quectel-project-version' },
      message: 'the package was made for another source: the module will refuse it (505)',
      found: facts.projectVersion === undefined ? 'no version' : displayName(facts.projectVersion.trim()),
      expected: expected === undefined ? undefined : displayName(expected.trim()),
      remedy: 'generate it again from this source',
    });
  }
  if (facts.bytes > limits.package) {
    findings.push({
      severity: 'warning',
      code: 'package-too-large',
      place,
      message: 'the package is larger than the note of the module maker allows',
      found: show(facts.bytes),
      expected: `at most ${show(limits.package)}`,
      remedy:
        'look at the largest contributors (dfota inspect, dfota audit), or update in two steps, with a build in between',
    });
  }
  const needed = facts.bytes + facts.unpackedBytes;
  if (needed > limits.withinBaseline) {
    const across = needed > limits.acrossBaselines;
    findings.push({
      severity: across ? 'warning' : 'information',
      code: 'usrdata-needed',
      place,
      message: `the package and its content need more space in usrdata than the maker's note asks for ${across ? 'across baselines' : 'within a baseline'}`,
      found: show(needed),
      expected: `at most ${show(across ? limits.acrossBaselines : limits.withinBaseline)} for an update ${across ? 'across baselines' : 'within a baseline'}`,
      remedy: 'check "df /usrdata" on the module; too little gives 501, 511 or 550',
    });
  }
  return findings;
}
