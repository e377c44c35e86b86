/** What was given in place of a build, by the names in it: one fault that says what it is and what to give. */

import type { Fault } from '../model/errors.js';
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

/** What a root file system has at its top; two of them make one. */
const rootFolders = new Set(['bin', 'sbin', 'etc', 'lib', 'lib64', 'usr', 'dev', 'proc', 'sys', 'var', 'run', 'tmp']);

/** How the input is packed: decides what the user is told to do. */
export type Packing = 'zip' | 'folder';

interface Names {
  readonly file: string;
  readonly packing: Packing;
  readonly names: readonly string[];
  /** The first part of every name, and those of the second level below each. */
  readonly tops: ReadonlyMap<string, ReadonlySet<string>>;
}

/** `SYSTEM, META and 3 more`. */
function list(words: Iterable<string>, limit = 6): string {
  const all = [...words].sort(compareBytes).map(displayName);
  return all.length > limit ? `${all.slice(0, limit).join(', ')} and ${all.length - limit} more` : all.join(', ');
}

function topsOf(names: Iterable<string>): Map<string, Set<string>> {
  const tops = new Map<string, Set<string>>();
  for (const name of names) {
    const [top = '', second] = name.split('/', 2);
    const below = tops.get(top) ?? new Set();
    tops.set(top, below);
    if (second !== undefined) below.add(second);
  }
  return tops;
}

function looksLikeRoot(names: ReadonlySet<string> | undefined): boolean {
  let count = 0;
  for (const name of names ?? []) if (rootFolders.has(name)) count += 1;
  return count >= 2;
}

function isBuildFolder(name: string | undefined): boolean {
  return name !== undefined && buildFolders.includes(name.toUpperCase());
}

/** A package of this or another tool. */
function updatePackage({ file, tops, names }: Names): Fault | undefined {
  if (tops.has(sdx6x.system) || !names.includes(sdx6x.packageScript)) return undefined;
  return {
    code: 'package-as-build',
    place: { file },
    message: 'this is an update package, not a build',
    found: 'META-INF/com/google/android',
    expected: 'a targetfiles.zip, or a folder of its layout',
    remedy: 'give the targetfiles.zip of the build; dfota inspect shows what is in a package',
  };
}

const withBuildFolder = /^(.+?)\/(?:SYSTEM|META)(?:\/|$)/;

/** A build somewhere inside: a release folder of the maker, a folder with a targetfiles.zip, a folder too many. */
function buildInside({ file, packing, names, tops }: Names): Fault | undefined {
  if (tops.has(sdx6x.system)) return undefined;
  const zip = names.find((name) => /(^|\/)targetfiles\.zip$/i.test(name));
  if (zip !== undefined) {
    const inside = displayName(zip);
    return {
      code: 'build-inside',
      place: { file },
      message: 'this is not a build, but it holds one',
      found: inside,
      expected: 'a targetfiles.zip, or a folder of its layout',
      remedy: packing === 'folder' ? `give ${file.replace(/\/+$/, '')}/${inside}` : `unpack it, and give ${inside}`,
    };
  }
  if (tops.has(sdx6x.metadata)) return undefined;
  const inner = names.find((name) => withBuildFolder.test(name));
  const above = inner === undefined ? undefined : withBuildFolder.exec(inner)?.[1];
  if (above === undefined || isBuildFolder(above.split('/', 1)[0])) return undefined;
  const shown = displayName(above);
  return {
    code: 'wrapped-in-folder',
    place: { file, entry: `${shown}/` },
    message: tops.size === 1 ? `everything is inside a folder ${shown}` : `the build is inside a folder ${shown}`,
    found: tops.size === 1 ? undefined : list(tops.keys()),
    expected: 'SYSTEM, META and the others at the top',
    remedy:
      packing === 'folder'
        ? `give ${file.replace(/\/+$/, '')}/${shown}`
        : 'zip from inside that folder: zip -qry0 ../targetfiles.zip ./*',
  };
}

/** Folders with images of the maker's firmware, where images are what can be read. */
function imagesInside({ file, packing, names, tops }: Names): Fault | undefined {
  if (tops.has(sdx6x.system) || tops.has(sdx6x.metadata) || packing === 'zip') return undefined;
  const image = names.find((name) => /(^|\/)[^/]*sysfs\.(ubi|ubifs)$/i.test(name));
  if (image === undefined || !image.includes('/')) return undefined;
  const folder = displayName(image.slice(0, image.lastIndexOf('/')));
  return {
    code: 'build-inside',
    place: { file },
    message: 'this is not a build, but it holds raw images',
    found: displayName(image),
    expected: 'a targetfiles.zip, a folder of its layout, or a folder of raw images',
    remedy: `give ${file.replace(/\/+$/, '')}/${folder}, with --companion and a targetfiles.zip of the same module`,
  };
}

/** Names whose upper and lower case got lost. */
function otherCase({ file, tops }: Names): Fault | undefined {
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
function otherSpelling({ file, tops }: Names): Fault | undefined {
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

/** A root file system in place of the folder that holds it as SYSTEM. */
function bareRoot({ file, tops }: Names): Fault | undefined {
  if (tops.has(sdx6x.system) || tops.has(sdx6x.metadata) || !looksLikeRoot(new Set(tops.keys()))) return undefined;
  return {
    code: 'root-without-system',
    place: { file },
    message: 'this is a root file system, not a build',
    found: list(tops.keys()),
    expected: 'the root file system below SYSTEM, beside META, OTA and the others',
    remedy: "unpack the maker's targetfiles.zip, and put these files into its SYSTEM",
  };
}

/** So many folders of SYSTEM are looked into for a root file system that lies too deep. */
const deepestRoot = 4;

/** The root file system lies in a folder of SYSTEM. */
function tooDeep({ file, tops, names }: Names): Fault | undefined {
  const system = tops.get(sdx6x.system);
  if (system === undefined || [...system].some((name) => rootFolders.has(name))) return undefined;
  const below = new Map<string, Set<string>>();
  for (const name of names) {
    const parts = name.split('/', deepestRoot + 2);
    if (parts[0] !== sdx6x.system || parts[1] === 'firmware') continue;
    for (let depth = 2; depth < parts.length; depth++) {
      const above = parts.slice(1, depth).join('/');
      const inside = below.get(above) ?? new Set();
      below.set(above, inside.add(parts[depth] ?? ''));
    }
  }
  const [folder] = [...below].find(([, inside]) => looksLikeRoot(inside)) ?? [];
  if (folder === undefined) return undefined;
  const shown = displayName(folder);
  return {
    code: 'system-too-deep',
    place: { file, entry: `${sdx6x.system}/${shown}` },
    message: `the root file system lies ${folder.includes('/') ? 'some folders' : 'one folder'} too deep`,
    found: `${sdx6x.system}/${shown}/${displayName([...(below.get(folder) ?? [])].sort(compareBytes)[0] ?? '')}`,
    expected: 'bin, etc, lib and the others directly below SYSTEM',
    remedy: `move what is in SYSTEM/${shown} up into SYSTEM`,
  };
}

const looks = [updatePackage, buildInside, imagesInside, otherCase, otherSpelling, bareRoot, tooDeep];

/** What is wrong with an input as a whole, or `undefined`. Names have no trailing slash. */
export function misplacedFault(file: string, names: readonly string[], packing: Packing): Fault | undefined {
  const given: Names = { file, packing, names, tops: topsOf(names) };
  for (const look of looks) {
    const fault = look(given);
    if (fault !== undefined) return fault;
  }
  return undefined;
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
