import type { Build, LinkEntry } from '../../model/build.js';
import { sha1Of } from '../../model/digest.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { isProgramPath } from '../../model/look.js';
import { type BuildPath, displayName, isWithin, toBytes } from '../../model/path.js';
import { count, few, isTouched } from '../builds/facts.js';
import type { Guard } from './facts.js';
import { type End, endOf } from './lead.js';

/** Folders of the links that programs and their libraries are found by. */
const libraryFolder = /^SYSTEM\/(?:[^/]+\/){0,2}lib(?:32|64)?\//;

function matters(path: string): boolean {
  return isProgramPath(path) || libraryFolder.test(path);
}

function folderOf(path: string): readonly string[] {
  return path.split('/').slice(1, -1);
}

/** Texts of links that hold a line end: written by a tool that put the text into a file first. */
function lineEnds(links: readonly LinkEntry[], origin: string): readonly Finding[] {
  const wrong = links.filter(({ destination }) => /[\r\n]/.test(destination));
  const [first] = wrong;
  if (first === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'link-line-end',
      place: { file: origin },
      message: `the text of ${count(wrong.length, 'link holds', 'links holds')} a line end, so ${wrong.length === 1 ? 'it leads' : 'they lead'} nowhere`,
      found: `${few(wrong.map(({ path }) => path))}; ${displayName(first.path)} leads to ${displayName(first.destination)}`,
      expected: `${displayName(first.destination.replace(/[\r\n]/g, ''))}`,
      remedy: 'make the zip with a tool that writes links as they are: zip -qry0 ../targetfiles.zip ./*',
    },
  ];
}

/** What tools without links write in place of one: its text, with or without a line end, or as Cygwin does. */
function textsOf(destination: string): readonly string[] {
  return [destination, `${destination}\n`, `!<symlink>${destination}\0`];
}

/** Links of the source that are files with the text of the link. */
export const guardLinkTexts: Guard = (facts) => {
  const { source, target } = facts;
  const wrong: BuildPath[] = [];
  for (const { path, ...before } of source.entries.values()) {
    const after = target.entries.get(path);
    if (before.kind !== 'link' || after?.kind !== 'file' || !isTouched(facts, path)) continue;
    const { size, sha1 } = after.content;
    if (textsOf(before.destination).some((text) => text.length === size && sha1Of(toBytes(text)) === sha1))
      wrong.push(path);
  }
  if (wrong.length === 0) return [];
  return [
    {
      severity: 'error',
      code: 'links-as-text',
      place: { file: target.origin },
      message: `${count(wrong.length, 'link of the source is a file', 'links of the source are files')} with the text of the link in the target`,
      found: few(wrong),
      expected: 'links, as in the source',
      remedy: 'make the zip with a tool that keeps links, on Linux: zip -qry0 ../targetfiles.zip ./*',
    },
  ];
};

function mayStart(build: Build, path: BuildPath | undefined): boolean {
  const entry = path === undefined ? undefined : build.entries.get(path);
  return entry?.kind === 'file' && (entry.ownership.mode & 0o111) !== 0;
}

/** Whether what was led to a program leads to another file now, which cannot be started. */
function startsNoMore(facts: Parameters<Guard>[0], before: End, after: End): boolean {
  return (
    after.lead === 'file' &&
    after.path !== before.path &&
    mayStart(facts.source, before.path) &&
    !mayStart(facts.target, after.path)
  );
}

/** Links that led somewhere in the source, or stand where a file stood, and lead nowhere in the target. */
export const guardLinks: Guard = (facts) => {
  const { source, target } = facts;
  const touched: LinkEntry[] = [];
  for (const entry of target.entries.values()) {
    if (entry.kind !== 'link' || !isWithin(entry.path, sdx6x.system) || !isTouched(facts, entry.path)) continue;
    touched.push(entry);
  }
  const changed = touched.filter(({ path, destination }) => {
    const before = source.entries.get(path);
    return before?.kind !== 'link' || before.destination !== destination;
  });
  const broken: BuildPath[] = [];
  const lost: BuildPath[] = [];
  for (const { path, destination } of touched) {
    const before = source.entries.get(path);
    if (/[\r\n]/.test(destination) || before === undefined) continue;
    const now = endOf(target, destination, folderOf(path));
    const led =
      before.kind === 'link' ? endOf(source, before.destination, folderOf(path)) : { lead: before.kind, path };
    if (led.lead === 'file' && matters(path)) {
      const gone = now.lead === 'nowhere' || now.lead === 'directory';
      if (gone || (isProgramPath(path) && startsNoMore(facts, led, now))) broken.push(path);
    } else if (now.lead === 'nowhere' && (led.lead === 'file' || led.lead === 'directory')) lost.push(path);
  }
  const findings: Finding[] = [...lineEnds(changed, target.origin)];
  const common = { place: { file: target.origin }, remedy: 'add what they lead to, or make the links anew' } as const;
  if (broken.length > 0) {
    findings.push({
      ...common,
      severity: 'error',
      code: 'links-broken',
      message: `${count(broken.length, 'link to a program or a library leads', 'links to programs or libraries lead')} to none in the target, and led to one in the source`,
      found: shown(broken, facts),
    });
  }
  if (lost.length > 0) {
    findings.push({
      ...common,
      severity: 'warning',
      code: 'links-lost',
      message: `${count(lost.length, 'link leads', 'links lead')} nowhere in the target, and led somewhere in the source`,
      found: shown(lost, facts),
    });
  }
  return findings;
};

/** The first links with where they lead. */
function shown(paths: readonly BuildPath[], { target }: Parameters<Guard>[0]): string {
  const first = paths.slice(0, 3).map((path) => {
    const entry = target.entries.get(path);
    return `${displayName(path)} -> ${entry?.kind === 'link' ? displayName(entry.destination) : ''}`;
  });
  return paths.length > first.length ? `${first.join(', ')} and ${paths.length - first.length} more` : first.join(', ');
}
