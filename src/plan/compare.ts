import type { Build, Entry } from '../model/build.js';
import { type BuildPath, compareBytes } from '../model/path.js';

/** What the two builds have at one path. At least one side is there. */
export interface PathPair {
  readonly path: BuildPath;
  readonly source: Entry | undefined;
  readonly target: Entry | undefined;
}

/** Every path of either build, once, in byte order. */
export function comparePaths(source: Build, target: Build): readonly PathPair[] {
  const paths = new Set([...source.entries.keys(), ...target.entries.keys()]);
  return [...paths]
    .sort(compareBytes)
    .map((path) => ({ path, source: source.entries.get(path), target: target.entries.get(path) }));
}

/** Whether two entries are alike in kind, content and destination; owner and mode are not looked at. */
export function sameThing(a: Entry, b: Entry): boolean {
  if (a.kind === 'file')
    return b.kind === 'file' && a.content.sha1 === b.content.sha1 && a.content.size === b.content.size;
  if (a.kind === 'link') return b.kind === 'link' && a.destination === b.destination;
  return b.kind === 'directory';
}

/** Whether two entries have the same owner, mode, label and capabilities; links have none of these. */
export function sameOwnership(a: Entry, b: Entry): boolean {
  if (a.kind === 'link' || b.kind === 'link') return a.kind === b.kind;
  const [x, y] = [a.ownership, b.ownership];
  return (
    x.uid === y.uid &&
    x.gid === y.gid &&
    x.mode === y.mode &&
    x.selabel === y.selabel &&
    x.capabilities === y.capabilities
  );
}
