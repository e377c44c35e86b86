/** What a simulated module holds, as a tree: SYSTEM as in a build, and the raw partitions beside it. */

import type { Blob } from '../device/blob.js';
import { openContentStore } from '../device/content.js';
import { type FileSystem, inodeOf, rootInode } from '../device/file-system.js';
import type { Flash } from '../device/machine.js';
import { mapEntries, mapGet } from '../device/persistent-map.js';
import type { BuildContent } from '../model/build.js';
import type { InputTree } from '../model/input-tree.js';
import { sdx6x } from '../model/layout.js';
import { compareBytes } from '../model/path.js';
import { bareEntry, type TreeEntry } from '../model/tree-entry.js';

const partitionsFolder = 'PARTITIONS';

/** The tree of a flash; owners are told in it, whoever writes it decides about them. */
export function treeOf(flash: Flash, content: BuildContent, origin: string): InputTree {
  const blobs = new Map<string, Blob>();
  const entries: TreeEntry[] = [];
  const add = (entry: Partial<TreeEntry> & Pick<TreeEntry, 'path' | 'kind'>): void => {
    entries.push({ ...bareEntry, ...entry });
  };
  const walk = (fs: FileSystem, ino: number, path: string): void => {
    const inode = inodeOf(fs, ino);
    if (inode.kind === 'link') {
      add({ path, kind: 'link', destination: inode.destination, size: inode.destination.length });
    }
    if (inode.kind === 'link' || inode.kind === 'device') return;
    const owner = { uid: inode.uid, gid: inode.gid, mode: inode.mode === 'unset' ? undefined : inode.mode };
    if (inode.kind === 'file') {
      blobs.set(path, inode.content);
      add({ path, kind: 'file', size: inode.content.size, ...owner });
      return;
    }
    add({ path, kind: 'directory', ...owner });
    for (const [name, child] of mapEntries(inode.children)) walk(fs, child, `${path}/${name}`);
  };
  const system = mapGet(flash.volumes, '/system');
  if (system !== undefined) walk(system, rootInode, sdx6x.system);
  add({ path: partitionsFolder, kind: 'directory' });
  for (const [name, blob] of mapEntries(flash.partitions)) {
    const path = `${partitionsFolder}/${name.replace(/^\/+/, '').replaceAll('/', '_')}`;
    blobs.set(path, blob);
    add({ path, kind: 'file', size: blob.size });
  }
  const store = openContentStore(content, {
    read: async (name) => {
      throw new Error(`no package to read ${name} from`);
    },
  });
  return {
    origin,
    description: 'a simulated module',
    entries: entries.sort((a, b) => compareBytes(a.path, b.path)),
    findings: [],
    content: async function* (path) {
      const blob = blobs.get(path);
      if (blob !== undefined) yield await store.bytes(blob);
    },
    close: async () => {},
  };
}
