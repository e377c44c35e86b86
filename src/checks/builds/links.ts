import type { Build, LinkEntry } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { type BuildPath, parentOf, toBuildPath, unsafeName } from '../../model/path.js';
import { type BuildCheck, count, few, isTouched } from './facts.js';

function linksOf(build: Build): readonly LinkEntry[] {
  return [...build.entries.values()].filter((entry) => entry.kind === 'link');
}

/** Where a link of SYSTEM leads inside the archive, one step; `undefined` where that is outside, or a name that cannot be. */
export function linkTarget(link: LinkEntry): BuildPath | undefined {
  const start = link.destination.startsWith('/') ? sdx6x.system : (parentOf(link.path) ?? '');
  const parts = start === '' ? [] : start.split('/');
  for (const part of link.destination.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  const name = parts.join('/');
  return unsafeName(name) === undefined ? toBuildPath(name) : undefined;
}

/** Links of which many became files: parts of the target were zipped without `-y`. (All of them: found while the inputs are compared.) */
export const checkLinksKept: BuildCheck = ({ source, target }) => {
  const links = linksOf(source);
  const flattened = links.filter((link) => target.entries.get(link.path)?.kind === 'file').map(({ path }) => path);
  if (flattened.length < 3 || flattened.length * 2 < links.length || linksOf(target).length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'links-flattened-partly',
      place: { file: target.origin },
      message: `${flattened.length} of ${count(links.length, 'link')} of the source are files in the target`,
      found: few(flattened),
      expected: 'links, as in the source',
      remedy: 'zip the target again with links kept: zip -qry0 ../targetfiles.zip ./*',
    },
  ];
};

/** Links of the target that lead to nothing, although they led somewhere in the source or are new. */
export const checkLinksLead: BuildCheck = (facts) => {
  const { source, target } = facts;
  const broken = linksOf(target).filter((link) => {
    if (!isTouched(facts, link.path) || leads(target, link)) return false;
    const before = source.entries.get(link.path);
    return before?.kind !== 'link' || leads(source, before);
  });
  if (broken.length === 0) return [];
  const finding: Finding = {
    severity: 'information',
    code: 'links-lead-nowhere',
    place: { file: target.origin },
    message: `${count(broken.length, 'link leads', 'links lead')} to a path that the target does not have`,
    found: few(broken.map(({ path }) => path)),
    remedy: 'nothing, if these paths exist only at run time; otherwise add what is missing',
  };
  return [finding];
};

/** Run-time places that no build holds. */
const volatile = /^SYSTEM\/(dev|proc|run|sys|tmp|var|usrdata|cache|persist|mnt|media|sdcard)(\/|$)/;

function leads(build: Build, link: LinkEntry): boolean {
  const destination = linkTarget(link);
  if (destination === undefined || volatile.test(destination)) return true;
  for (let path: BuildPath | undefined = destination; path !== undefined; path = parentOf(path)) {
    const entry = build.entries.get(path);
    // A link on the way leads somewhere else: not followed, since a wrong alarm is worse than a missed one.
    if (entry?.kind === 'link') return true;
    if (path === destination && entry !== undefined) return true;
  }
  return false;
}
