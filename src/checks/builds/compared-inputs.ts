import type { Build, LinkEntry } from '../../model/build.js';
import type { Place } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { displayName } from '../../model/path.js';
import { type Check, runChecks } from '../check.js';
import { linkTarget } from './links.js';

const versionPath = sdx6x.versionFile;

function placeOf(target: Build): Place {
  return { file: target.origin, entry: versionPath };
}

/** The two builds, as they were given. */
interface Compared {
  readonly source: Build;
  readonly target: Build;
}

/** The same bytes given as source and as target. */
const checkNotTheSame: Check<Compared> = ({ source, target }) => {
  if (source.digest !== target.digest) return [];
  return [
    {
      severity: 'error',
      code: 'same-input-twice',
      place: { file: target.origin },
      message: 'source and target are the same build',
      found: `${source.origin} and ${target.origin} have the same content`,
      expected: 'the firmware that runs on the module, and the one that it is to run',
    },
  ];
};

const manyLinks = 3;

/** Whether the target has, in place of a link, a copy of what the link leads to. */
function holdsCopy(target: Build, link: LinkEntry): boolean {
  const destination = linkTarget(link);
  const [there, here] = [destination && target.entries.get(destination), target.entries.get(link.path)];
  if (there?.kind === 'file') return here?.kind === 'file' && here.content.sha1 === there.content.sha1;
  return there?.kind === 'directory' && here?.kind === 'directory';
}

/** Zipped without `-y`, every link becomes a copy of its file: the whole tree seems to change. */
const checkLinksThere: Check<Compared> = ({ source, target }) => {
  const links = [...source.entries.values()].filter((entry) => entry.kind === 'link');
  if (links.length === 0 || [...target.entries.values()].some(({ kind }) => kind === 'link')) return [];
  const copied = links.filter(({ path }) => target.entries.has(path));
  // A link or two may have become files on purpose; copies of what they led to, or many at once, have not.
  if (copied.length < manyLinks && !copied.some((link) => holdsCopy(target, link))) return [];
  const [first] = copied;
  return [
    {
      severity: 'error',
      code: 'links-flattened',
      place: { file: target.origin },
      message: 'the target has no symbolic links, but the source has: the target was zipped without -y',
      found: `${copied.length} of ${links.length} links of the source are files or directories, ${displayName(first?.path ?? '')} for one`,
      expected: 'links, as in the source',
      remedy: 'zip the target again, in its folder: zip -qry0 ../targetfiles.zip ./*',
    },
  ];
};

/** A package time as a number that orders; `undefined` for what is no time. */
function minutes(time: string | undefined): number | undefined {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})[ ,T]+(\d{1,2}):(\d{2})/.exec(time ?? '');
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts.slice(1).map(Number);
  return (((year * 12 + month) * 31 + day) * 24 + hour) * 60 + minute;
}

/** The source is the older of the two. */
const checkDirection: Check<Compared> = ({ source, target }) => {
  const [from, to] = [source.projectVersion, target.projectVersion];
  if (from === undefined || to === undefined) return [];
  const [before, after] = [minutes(from.packageTime), minutes(to.packageTime)];
  if (before === undefined || after === undefined || after >= before) return [];
  return [
    {
      severity: 'warning',
      code: 'target-older',
      place: placeOf(target),
      message: 'the target was built before the source: either the two are swapped, or this is a downgrade',
      found: `${displayName(to.revision ?? '')}, ${displayName(to.packageTime ?? '')}`.replace(/^, /, ''),
      expected: `later than ${displayName(from.packageTime ?? '')}`,
      remedy: 'give the source first: the firmware that runs on the module',
    },
  ];
};

/** Versions of other projects, branches or customers. */
const checkProject: Check<Compared> = ({ source, target }) => {
  const [from, to] = [source.projectVersion, target.projectVersion];
  if (from === undefined || to === undefined) return [];
  const labels = [
    ['project', 'project', 'other-project'],
    ['branch', 'branch', 'other-branch'],
    ['custom', 'custom name', 'other-custom'],
  ] as const;
  return labels.flatMap(([field, name, code]) => {
    const [before, after] = [from[field], to[field]];
    if (before === undefined || after === undefined || before === after) return [];
    return [
      {
        severity: 'warning',
        code,
        place: placeOf(target),
        message: `the builds differ in their ${name}: they may be for different modules`,
        found: displayName(after),
        expected: displayName(before),
      },
    ];
  });
};

/** All checks, in the order in which their findings are told. */
const checks: readonly Check<Compared>[] = [checkLinksThere, checkDirection, checkProject];

/** What shows only when the two inputs are held against each other: mistaken, swapped or badly zipped inputs. */
export function comparedInputFindings(source: Build, target: Build): readonly Finding[] {
  const same = checkNotTheSame({ source, target });
  return same.length > 0 ? same : runChecks(checks, { source, target });
}
