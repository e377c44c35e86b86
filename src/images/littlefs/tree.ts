/** What goes into a LittleFS image: directories and files, as a tree in the order of their names. */

import { longestLittlefsNameBytes } from '../../model/limits/littlefs.js';
import { compareBytes } from '../../model/path.js';

/** A directory or a file; its path is relative, one unit a byte, parts joined by slashes. */
export type LittlefsNode =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Uint8Array };

/** A directory with what is in it, in byte order of the names. */
export interface Directory {
  readonly kind: 'directory';
  readonly entries: readonly (readonly [name: string, child: Directory | File])[];
}

/** A file's content. */
export interface File {
  readonly kind: 'file';
  readonly bytes: Uint8Array;
}

/** Bytes of a directory's block that are no entries: revision, size, tail, check sum. */
export const frameBytes = 20;
/** Bytes of an entry without its name: type, three lengths, head and size of a file or the pair of a directory. */
export const entryHeadBytes = 12;

/** Why a path cannot stand in an image with blocks of so many bytes; `undefined` when it can. */
export function unfitPath(path: string, blockSize: number): string | undefined {
  const most = Math.min(longestLittlefsNameBytes, blockSize - frameBytes - entryHeadBytes);
  for (const name of path.split('/')) {
    if (name === '') return 'a name is empty';
    if (name === '.' || name === '..') return `${name} is no name`;
    if (name.includes('\0')) return 'a name has a zero byte';
    if (name.length > most) return `a name has ${name.length} bytes; ${most} are possible`;
  }
  return undefined;
}

/**
 * The tree of the nodes, whatever their order; directories that are only implied are made. Throws RangeError for a path that is there
 * twice, or lies below a file.
 */
export function treeOf(nodes: readonly LittlefsNode[]): Directory {
  const root = new Map<string, Growing | File>();
  for (const node of nodes) {
    const names = node.path.split('/');
    const last = names.pop() ?? '';
    let inside = root;
    for (const name of names) inside = openDirectory(inside, name, node.path);
    if (node.kind === 'directory') openDirectory(inside, last, node.path);
    else if (inside.has(last)) throw new RangeError(`${node.path} is there twice`);
    else inside.set(last, { kind: 'file', bytes: node.bytes });
  }
  return sorted(root);
}

type Growing = Map<string, Growing | File>;

function openDirectory(inside: Growing, name: string, path: string): Growing {
  const there = inside.get(name);
  if (there instanceof Map) return there;
  if (there !== undefined) throw new RangeError(`${path} lies below a file or is there twice`);
  const made: Growing = new Map();
  inside.set(name, made);
  return made;
}

function sorted(growing: Growing): Directory {
  const entries = [...growing]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([name, child]) => [name, child instanceof Map ? sorted(child) : child] as const);
  return { kind: 'directory', entries };
}
