/** Root file systems that lie elsewhere than in SYSTEM. */
import type { Fault } from '../model/errors.js';
import { sdx6x } from '../model/layout.js';
import { compareBytes, displayName } from '../model/path.js';
import { list, type Names } from './build-names.js';

/** What a root file system has at its top; two of them make one. */
const rootFolders = new Set(['bin', 'sbin', 'etc', 'lib', 'lib64', 'usr', 'dev', 'proc', 'sys', 'var', 'run', 'tmp']);

function looksLikeRoot(names: ReadonlySet<string> | undefined): boolean {
  let count = 0;
  for (const name of names ?? []) if (rootFolders.has(name)) count += 1;
  return count >= 2;
}

/** A root file system in place of the folder that holds it as SYSTEM. */
export function bareRoot({ file, tops }: Names): Fault | undefined {
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
export function tooDeep({ file, tops, names }: Names): Fault | undefined {
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
