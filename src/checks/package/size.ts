import type { PackageCheck } from './facts.js';

const MB = 1_000_000;

/** The note's limit for a package, and what it asks to be free in usrdata within a baseline and across baselines. */
const allowed = { package: 70 * MB, withinBaseline: 60 * MB, acrossBaselines: 110 * MB };

function show(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`;
}

/** The package against the largest that the note allows. */
export const checkSize: PackageCheck = ({ made }) => {
  if (made.bytes <= allowed.package) return [];
  return [
    {
      severity: 'warning',
      code: 'package-too-large',
      place: { file: made.origin },
      message: 'the package is larger than the note of the module maker allows',
      found: show(made.bytes),
      expected: `at most ${show(allowed.package)}`,
      remedy:
        'look at the largest contributors (dfota inspect, dfota audit), or update in two steps, with a build in between',
    },
  ];
};

/** The package and its content against the space that the note asks to be free. */
export const checkSpace: PackageCheck = ({ made }) => {
  const needed = made.bytes + made.unpackedBytes;
  if (needed <= allowed.withinBaseline) return [];
  const across = needed > allowed.acrossBaselines;
  return [
    {
      severity: across ? 'warning' : 'information',
      code: 'usrdata-needed',
      place: { file: made.origin },
      message: `the package and its content need more space in usrdata than the maker's note asks for ${across ? 'across baselines' : 'within a baseline'}`,
      found: show(needed),
      expected: `at most ${show(across ? allowed.acrossBaselines : allowed.withinBaseline)} for an update ${across ? 'across baselines' : 'within a baseline'}`,
      remedy: 'check "df /usrdata" on the module; too little gives 501, 511 or 550',
    },
  ];
};
