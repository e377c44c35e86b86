import type { SecurityFinding } from '../../model/audit.js';
import type { Build, LinkEntry } from '../../model/build.js';
import { inSystem, sdx6x } from '../../model/layout.js';
import { mostLinksFollowed } from '../../model/limits.js';
import { type BuildPath, displayName, unsafeName } from '../../model/path.js';

/** Folders that are filled when the device runs: what a link finds there cannot be known. */
const runtime = [
  'dev',
  'proc',
  'sys',
  'run',
  'tmp',
  'var',
  'data',
  'cache',
  'usrdata',
  'persist',
  'mnt',
  'media',
  'sdcard',
  'firmware',
  'home',
];

/** Where a link of SYSTEM leads: to an entry, to nothing, out of the tree, or to where only the running device knows. */
export type LinkGoal = 'found' | 'dangling' | 'outside' | 'runtime' | 'loop';

/** Follows a link through the build's own entries; absolute links start at SYSTEM, which is the device's root. */
export function followLink(build: Build, link: LinkEntry): LinkGoal {
  let parts = join(link.path.split('/').slice(1, -1), link.destination);
  for (let hops = 0; parts !== undefined; hops++) {
    if (hops > mostLinksFollowed) return 'loop';
    const step = walk(build, parts);
    if (typeof step === 'string') return step;
    parts = step;
  }
  return 'outside';
}

/** Goes down from SYSTEM; a link on the way gives the parts to go on with. `undefined` when these leave the tree. */
function walk(build: Build, parts: readonly string[]): LinkGoal | readonly string[] | undefined {
  let at: string = sdx6x.system;
  for (const [i, part] of parts.entries()) {
    at = `${at}/${part}`;
    const entry = unsafeName(at) === undefined ? lookUp(build, at) : undefined;
    if (entry === undefined) return runtime.includes(parts[0] ?? '') ? 'runtime' : 'dangling';
    if (entry.kind === 'link') return onward(parts.slice(0, i), entry.destination, parts.slice(i + 1));
    if (entry.kind === 'file' && i + 1 < parts.length) return 'dangling';
  }
  return 'found';
}

function lookUp(build: Build, path: string): ReturnType<Build['entries']['get']> {
  const isKey = (name: string): name is BuildPath => unsafeName(name) === undefined;
  return isKey(path) ? build.entries.get(path) : undefined;
}

function onward(
  folder: readonly string[],
  destination: string,
  rest: readonly string[],
): readonly string[] | undefined {
  const next = join(folder, destination);
  return next === undefined ? undefined : [...next, ...rest];
}

/** A destination as parts below SYSTEM; `undefined` when `..` climbs above it. */
function join(folder: readonly string[], destination: string): readonly string[] | undefined {
  const parts = destination.startsWith('/') ? [] : [...folder];
  for (const part of destination.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined && !destination.startsWith('/')) return undefined;
  }
  return parts;
}

/** Links of the target that leave the tree or lead nowhere. Those that were so before are information. */
export function linkFindings(source: Build, target: Build): readonly SecurityFinding[] {
  const findings: SecurityFinding[] = [];
  for (const [path, entry] of target.entries) {
    if (entry.kind !== 'link' || !inSystem(path)) continue;
    const goal = followLink(target, entry);
    if (goal === 'found' || goal === 'runtime') continue;
    const old = source.entries.get(path);
    const present = old?.kind === 'link' && old.destination === entry.destination && followLink(source, old) === goal;
    const destination = displayName(entry.destination);
    findings.push({
      rule: goal === 'outside' ? 'link-leaves-tree' : 'link-dangling',
      severity: present ? 'information' : 'warning',
      path,
      message:
        goal === 'outside'
          ? `the link leaves the root file system: ${destination}`
          : goal === 'loop'
            ? `the link leads back to itself: ${destination}`
            : `the link leads to nothing: ${destination}`,
      standing: present ? 'present' : 'new',
    });
  }
  return findings;
}

/** Names of the target that a file system without case would hold only once: unpacking there loses files. */
export function caseFindings(source: Build, target: Build): readonly SecurityFinding[] {
  const groups = new Map<string, BuildPath[]>();
  for (const path of target.entries.keys()) {
    const key = path.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [path]);
    else group.push(path);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map(([path, ...others]) => {
      const all = path === undefined ? others : [path, ...others];
      const present = all.every((each) => source.entries.has(each));
      return { all, present };
    })
    .flatMap(({ all, present }): readonly SecurityFinding[] => {
      const [path, ...others] = all;
      if (path === undefined) return [];
      return [
        {
          rule: 'names-differ-by-case',
          severity: present ? 'information' : 'warning',
          path,
          message: `differs by case alone from ${others.map(displayName).join(', ')}`,
          standing: present ? 'present' : 'new',
        },
      ];
    });
}
