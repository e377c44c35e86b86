/** Makes squashfs images of version 4.0: the same tree, the same bytes. */

import { Buffer } from 'node:buffer';
import { type FragmentBlock, newContents } from './data.js';
import { directoryInode, fileInode, type Listed, linkInode, listingOf } from './inodes.js';
import { newTable, noPieces, type Pack, type Pieces, type Place } from './pieces.js';
import { type Folder, type SquashfsNode, treeOf } from './tree.js';

export type { Pack } from './pieces.js';
export type { SquashfsNode } from './tree.js';

/** How an image is made. */
export interface SquashfsSettings {
  /** Bytes of a block of data: a power of two from 4096 to 1 MiB. */
  readonly blockSize: number;
  /** Seconds since 1970 that everything is dated to. */
  readonly date: number;
  readonly pack: Pack;
}

const superblockBytes = 96;
/** Images end at a multiple of this, so that a block device takes them. */
const padding = 4096;
const flags = { noFragments: 0x10, duplicates: 0x40, noAttributes: 0x200 } as const;
const nowhere = 0xffffffffffffffffn;

/**
 * The image of a tree: all of it is root's, files smaller than a block share blocks, equal contents are there once. Names must have 1 to
 * 256 bytes. Throws RangeError for a path that is there twice or lies below a file.
 */
export function makeSquashfs(nodes: readonly SquashfsNode[], settings: SquashfsSettings): Uint8Array<ArrayBuffer> {
  const { blockSize, date, pack } = settings;
  const { root, inodes } = treeOf(nodes);
  const image = noPieces();
  image.add(Buffer.alloc(superblockBytes));
  const contents = newContents(image, blockSize, pack);
  const [inodeTable, directoryTable] = [newTable(pack), newTable(pack)];

  const put = (inode: Uint8Array): Place => {
    const place = inodeTable.place();
    inodeTable.add(inode);
    return place;
  };
  const putFolder = ({ mode, number, parent, children }: Folder): Place => {
    const listed = children.map(({ name, number: own, node }): Listed => {
      if (node.kind === 'directory') return { name, kind: 'directory', number: own, inode: putFolder(node) };
      if (node.kind === 'link')
        return { name, kind: 'link', number: own, inode: put(linkInode(date, own, node.destination)) };
      const placed = contents.place(node.bytes);
      return {
        name,
        kind: 'file',
        number: own,
        inode: put(fileInode(node.mode, date, own, node.bytes.length, placed)),
      };
    });
    const place = directoryTable.place();
    const listing = listingOf(listed);
    directoryTable.add(listing);
    const directories = listed.filter(({ kind }) => kind === 'directory').length;
    return put(directoryInode({ mode, date, number, parent, directories, place, listed: listing.length }));
  };

  const rootPlace = putFolder({ ...root, parent: inodes + 1 });
  const fragments = contents.finish();
  const inodesAt = image.size();
  image.add(inodeTable.finish());
  const directoriesAt = image.size();
  image.add(directoryTable.finish());
  const fragmentsAt = fragments.length === 0 ? undefined : addTable(image, fragmentRows(fragments), pack);
  const idsAt = addTable(image, [Buffer.alloc(4)], pack);
  const bytesUsed = image.size();
  image.add(Buffer.alloc((padding - (bytesUsed % padding)) % padding));

  const bytes = image.joined();
  bytes.write('hsqs', 0);
  bytes.writeUInt32LE(inodes, 4);
  bytes.writeUInt32LE(date, 8);
  bytes.writeUInt32LE(blockSize, 12);
  bytes.writeUInt32LE(fragments.length, 16);
  // gzip
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(Math.log2(blockSize), 22);
  bytes.writeUInt16LE(flags.duplicates | flags.noAttributes | (fragments.length === 0 ? flags.noFragments : 0), 24);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(4, 28);
  bytes.writeBigUInt64LE((BigInt(rootPlace.block) << 16n) | BigInt(rootPlace.offset), 32);
  for (const [at, position] of [bytesUsed, idsAt, undefined, inodesAt, directoriesAt, fragmentsAt, undefined].entries())
    bytes.writeBigUInt64LE(position === undefined ? nowhere : BigInt(position), 40 + 8 * at);
  return bytes;
}

function fragmentRows(fragments: readonly FragmentBlock[]): readonly Uint8Array[] {
  return fragments.map(({ start, word }) => {
    const row = Buffer.alloc(16);
    row.writeBigUInt64LE(BigInt(start), 0);
    row.writeUInt32LE(word, 8);
    return row;
  });
}

/** Adds a table and, behind it, the positions of its blocks. Returns where these are. */
function addTable(image: Pieces, rows: readonly Uint8Array[], pack: Pack): number {
  const table = newTable(pack);
  for (const row of rows) table.add(row);
  const from = image.size();
  image.add(table.finish());
  const at = image.size();
  const positions = Buffer.alloc(8 * table.starts.length);
  for (const [index, start] of table.starts.entries()) positions.writeBigUInt64LE(BigInt(from + start), 8 * index);
  image.add(positions);
  return at;
}
