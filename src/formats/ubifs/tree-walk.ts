import { longestUbifsPathBytes } from '../../model/limits/formats.js';
import { compareBytes, displayName, fromBytes, unsafeName } from '../../model/path.js';
import type { TreeEntry, TreeKind } from '../../model/tree-entry.js';
import type { Catalogue } from './catalogue.js';
import { encryptedInode, type Inode } from './nodes.js';

/** The inode of the root directory. */
export const rootInode = 1;
const noAttributes: ReadonlyMap<string, Uint8Array> = new Map();

/** What the type bits of a mode say. */
function kindOf(mode: number): TreeKind | undefined {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file';
    case 0o120000:
      return 'link';
    case 0o040000:
      return 'directory';
    case 0o020000:
      return 'character-device';
    case 0o060000:
      return 'block-device';
    case 0o010000:
      return 'fifo';
    case 0o140000:
      return 'socket';
    default:
      return undefined;
  }
}

/**
 * Names every entry from the root inode down, in byte order of the path. Names that no file or no zip can have, entries whose inode is
 * missing and directories met a second time are left out and told as problems.
 */
export function listTree(catalogue: Catalogue): {
  readonly entries: readonly TreeEntry[];
  readonly problems: readonly string[];
} {
  const entries: TreeEntry[] = [];
  const problems: string[] = [];
  const walked = new Set<number>([rootInode]);
  const names = new Map<number, number>();
  const attributes = new Map<number, ReadonlyMap<string, Uint8Array>>();
  const pending: { readonly inum: number; readonly prefix: string }[] = [{ inum: rootInode, prefix: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { inum: directory, prefix } = next;
    for (const [name, inum] of catalogue.entries.get(directory) ?? []) {
      const path = prefix + name;
      if (name.includes('/') || path.length > longestUbifsPathBytes || unsafeName(path) !== undefined) {
        const encrypted = ((catalogue.inodes.get(directory)?.flags ?? 0) & encryptedInode) !== 0;
        problems.push(
          encrypted
            ? `the encrypted name of inode ${inum} cannot be shown; the entry is left out`
            : `a name that cannot be used is left out: ${displayName(path)}`,
        );
        continue;
      }
      const inode = catalogue.inodes.get(inum);
      const kind = inode && kindOf(inode.mode);
      if (inode === undefined || kind === undefined) {
        problems.push(
          `${displayName(path)} is left out: its inode ${inum} ${inode === undefined ? 'cannot be found' : 'has no type'}`,
        );
        continue;
      }
      if (kind === 'directory') {
        if (walked.has(inum)) {
          problems.push(`${displayName(path)} is left out: its directory is already known under another name`);
          continue;
        }
        walked.add(inum);
        pending.push({ inum, prefix: `${path}/` });
      }
      names.set(inum, (names.get(inum) ?? 0) + 1);
      const ofInode = attributes.get(inum) ?? attributesOf(catalogue, inum);
      attributes.set(inum, ofInode);
      entries.push(entryOf(path, kind, inode, ofInode));
    }
  }
  const counted = entries.map((entry) => ({ ...entry, links: names.get(entry.fileId ?? 0) ?? 1 }));
  return { entries: counted.sort((a, b) => compareBytes(a.path, b.path)), problems };
}

function entryOf(
  path: string,
  kind: TreeKind,
  inode: Inode,
  attributes: ReadonlyMap<string, Uint8Array>,
): TreeEntry & { readonly fileId: number } {
  const encrypted = (inode.flags & encryptedInode) !== 0;
  const device = kind === 'character-device' || kind === 'block-device' ? deviceOf(inode.inline) : undefined;
  return {
    path,
    kind,
    size: kind === 'file' ? inode.size : kind === 'link' ? inode.inline.length : 0,
    mode: inode.mode & 0o7777,
    uid: inode.uid,
    gid: inode.gid,
    mtime: inode.mtime,
    destination: kind === 'link' ? fromBytes(inode.inline) : undefined,
    device,
    links: 1,
    fileId: inode.inum,
    attributes,
    encrypted: encrypted && (kind === 'file' || kind === 'link' || kind === 'directory'),
  };
}

/** A device's number as Linux packs it: 8 low bits of minor, 12 of major, 12 high bits of minor. */
function deviceOf(inline: Uint8Array): { readonly major: number; readonly minor: number } | undefined {
  if (inline.length < 4) return undefined;
  const packed = new DataView(inline.buffer, inline.byteOffset, inline.byteLength).getUint32(0, true);
  return { major: (packed >>> 8) & 0xfff, minor: (packed & 0xff) | ((packed >>> 12) & 0xfff00) };
}

function attributesOf(catalogue: Catalogue, inum: number): ReadonlyMap<string, Uint8Array> {
  const named = catalogue.attributes.get(inum);
  if (named === undefined || named.size === 0) return noAttributes;
  const values = new Map<string, Uint8Array>();
  for (const [name, holder] of [...named].sort(([a], [b]) => compareBytes(a, b))) {
    const value = catalogue.inodes.get(holder)?.inline;
    if (value !== undefined) values.set(name, value);
  }
  return values;
}
