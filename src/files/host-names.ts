/**
 * Names of the firmware, which are bytes of a Linux file system, as names that the system at hand takes. Pure: what Windows takes is
 * decided, and tested, on any system.
 *
 * What cannot stand in a name is written as `%` and two hex digits, as is a `%` that could be taken for one of those: two different
 * names never become one by this.
 */
import { displayName } from '../model/path.js';

/** Systems that differ in the names that they take. */
export type HostSystem = 'posix' | 'darwin' | 'win32';

/** The system of the process. */
export function hostSystem(platform: NodeJS.Platform): HostSystem {
  return platform === 'win32' || platform === 'darwin' ? platform : 'posix';
}

function escaped(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function isUtf8(bytes: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
    return true;
  } catch {
    return false;
  }
}

/** Devices of Windows, with any ending, in any folder: `aux`, `nul.txt`, `com1 .log`. Superscript digits, here in UTF-8, count as digits. */
const windowsDevice = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)(?:[0-9]|\xc2[\xb9\xb2\xb3])) *(?:\.|$)/i;

/** One part of a path, one unit a byte, as a name for the system: in UTF-8 where the system wants that. */
export function hostName(part: string, system: HostSystem): string {
  if (system === 'posix') return part;
  let name = part.replace(/%(?=[0-9A-Fa-f]{2})/g, escaped);
  if (!isUtf8(name)) name = name.replace(/[\x80-\xff]/g, escaped);
  if (system === 'darwin') return name;
  name = name.replace(/[\x00-\x1f<>:"/\\|?*]/g, escaped).replace(/[. ]$/, escaped);
  return windowsDevice.test(name) ? `${escaped(name.charAt(0))}${name.slice(1)}` : name;
}

/** A path of the firmware as a path below a folder of the system, its parts joined by `/`. */
export function hostPath(path: string, system: HostSystem): string {
  return path
    .split('/')
    .map((part) => hostName(part, system))
    .join('/');
}

/** What a file system that ignores case, and the ways to write an accent, takes for the same name. */
function folded(hostPath: string): string {
  return Buffer.from(hostPath, 'latin1').toString('utf8').normalize('NFC').toUpperCase().toLowerCase();
}

/** Where entries are written. */
export interface HostNames {
  /** By path of the firmware; what is missing is left out. */
  readonly names: ReadonlyMap<string, string>;
  /** Paths that have another name here, in the order given. */
  readonly renamed: readonly string[];
  /** Paths that are left out because another path has their name here: which one. */
  readonly colliding: ReadonlyMap<string, string>;
}

/** Gives every path its name. Folders come before what lies in them; what lies in a folder that is left out is left out with it. */
export function hostNames(paths: readonly string[], system: HostSystem, ignoresCase: boolean): HostNames {
  const names = new Map<string, string>();
  const renamed: string[] = [];
  const colliding = new Map<string, string>();
  const taken = new Map<string, string>();
  const leftOut = new Set<string>();
  for (const path of paths) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (leftOut.has(parent)) {
      leftOut.add(path);
      continue;
    }
    const name = hostPath(path, system);
    const key = ignoresCase ? folded(name) : name;
    const other = taken.get(key);
    if (other !== undefined) {
      colliding.set(path, other);
      leftOut.add(path);
      continue;
    }
    taken.set(key, path);
    names.set(path, name);
    if (name !== path) renamed.push(path);
  }
  return { names, renamed, colliding };
}

/** `aux as %61ux`, for people. */
export function showRenamed(path: string, system: HostSystem): string {
  return `${displayName(path)} as ${displayName(hostPath(path, system))}`;
}
