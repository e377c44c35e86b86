/** Walks over the directories of a squashfs. Each is entered once, so that a loop ends where it meets itself. */

import { longestSquashfsPathBytes, mostSquashfsEntries, mostSquashfsPathBytes } from '../../model/limits/squashfs.js';
import { unsafeName } from '../../model/path.js';
import { FormatError } from '../format-error.js';
import { type DirectoryInode, type Inode, kindOf, readInode } from './inodes.js';
import { type ListedName, namesOf } from './listing.js';
import type { Metadata } from './metadata.js';
import type { InodeAt, Superblock } from './superblock.js';

/** An entry with its inode. */
export interface WalkedEntry {
  readonly path: string;
  readonly inode: Inode;
  readonly at: InodeAt;
}

/** Takes what is wrong, with its path. */
export type Complain = (path: string, message: string) => void;

interface Waiting {
  readonly path: string;
  readonly inode: DirectoryInode;
  readonly at: InodeAt;
}

const key = ({ block, offset }: InodeAt): string => `${block}:${offset}`;

/** All entries below the root. What cannot be read is left out and told. */
export async function walk(
  metadata: Metadata,
  superblock: Superblock,
  root: DirectoryInode,
  complain: Complain,
): Promise<readonly WalkedEntry[]> {
  const entries: WalkedEntry[] = [];
  const entered = new Set([key(superblock.root)]);
  const waiting: Waiting[] = [{ path: '', inode: root, at: superblock.root }];
  let pathBytes = 0;

  const enter = async (path: string, listed: ListedName): Promise<void> => {
    const inode = await readInode(metadata, superblock, listed.inode);
    if (kindOf(listed.type) !== inode.kind) {
      throw new FormatError(`it is listed as ${kindOf(listed.type) ?? `type ${listed.type}`}, and is a ${inode.kind}`);
    }
    if (inode.kind === 'directory') {
      const place = key(listed.inode);
      if (entered.has(place)) throw new FormatError('the directory is in another one already, or in itself');
      entered.add(place);
      waiting.push({ path, inode, at: listed.inode });
    }
    entries.push({ path, inode, at: listed.inode });
  };

  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const names = new Set<string>();
    try {
      for (const listed of namesOf(await listingOf(metadata, superblock, next.inode))) {
        const path = next.path === '' ? listed.name : `${next.path}/${listed.name}`;
        pathBytes += path.length;
        if (entries.length >= mostSquashfsEntries || pathBytes > mostSquashfsPathBytes) {
          complain(path, 'there are more names than any firmware has: the others are left out');
          return entries;
        }
        try {
          requireName(listed.name, path, names);
          names.add(listed.name);
          await enter(path, listed);
        } catch (error) {
          complain(path, messageOf(error));
        }
      }
    } catch (error) {
      complain(next.path, messageOf(error));
    }
  }
  return entries;
}

async function listingOf(
  metadata: Metadata,
  { directoryTable }: Superblock,
  { block, offset, size }: DirectoryInode,
): Promise<Uint8Array> {
  if (size === 0) return new Uint8Array();
  return metadata.read(directoryTable + block, offset, size);
}

function requireName(name: string, path: string, names: ReadonlySet<string>): void {
  if (name.includes('/') || unsafeName(name) !== undefined) throw new FormatError('its name cannot be a name');
  if (path.length > longestSquashfsPathBytes) throw new FormatError('its path is longer than Linux takes');
  if (names.has(name)) throw new FormatError('its name is there twice');
}

function messageOf(error: unknown): string {
  if (error instanceof FormatError) return error.message;
  throw error;
}
