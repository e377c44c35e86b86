/** The lists that the device reads: names with check sums. */

import { createHash } from 'node:crypto';
import type { Code } from '../../model/codes.js';
import { longestQuecpythonList } from '../../model/limits/quecpython.js';
import { compareBytes } from '../../model/path.js';
import type { QuecpythonDigest, QuecpythonRemark } from '../../model/quecpython.js';
import { crc32Text } from './crc32.js';

/** Files by their path below `/usr`, without a slash in front. */
export type UserFiles = ReadonlyMap<string, Uint8Array>;

/** The list in a tree, relative to `/usr`. */
export const listName = 'checksum.json';

/** What makes a list or a tree impossible. */
export interface QuecpythonFault {
  readonly code: Code;
  readonly name?: string | undefined;
  readonly message: string;
  readonly found?: string | undefined;
}

/** JSON with blanks as the device itself writes it, so that its length is the one that the device will have. */
export function deviceJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(deviceJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${deviceJson(each)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

/** Why a list is too long for the device; `undefined` when it is not. */
export function lengthFault(what: string, text: string): QuecpythonFault | undefined {
  const length = Buffer.byteLength(text);
  if (length <= longestQuecpythonList) return undefined;
  const message = `${what} is longer than the ${longestQuecpythonList} bytes that the device reads`;
  return { code: 'quecpython-list-long', message, found: `${length} bytes` };
}

/** The names that a list in a tree has, relative to `/usr`; `undefined` when it is no such list. */
export function namesOf(text: string): readonly string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const names: string[] = [];
  for (const item of value) {
    if (typeof item !== 'object' || item === null || !('name' in item) || typeof item.name !== 'string')
      return undefined;
    names.push(item.name.replace(/^\/*(?:usr\/+)?/, ''));
  }
  return names;
}

/** The names that the list in a tree has; `undefined` where it has no list, or none that can be read. */
export function listedNames(files: UserFiles): readonly string[] | undefined {
  const list = files.get(listName);
  return list === undefined ? undefined : namesOf(Buffer.from(list).toString('utf8'));
}

/** A list of check sums, and what to know of it. */
export interface CheckList {
  readonly text: string;
  readonly listed: number;
  readonly remarks: readonly QuecpythonRemark[];
}

/** The list of the files that are named (all without names), each once; what cannot be listed is left out and told. */
export function checkList(files: UserFiles, names: readonly string[] | undefined, digest: QuecpythonDigest): CheckList {
  const remarks: QuecpythonRemark[] = [];
  const items: object[] = [];
  for (const name of [...new Set(names ?? files.keys())].sort(compareBytes)) {
    if (name === listName) continue;
    const bytes = files.get(name);
    if (bytes === undefined) {
      const message = 'it is listed and not in the tree: it is left out of the list';
      remarks.push({ code: 'quecpython-not-there', name, message });
    } else if (bytes.length === 0) {
      const message =
        'it is empty, has no check sum on the device, and would be restored at every start: it is not listed';
      remarks.push({ code: 'quecpython-empty-file', name, message });
    } else {
      const sum = digest === 'crc32' ? crc32Text(bytes) : createHash('sha256').update(bytes).digest('hex');
      items.push({ name: `/usr/${name}`, [digest]: sum });
    }
  }
  return { text: deviceJson(items), listed: items.length, remarks };
}

/** Names that the device takes for the same when it looks for a check sum. */
export function caseFaults(files: UserFiles): readonly QuecpythonFault[] {
  const seen = new Map<string, string>();
  return [...files.keys()].sort(compareBytes).flatMap((name): readonly QuecpythonFault[] => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (other === undefined) return [];
    const message = 'two names differ in upper and lower case only, which the device does not tell apart';
    return [{ code: 'quecpython-case', name, message, found: other }];
  });
}
