/** What goes into a squashfs, as a tree in the order of its names. */

import { compareBytes } from '../../model/path.js';

/** A directory, a file or a link; its path is relative, one unit a byte. */
export type SquashfsNode =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: 'link'; readonly path: string; readonly destination: string };

/** A directory with what is in it, in byte order of the names. */
export interface Folder {
  readonly kind: 'directory';
  readonly mode: number;
  /** The number of its inode: parents have lower ones than their children. */
  readonly number: number;
  readonly parent: number;
  readonly children: readonly Child[];
}

/** What a directory holds. */
export interface Child {
  readonly name: string;
  readonly number: number;
  readonly node: Folder | Exclude<SquashfsNode, { readonly kind: 'directory' }>;
}

const folderMode = 0o755;

/** The tree, and how many inodes it has. Directories that are only implied are made. Throws RangeError for a path that is there twice. */
export function treeOf(nodes: readonly SquashfsNode[]): { readonly root: Folder; readonly inodes: number } {
  const inside = new Map<string, SquashfsNode[]>([['', []]]);
  const known = new Set<string>();
  const add = (node: SquashfsNode): void => {
    known.add(node.path);
    const above = parentOf(node.path);
    const siblings = inside.get(above);
    if (siblings === undefined) throw new RangeError(`${node.path} lies below something that is no directory`);
    siblings.push(node);
    if (node.kind === 'directory') inside.set(node.path, []);
  };
  for (const node of [...nodes].sort((a, b) => compareBytes(a.path, b.path))) {
    if (known.has(node.path)) throw new RangeError(`${node.path} is there twice`);
    const missing: string[] = [];
    for (let above = parentOf(node.path); above !== '' && !known.has(above); above = parentOf(above))
      missing.push(above);
    for (const path of missing.reverse()) add({ kind: 'directory', path, mode: folderMode });
    add(node);
  }
  let inodes = 0;
  const folderOf = (path: string, mode: number, number: number, parent: number): Folder => {
    const children = (inside.get(path) ?? [])
      .map((node) => ({ name: node.path.slice(path === '' ? 0 : path.length + 1), node }))
      .sort((a, b) => compareBytes(a.name, b.name))
      .map(({ name, node }): Child => {
        inodes += 1;
        const own = inodes;
        return {
          name,
          number: own,
          node: node.kind === 'directory' ? folderOf(node.path, node.mode, own, number) : node,
        };
      });
    return { kind: 'directory', mode, number, parent, children };
  };
  inodes = 1;
  const root = folderOf('', folderMode, 1, 1);
  return { root, inodes };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
