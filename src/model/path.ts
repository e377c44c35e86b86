/**
 * Names of files. Zip entries and device paths are bytes, not text: every name here is a string in which each
 * UTF-16 unit is one byte (0x00 to 0xFF), so comparing strings compares bytes and nothing is lost by decoding.
 */
import { Buffer } from 'node:buffer';

declare const buildPath: unique symbol;
declare const devicePath: unique symbol;

/** A name inside targetfiles.zip, one unit a byte: relative, no trailing slash, no empty, `.` or `..` part. */
export type BuildPath = string & { readonly [buildPath]: true };

/** An absolute path on the module as the recovery sees it (`/system/bin/app`), one unit a byte. */
export type DevicePath = string & { readonly [devicePath]: true };

/** Why a name cannot be used; `undefined` from `unsafeName` means that it can. */
export type NameFault =
  | 'empty'
  | 'absolute'
  | 'parent-part'
  | 'dot-part'
  | 'empty-part'
  | 'nul-byte'
  | 'backslash-root';

/** Checks a byte-string name without a trailing slash. Backslashes are legal bytes in a Linux name; a drive letter root is not. */
export function unsafeName(name: string): NameFault | undefined {
  if (name === '') return 'empty';
  if (name.includes('\0')) return 'nul-byte';
  if (name.startsWith('/')) return 'absolute';
  if (name.startsWith('\\') || /^[A-Za-z]:[\\/]/.test(name)) return 'backslash-root';
  for (const part of name.split('/')) {
    if (part === '') return 'empty-part';
    if (part === '.') return 'dot-part';
    if (part === '..') return 'parent-part';
  }
  return undefined;
}

function isBuildPath(name: string): name is BuildPath {
  return unsafeName(name) === undefined;
}

function isDevicePath(name: string): name is DevicePath {
  return name.startsWith('/') && !name.includes('\0');
}

/** Brands a checked byte-string. Throws a RangeError on an unsafe name: readers call `unsafeName` first and report. */
export function toBuildPath(name: string): BuildPath {
  if (!isBuildPath(name)) throw new RangeError(`unsafe build path ${displayName(name)}`);
  return name;
}

/** Brands an absolute byte-string path. Throws a RangeError when it is not absolute or holds a NUL. */
export function toDevicePath(name: string): DevicePath {
  if (!isDevicePath(name)) throw new RangeError(`not a device path: ${displayName(name)}`);
  return name;
}

/** What stands before a slash of a safe path is safe as well, so it is not checked again: paths have up to 2,000 parents. */
function isParent(name: string, of: BuildPath): name is BuildPath {
  return name !== '' && of.charAt(name.length) === '/';
}

/** The parent directory, or `undefined` at the top level. */
export function parentOf(path: BuildPath): BuildPath | undefined {
  const cut = path.lastIndexOf('/');
  const above = path.slice(0, Math.max(cut, 0));
  return isParent(above, path) ? above : undefined;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether `path` is `folder` or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || (path.startsWith(folder) && path[folder.length] === '/');
}

/** Byte order, for sort(). Names hold one byte a unit, so this is the order of `LC_ALL=C sort`. */
export function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The byte-string of some bytes. */
export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The byte-string of ordinary (decoded) text, as UTF-8. */
export function fromText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The bytes of a byte-string. */
export function toBytes(name: string): Buffer {
  return Buffer.from(name, 'latin1');
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A name for people: decoded as UTF-8 where that is valid, control and other odd bytes as `\xHH`. */
export function displayName(name: string): string {
  let text = name;
  let decoded = false;
  if (/[\x80-\xff]/.test(name)) {
    try {
      text = strictUtf8.decode(toBytes(name));
      decoded = true;
    } catch {
      // not UTF-8: shown byte by byte
    }
  }
  const odd = decoded ? /[\x00-\x1f\x7f-\x9f]/g : /[\x00-\x1f\x7f-\xff]/g;
  return text.replace(odd, (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
