/** Listings of directories. */

import { fromBytes } from '../../model/path.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import type { InodeAt } from './superblock.js';

/** A name in a directory. */
export interface ListedName {
  readonly name: string;
  readonly inode: InodeAt;
  /** 1 to 7: what the inode is said to be. */
  readonly type: number;
}

const headerBytes = 12;
const entryBytes = 8;
/** Names behind one header. */
const namesOfHeader = 256;

/** The names of a listing in its order. Throws FormatError, behind the names that could be read, where it is damaged. */
export function* namesOf(listing: Uint8Array): Generator<ListedName> {
  const view = viewOf(listing, true);
  for (let at = 0; at < view.size; ) {
    const count = view.u32(at) + 1;
    if (count > namesOfHeader) throw new FormatError(`a directory has ${count} names behind one header`);
    const block = view.u32(at + 4);
    at += headerBytes;
    for (let left = count; left > 0; left -= 1) {
      const length = view.u16(at + 6) + 1;
      const name = fromBytes(view.slice(at + entryBytes, length));
      yield { name, inode: { block, offset: view.u16(at) }, type: view.u16(at + 4) };
      at += entryBytes + length;
    }
  }
}
