/** Finds what a path of the running device means in a build: links of folders on the way are followed. */
import type { Build } from './build.js';
import { sdx6x } from './layout.js';
import { mostLinksFollowed } from './limits.js';
import { type BuildPath, unsafeName } from './path.js';

/** The parts of a path, without empty ones and `.`. */
function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** Where paths of the device, such as `/bin/sh` or `usr/lib/x`, are in a build. `undefined` where nothing is on the way, or where links go in a circle. */
export interface RealPaths {
  /** The place of a name: where `/bin` is a link to `usr/bin`, `/bin/sh` is `SYSTEM/usr/bin/sh`. It may be a link itself, or not be there. */
  readonly ofName: (path: string) => BuildPath | undefined;
  /** What a name leads to in the end, where it is a link. */
  readonly ofGoal: (path: string) => BuildPath | undefined;
}

/** The paths of a build. Absolute links start at SYSTEM, which is the root of the device. Each folder is looked up once. */
export function realPaths(entries: Build['entries']): RealPaths {
  /** Folders by their names below SYSTEM, as they were asked for, and the parts of what they are; `undefined` where they are nothing. */
  const folders = new Map<string, readonly string[] | undefined>();

  const entryAt = (parts: readonly string[]): ReturnType<Build['entries']['get']> => {
    const name = [sdx6x.system, ...parts].join('/');
    return isSafe(name) ? entries.get(name) : undefined;
  };
  /** The folder that the parts lead to from a folder that is known. */
  const enter = (
    from: readonly string[],
    parts: readonly string[],
    hops: { left: number },
  ): readonly string[] | undefined => {
    let at = from;
    for (const part of parts) {
      if (part === '..') {
        at = at.slice(0, -1);
        continue;
      }
      const below = [...at, part];
      const entry = entryAt(below);
      if (entry === undefined) return undefined;
      if (entry.kind !== 'link') {
        at = below;
        continue;
      }
      if (hops.left === 0) return undefined;
      hops.left -= 1;
      const { destination } = entry;
      const led = enter(destination.startsWith('/') ? [] : at, partsOf(destination), hops);
      if (led === undefined) return undefined;
      at = led;
    }
    return at;
  };
  const folderOf = (name: string, parts: readonly string[]): readonly string[] | undefined => {
    if (!folders.has(name)) folders.set(name, enter([], parts, { left: mostLinksFollowed }));
    return folders.get(name);
  };
  const named = (parts: readonly string[]): BuildPath | undefined => {
    const name = [sdx6x.system, ...parts].join('/');
    return isSafe(name) ? name : undefined;
  };
  return {
    ofName: (path) => {
      const parts = partsOf(path);
      const last = parts.at(-1);
      if (last === undefined || last === '..') return undefined;
      const above = parts.slice(0, -1);
      const folder = folderOf(above.join('/'), above);
      return folder && named([...folder, last]);
    },
    ofGoal: (path) => {
      const goal = enter([], partsOf(path), { left: mostLinksFollowed });
      return goal && named(goal);
    },
  };
}

function isSafe(name: string): name is BuildPath {
  return unsafeName(name) === undefined;
}
