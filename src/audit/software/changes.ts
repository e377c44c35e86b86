/** What changed between the packages of two builds: versions, files, and files that belong to none. */
import type { Build, Entry } from '../../model/build.js';
import { inSystem } from '../../model/layout.js';
import { type BuildPath, compareBytes, isWithin } from '../../model/path.js';
import type { FileChange, InstalledPackage, PackageChange, Software, SoftwareChanges } from '../../model/software.js';

/** A build, and what its databases say. */
export interface BuildSoftware {
  readonly build: Build;
  readonly software: Software;
}

/** Compares the packages of two builds, and the files below SYSTEM. Files of the databases themselves are not told: they change with each package. */
export function softwareChanges(source: BuildSoftware, target: BuildSoftware): SoftwareChanges {
  const changeOf = (path: BuildPath): FileChange | undefined =>
    fileChange(path, source.build.entries.get(path), target.build.entries.get(path));
  const packages: PackageChange[] = [];
  let unchanged = 0;
  const owned = new Set<BuildPath>();
  for (const [before, after] of pairs(source.software.packages, target.software.packages)) {
    const paths = [...new Set([...(before?.files ?? []), ...(after?.files ?? [])])].sort(compareBytes);
    for (const path of paths) owned.add(path);
    const files = paths.flatMap((path) => changeOf(path) ?? []);
    const kind = kindOf(before, after, files);
    if (kind === undefined) unchanged += 1;
    else packages.push({ kind, before, after, files });
  }
  const folders = [...source.software.databases, ...target.software.databases];
  const unowned: FileChange[] = [];
  for (const path of new Set([...source.build.entries.keys(), ...target.build.entries.keys()])) {
    if (!inSystem(path) || owned.has(path) || folders.some((folder) => isWithin(path, folder))) continue;
    const change = changeOf(path);
    if (change !== undefined) unowned.push(change);
  }
  return { packages, unchanged, unowned: unowned.sort((a, b) => compareBytes(a.path, b.path)) };
}

function kindOf(
  before: InstalledPackage | undefined,
  after: InstalledPackage | undefined,
  files: readonly FileChange[],
): PackageChange['kind'] | undefined {
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  if (before.version !== after.version || before.architecture !== after.architecture) return 'version';
  return files.length > 0 ? 'files' : undefined;
}

type Pair = readonly [InstalledPackage | undefined, InstalledPackage | undefined];

/** Packages of one name: those of one architecture belong together, and then one that is left of each side. */
function pairs(before: readonly InstalledPackage[], after: readonly InstalledPackage[]): readonly Pair[] {
  const nameOf = ({ manager, name }: InstalledPackage): string => `${manager} ${name}`;
  const fullOf = (one: InstalledPackage): string => `${nameOf(one)} ${one.architecture ?? ''}`;
  const left = new Map(before.map((one) => [fullOf(one), one]));
  const open: InstalledPackage[] = [];
  const found: Pair[] = [];
  for (const one of after) {
    const other = left.get(fullOf(one));
    if (other === undefined) open.push(one);
    else found.push([other, one]);
    left.delete(fullOf(one));
  }
  const leftByName = grouped([...left.values()], nameOf);
  for (const [name, added] of grouped(open, nameOf)) {
    const removed = leftByName.get(name) ?? [];
    const [other, ...more] = removed;
    if (added.length === 1 && other !== undefined && more.length === 0) {
      found.push([other, added[0]]);
      left.delete(fullOf(other));
    } else found.push(...added.map((one): Pair => [undefined, one]));
  }
  found.push(...[...left.values()].map((one): Pair => [one, undefined]));
  const keyOf = ([one, other]: Pair): string => [other ?? one].map((each) => each && fullOf(each)).join('');
  return found.sort((a, b) => compareBytes(keyOf(a), keyOf(b)));
}

function grouped(
  all: readonly InstalledPackage[],
  keyOf: (one: InstalledPackage) => string,
): ReadonlyMap<string, readonly InstalledPackage[]> {
  const groups = new Map<string, InstalledPackage[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

/** What became of a file or a link; `undefined` where nothing did, and for folders. */
function fileChange(path: BuildPath, before: Entry | undefined, after: Entry | undefined): FileChange | undefined {
  const [old, now] = [before, after].map((entry) => (entry?.kind === 'directory' ? undefined : entry));
  if (old === undefined && now === undefined) return undefined;
  if (now === undefined) return { path, change: 'removed' };
  const { content, destination } =
    now.kind === 'file' ? { ...now, destination: undefined } : { ...now, content: undefined };
  if (old === undefined) return { path, change: 'added', content, destination };
  const isSame =
    old.kind === 'file'
      ? now.kind === 'file' && old.content.sha1 === now.content.sha1 && old.content.size === now.content.size
      : now.kind === 'link' && old.destination === now.destination;
  return isSame ? undefined : { path, change: 'changed', content, destination };
}
