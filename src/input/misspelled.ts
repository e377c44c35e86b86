/** Builds whose folders are not spelled as they must be. */
import type { Fault } from '../model/errors.js';
import { sdx6x } from '../model/layout.js';
import { displayName } from '../model/path.js';
import { isBuildFolder, list, type Names } from './build-names.js';

/** Names whose upper and lower case got lost. */
export function otherCase({ file, tops }: Names): Fault | undefined {
  if (tops.has(sdx6x.system)) return undefined;
  const wrong = [...tops.keys()].filter((top) => isBuildFolder(top) && top !== top.toUpperCase());
  if (!wrong.some((top) => top.toUpperCase() === sdx6x.system)) return undefined;
  return {
    code: 'layout-case',
    place: { file },
    message: 'folders of the build are not spelled in capitals',
    found: list(tops.keys()),
    expected: list(wrong.map((top) => top.toUpperCase())),
    remedy: `rename ${list(wrong)} to ${list(wrong.map((top) => top.toUpperCase()))}`,
  };
}

/** Names that are those of a build but for what surrounds them: blanks, a byte order mark. */
export function otherSpelling({ file, tops }: Names): Fault | undefined {
  if (tops.has(sdx6x.system)) return undefined;
  const letters = (top: string): string => top.replace(/[^A-Za-z_]/g, '');
  const wrong = [...tops.keys()].filter((top) => !isBuildFolder(top) && isBuildFolder(letters(top)));
  const [system] = wrong.filter((top) => letters(top).toUpperCase() === sdx6x.system);
  if (system === undefined) return undefined;
  return {
    code: 'layout-case',
    place: { file },
    message: 'folders of the build are not spelled as they must be',
    found: wrong.map((top) => JSON.stringify(displayName(top))).join(', '),
    expected: list(wrong.map((top) => letters(top).toUpperCase())),
    remedy: `rename ${JSON.stringify(displayName(system))} to ${sdx6x.system}${wrong.length > 1 ? ', and the others alike' : ''}`,
  };
}

/** Whether a name has a folder of the build between backslashes: in its first part, before any slash. */
function isBackslashed(name: string): boolean {
  const [head = ''] = name.split('/', 1);
  return head.includes('\\') && head.split('\\', 6).some(isBuildFolder);
}

/**
 * Zip tools of Windows that write the separator of Windows: every name is one part. Looked for before the names are
 * checked, which have more than one fault then.
 */
export function backslashFault(file: string, names: readonly string[]): Fault | undefined {
  const odd = names.filter(isBackslashed);
  if (odd.length === 0 || odd.length * 2 < names.length) return undefined;
  return {
    code: 'names-with-backslashes',
    place: { file },
    message: 'the names in the zip are written with backslashes, so none of them lies in a folder',
    found: odd.length === 1 ? displayName(odd[0] ?? '') : `${displayName(odd[0] ?? '')} and ${odd.length - 1} more`,
    expected: 'slashes, as in SYSTEM/bin/app',
    remedy: 'pack it again on Linux, in its folder: zip -qry0 ../targetfiles.zip ./*',
  };
}
