/** What changed between two trees of user files, as the device's own updater takes it. */

import { createHash } from 'node:crypto';
import { compareBytes } from '../../model/path.js';
import type { QuecpythonFile, QuecpythonRemark } from '../../model/quecpython.js';
import { crc32Text } from './crc32.js';
import {
  caseFaults,
  checkList,
  deviceJson,
  lengthFault,
  listedNames,
  listName,
  type QuecpythonFault,
  type UserFiles,
} from './lists.js';

/** Where the updater keeps what it fetched, relative to `/usr`. */
export const updaterFolder = '.updater';

/** The list of what the program removes after the update, relative to `/usr`. */
export const deletesName = '.deletes.json';

/** An update set: the files of the folder `.updater` in the order in which they are put there, and what is told of them. */
export interface UpdateSet {
  /** By their path below `/usr/.updater`; the last one, the flag, starts the update. */
  readonly staged: ReadonlyMap<string, Uint8Array>;
  readonly files: readonly QuecpythonFile[];
  readonly deletes: readonly string[];
  readonly unchanged: number;
  readonly listed: number;
  readonly remarks: readonly QuecpythonRemark[];
}

/** The tree that the device has when all is done: the new one with its list of check sums. */
export function finalTree(next: UserFiles, set: UpdateSet): UserFiles {
  const list = set.staged.get(`usr/${listName}`);
  return list === undefined ? next : new Map([...next, [listName, list]]);
}

/** The set that makes the old tree the new one, or all that makes it impossible. Folders without files are not told apart. */
export function updateSet(
  old: UserFiles,
  next: UserFiles,
  baseUrl: string,
): { readonly set: UpdateSet } | { readonly faults: readonly QuecpythonFault[] } {
  const faults = [
    ...reservedFaults(old),
    ...reservedFaults(next),
    ...caseFaults(old),
    ...caseFaults(next),
    ...kindFaults(old, next),
  ];
  const before = old.get(listName);
  const names = listedNames(next) ?? listedNames(old);
  for (const tree of [old, next])
    if (tree.has(listName) && listedNames(tree) === undefined) {
      const message = 'the list of check sums is not JSON of names';
      faults.push({ code: 'quecpython-list', name: listName, message });
    }
  faults.push(...emptiedFaults(old, next));
  const list = checkList(next, names, 'crc32');
  const changed = [...next.keys()]
    .filter((name) => name !== listName && !isSame(old.get(name), next.get(name)))
    .sort(compareBytes);
  const deletes = deletesOf(old, next);
  const contents = new Map<string, Uint8Array>();
  for (const name of changed) contents.set(name, next.get(name) ?? new Uint8Array());
  if (deletes.length > 0) contents.set(deletesName, Buffer.from(deviceJson(deletes)));
  contents.set(listName, Buffer.from(list.text));
  const files = [...contents].map(([name, bytes]) => fileOf(name, bytes, baseUrl));
  const stat = deviceJson(files.map(({ url, name, size }) => ({ url, name, total_size: size })));
  faults.push(
    ...[lengthFault('the list of check sums', list.text), lengthFault('the list of files to fetch', stat)].filter(
      (fault) => fault !== undefined,
    ),
  );
  const isListSame = before !== undefined && Buffer.compare(before, Buffer.from(list.text)) === 0;
  if (changed.length === 0 && deletes.length === 0 && (isListSame || before === undefined)) {
    faults.push({ code: 'quecpython-same', message: 'the two trees are the same: there is nothing to update' });
  }
  if (faults.length > 0) return { faults };
  const staged = new Map([...contents].map(([name, bytes]) => [`usr/${name}`, bytes]));
  staged.set('download.stat', Buffer.from(stat));
  staged.set('update.flag', new Uint8Array());
  const unchanged = [...next.keys()].filter((name) => name !== listName).length - changed.length;
  return { set: { staged, files, deletes, unchanged, listed: list.listed, remarks: list.remarks } };
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
}

function fileOf(name: string, bytes: Uint8Array, baseUrl: string): QuecpythonFile {
  return {
    name: `/usr/${name}`,
    url: `${baseUrl}usr/${name.split('/').map(encodeURIComponent).join('/')}`,
    file: `.updater/usr/${name}`,
    size: bytes.length,
    crc32: crc32Text(bytes),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** Files that are gone, then the folders that are gone with them, innermost first. */
function deletesOf(old: UserFiles, next: UserFiles): readonly string[] {
  const gone = [...old.keys()].filter((name) => name !== listName && !next.has(name)).sort(compareBytes);
  const kept = foldersOf(next);
  const folders = [...foldersOf(new Map(gone.map((name) => [name, new Uint8Array()])))]
    .filter((folder) => !kept.has(folder))
    .sort((a, b) => b.split('/').length - a.split('/').length || compareBytes(a, b));
  return [...gone, ...folders].map((name) => `/usr/${name}`);
}

function foldersOf(files: UserFiles): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const name of files.keys())
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) folders.add(name.slice(0, at));
  return folders;
}

function reservedFaults(files: UserFiles): readonly QuecpythonFault[] {
  return [...files.keys()]
    .filter((name) => name === updaterFolder || name.startsWith(`${updaterFolder}/`) || name === deletesName)
    .slice(0, 1)
    .map((name) => ({ code: 'quecpython-reserved', name, message: 'the name is one that the update itself needs' }));
}

/** An empty file gets no check sum: after a power cut the restore puts the old one back, when the updater has struck it off already. */
function emptiedFaults(old: UserFiles, next: UserFiles): readonly QuecpythonFault[] {
  const listed = listedNames(old)?.map((name) => name.toLowerCase());
  return [...next]
    .filter(([name, bytes]) => bytes.length === 0 && (old.get(name)?.length ?? 0) > 0)
    .filter(([name]) => listed?.includes(name.toLowerCase()) ?? true)
    .map(([name]) => ({
      code: 'quecpython-emptied',
      name,
      message: 'the file becomes empty, and after a power cut the restore would put its old content back for good',
    }));
}

/** The updater opens a file where a folder is, or makes a folder where a file is: it fails at every start from then on. */
function kindFaults(old: UserFiles, next: UserFiles): readonly QuecpythonFault[] {
  const [before, after] = [foldersOf(old), foldersOf(next)];
  const becomes = (name: string, what: string): QuecpythonFault => ({
    code: 'quecpython-kind',
    name,
    message: `${what}, and the updater of the device would fail at it at every start`,
  });
  return [
    ...[...next.keys()].filter((name) => before.has(name)).map((name) => becomes(name, 'a folder becomes a file')),
    ...[...old.keys()].filter((name) => after.has(name)).map((name) => becomes(name, 'a file becomes a folder')),
  ];
}
