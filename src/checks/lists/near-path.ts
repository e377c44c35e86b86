import { mostFoldersLeftOut } from '../../model/limits/input.js';
import { nearest } from '../../model/nearest.js';

/**
 * What a list line that matches nothing probably meant: the same with folders put before it (`lib/*.so` for
 * `SYSTEM/lib/*.so`), or a path that is spelled nearly so. `matches` is the line's own test.
 */
export function didYouMean(
  text: string,
  matches: ((path: string) => boolean) | undefined,
  paths: readonly string[],
): string | undefined {
  if (matches !== undefined) {
    for (const path of paths) {
      let folders = 0;
      for (let cut = path.indexOf('/'); cut > 0 && folders < mostFoldersLeftOut; cut = path.indexOf('/', cut + 1)) {
        folders += 1;
        if (matches(path.slice(cut + 1))) return path.slice(0, cut + 1) + text;
      }
    }
  }
  const folder = text.endsWith('/');
  const near = nearest(folder ? text.slice(0, -1) : text, paths);
  return near === undefined ? undefined : folder ? `${near}/` : near;
}
