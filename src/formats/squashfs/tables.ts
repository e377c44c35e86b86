/** The tables of owners and fragments: lists of positions of metadata blocks, each with a fixed number of rows. */

import type { ByteSource } from '../../model/byte-source.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { type Metadata, metadataBytes } from './metadata.js';
import type { Superblock } from './superblock.js';

/** Where a fragment is, and how many bytes it has as it is stored. */
export interface Fragment {
  readonly start: number;
  readonly word: number;
}

const pointerBytes = 8;

/** A row of a table whose list of blocks begins at a position. Throws FormatError. */
export async function readRow(
  source: ByteSource,
  metadata: Metadata,
  table: number,
  index: number,
  rowBytes: number,
): Promise<Uint8Array> {
  const perBlock = metadataBytes / rowBytes;
  const pointer = await source.read(table + pointerBytes * Math.floor(index / perBlock), pointerBytes);
  return metadata.read(viewOf(pointer, true).u64(0), (index % perBlock) * rowBytes, rowBytes);
}

/** The owners by their index. Throws FormatError. */
export async function readIds(source: ByteSource, metadata: Metadata, superblock: Superblock): Promise<Uint32Array> {
  const ids = new Uint32Array(superblock.ids);
  for (let index = 0; index < ids.length; index += 1) {
    ids[index] = viewOf(await readRow(source, metadata, superblock.idTable, index, 4), true).u32(0);
  }
  return ids;
}

/** A fragment by its index. Throws FormatError. */
export async function readFragment(
  source: ByteSource,
  metadata: Metadata,
  { fragmentTable, fragments }: Superblock,
  index: number,
): Promise<Fragment> {
  if (fragmentTable === undefined || index >= fragments) {
    throw new FormatError(`fragment ${index} is not there: the image has ${fragments}`);
  }
  const row = viewOf(await readRow(source, metadata, fragmentTable, index, 16), true);
  return { start: row.u64(0), word: row.u32(8) };
}
