import type { LinkEntry } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { isProgramPath } from '../../model/look.js';
import { type BuildPath, displayName, isWithin } from '../../model/path.js';
import { count, few, isTouched } from '../builds/facts.js';
import type { Guard } from './facts.js';
import { whereLeads } from './lead.js';

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
    if (/[\r\n]/.test(destination) || whereLeads(target, destination, folderOf(path)) !== 'nowhere') continue;
    const before = source.entries.get(path);
    if (before === undefined) continue;
    const led = before.kind === 'link' ? whereLeads(source, before.destination, folderOf(path)) : before.kind;
    if (led === 'file' && matters(path)) broken.push(path);
    else if (led === 'file' || led === 'directory') lost.push(path);
  }
  const findings: Finding[] = [...lineEnds(changed, target.origin)];
  const common = { place: { file: target.origin }, remedy: 'add what they lead to, or make the links anew' } as const;
  if (broken.length > 0) {
    findings.push({
      ...common,
      severity: 'error',
      code: 'links-broken',
      message: `${count(broken.length, 'link to a program or a library leads', 'links to programs or libraries lead')} nowhere in the target, and led to a file in the source`,
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
