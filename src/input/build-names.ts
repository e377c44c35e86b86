/** What the names in an input have in common with those of a build. */
import { sdx6x } from '../model/layout.js';
import { compareBytes, displayName } from '../model/path.js';

/** The folders at the top of a build. */
const buildFolders: readonly string[] = [
  sdx6x.system,
  sdx6x.metadata,
  sdx6x.otaPrograms,
  sdx6x.recovery,
  sdx6x.bootableImages,
  sdx6x.minorImages,
  sdx6x.radio,
  'DATA',
];

/** How the input is packed: decides what the user is told to do. */
export type Packing = 'zip' | 'folder';

/** An input's names. */
export interface Names {
  readonly file: string;
  readonly packing: Packing;
  readonly names: readonly string[];
  /** The first part of every name, and those of the second level below each. */
  readonly tops: ReadonlyMap<string, ReadonlySet<string>>;
}

/** `SYSTEM, META and 3 more`. */
export function list(words: Iterable<string>, limit = 6): string {
  const all = [...words].sort(compareBytes).map(displayName);
  return all.length > limit ? `${all.slice(0, limit).join(', ')} and ${all.length - limit} more` : all.join(', ');
}

/** The first part of every name, and those of the second level below each. */
export function topsOf(names: Iterable<string>): Map<string, Set<string>> {
  const tops = new Map<string, Set<string>>();
  for (const name of names) {
    const [top = '', second] = name.split('/', 2);
    const below = tops.get(top) ?? new Set();
    tops.set(top, below);
    if (second !== undefined) below.add(second);
  }
  return tops;
}

/** Whether it is a folder at the top of a build, in whatever case. */
export function isBuildFolder(name: string | undefined): boolean {
  return name !== undefined && buildFolders.includes(name.toUpperCase());
}

/** The path of the input that has the name of a wanted one but for its case or its folder. */
export function strayed(names: Iterable<string>, wanted: string): string | undefined {
  const lower = wanted.toLowerCase();
  const base = `/${lower.slice(lower.lastIndexOf('/') + 1)}`;
  let near: string | undefined;
  for (const name of names) {
    const each = name.toLowerCase();
    if (each === lower) return name;
    if (near === undefined && `/${each}`.endsWith(base) && !name.startsWith(`${sdx6x.system}/`)) near = name;
  }
  return near;
}

/** Whether some folder at the top is one of a build. */
export function hasBuildFolder(names: Iterable<string>): boolean {
  for (const name of topsOf(names).keys()) if (buildFolders.includes(name)) return true;
  return false;
}

/** What is at the top, for messages. */
export function topOf(names: Iterable<string>): string {
  return list(topsOf(names).keys());
}
