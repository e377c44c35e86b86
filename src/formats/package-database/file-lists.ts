/** Which files are a package's: `.list` of opkg and dpkg, and `.md5sums` of dpkg. Paths are those of the device. */
import { displayName, fromBytes } from '../../model/path.js';
import { FormatError } from '../format-error.js';
import { linesOf } from '../text/text-lines.js';

/** The paths of a `.list`: of files, links and, with dpkg, folders. Behind a tab opkg writes modes and links. Throws FormatError. */
export function parseFileList(bytes: Uint8Array): readonly string[] {
  return linesOf(fromBytes(bytes)).flatMap(({ number, text }) => {
    const [path = ''] = text.split('\t', 1);
    return path === '' ? [] : [checked(path, number)];
  });
}

/** MD5 by path of a `.md5sums`. Throws FormatError. */
export function parseMd5Sums(bytes: Uint8Array): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  for (const { number, text } of linesOf(fromBytes(bytes))) {
    if (text.trim() === '') continue;
    const [, sum, path = ''] = /^([0-9a-f]{32}) [ *](.+)$/.exec(text) ?? [];
    if (sum === undefined) {
      throw new FormatError(`line ${number}: not of the form "MD5  path": ${displayName(text.slice(0, 60))}`);
    }
    sums.set(checked(path, number), sum);
  }
  return sums;
}

function checked(path: string, line: number): string {
  if (!path.includes('\0') && !path.split('/').includes('..')) return path;
  throw new FormatError(`line ${line}: not a path of a package: ${displayName(path.slice(0, 60))}`);
}
