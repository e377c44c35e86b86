/** Inodes: what a file, a directory, a link or a device is. */

import { longestLinkBytes } from '../../model/limits.js';
import { fromBytes } from '../../model/path.js';
import type { TreeKind } from '../../model/tree-entry.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import type { Metadata } from './metadata.js';
import type { InodeAt, Superblock } from './superblock.js';

/** What every inode has. */
interface Common {
  readonly mode: number;
  /** Indexes in the table of owners. */
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly number: number;
  readonly links: number;
  /** Index in the table of extended attributes. */
  readonly attributes: number | undefined;
}

/** A directory: where its listing is. */
export interface DirectoryInode extends Common {
  readonly kind: 'directory';
  readonly block: number;
  readonly offset: number;
  /** Bytes of the listing. */
  readonly size: number;
}

/** A file: where its blocks are. */
export interface FileInode extends Common {
  readonly kind: 'file';
  readonly size: number;
  readonly start: number;
  readonly fragment: number | undefined;
  /** In the unpacked fragment. */
  readonly fragmentOffset: number;
  /** Where the list of block sizes is: an offset from the inode's own. */
  readonly listOffset: number;
}

/** Anything else. */
export interface OtherInode extends Common {
  readonly kind: Exclude<TreeKind, 'directory' | 'file'>;
  readonly destination?: string | undefined;
  readonly device?: { readonly major: number; readonly minor: number } | undefined;
}

/** Any inode. */
export type Inode = DirectoryInode | FileInode | OtherInode;

const kinds: readonly TreeKind[] = ['directory', 'file', 'link', 'block-device', 'character-device', 'fifo', 'socket'];

/** The kind that a number stands for: 1 to 7, or 8 to 14 for extended inodes. */
export function kindOf(type: number): TreeKind | undefined {
  return kinds[(type - 1) % kinds.length];
}

const headerBytes = 16;
const noIndex = 0xffffffff;
/** Bytes of a directory's size that stand for `.` and `..`. */
const dotsBytes = 3;

/** Reads an inode. Throws FormatError where it cannot be read. */
export async function readInode(metadata: Metadata, { inodeTable }: Superblock, at: InodeAt): Promise<Inode> {
  const position = inodeTable + at.block;
  const rest = async (length: number, from = headerBytes) =>
    viewOf(await metadata.read(position, at.offset, from + length), true);
  const head = await rest(0);
  const type = head.u16(0);
  if (type < 1 || type > 14) throw new FormatError(`an inode of type ${type} is not known`);
  const own = {
    mode: head.u16(2) & 0o7777,
    uid: head.u16(4),
    gid: head.u16(6),
    mtime: head.u32(8),
    number: head.u32(12),
  };
  const indexAt = (view: { u32(at: number): number }, place: number): number | undefined => {
    const index = view.u32(place);
    return index === noIndex ? undefined : index;
  };
  switch (type) {
    case 1: {
      const view = await rest(16);
      const size = Math.max(view.u16(24) - dotsBytes, 0);
      const place = { block: view.u32(16), offset: view.u16(26), size };
      return { ...own, kind: 'directory', ...place, links: view.u32(20), attributes: undefined };
    }
    case 8: {
      const view = await rest(24);
      const size = Math.max(view.u32(20) - dotsBytes, 0);
      const place = { block: view.u32(24), offset: view.u16(34), size };
      return { ...own, kind: 'directory', ...place, links: view.u32(16), attributes: indexAt(view, 36) };
    }
    case 2: {
      const view = await rest(16);
      return {
        ...own,
        kind: 'file',
        start: view.u32(16),
        fragment: indexAt(view, 20),
        fragmentOffset: view.u32(24),
        size: view.u32(28),
        listOffset: headerBytes + 16,
        links: 1,
        attributes: undefined,
      };
    }
    case 9: {
      const view = await rest(40);
      return {
        ...own,
        kind: 'file',
        start: view.u64(16),
        size: view.u64(24),
        links: view.u32(40),
        fragment: indexAt(view, 44),
        fragmentOffset: view.u32(48),
        attributes: indexAt(view, 52),
        listOffset: headerBytes + 40,
      };
    }
    case 3:
    case 10: {
      const view = await rest(8);
      const length = view.u32(20);
      if (length > longestLinkBytes) throw new FormatError(`the text of a link has ${length} bytes`);
      const whole = await rest(8 + length + (type === 10 ? 4 : 0));
      const destination = fromBytes(whole.slice(headerBytes + 8, length));
      const attributes = type === 10 ? indexAt(whole, headerBytes + 8 + length) : undefined;
      return { ...own, kind: 'link', destination, links: view.u32(16), attributes };
    }
    case 4:
    case 5:
    case 11:
    case 12: {
      const view = await rest(type > 7 ? 12 : 8);
      const number = view.u32(20);
      const device = { major: (number >>> 8) & 0xfff, minor: (number & 0xff) | ((number >>> 12) & 0xfff00) };
      const attributes = type > 7 ? indexAt(view, 24) : undefined;
      const kind = type % 7 === 4 ? 'block-device' : 'character-device';
      return { ...own, kind, device, links: view.u32(16), attributes };
    }
    default: {
      const view = await rest(type > 7 ? 8 : 4);
      const attributes = type > 7 ? indexAt(view, 20) : undefined;
      return { ...own, kind: type % 7 === 6 ? 'fifo' : 'socket', links: view.u32(16), attributes };
    }
  }
}
