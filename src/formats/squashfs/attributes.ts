/** Extended attributes. */

import type { ByteSource } from '../../model/byte-source.js';
import { largestSquashfsAttributesBytes, mostSquashfsAttributesBytes } from '../../model/limits/squashfs.js';
import { fromBytes } from '../../model/path.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import type { Metadata } from './metadata.js';
import { inodeAt, type Superblock } from './superblock.js';
import { readRow } from './tables.js';

/** The attributes by the index that inodes give. Throws FormatError. */
export type ReadAttributes = (index: number) => Promise<ReadonlyMap<string, Uint8Array>>;

const prefixes = ['user.', 'trusted.', 'security.'];
const elsewhere = 0x100;
const headBytes = 16;

/** Sets that several inodes share are read once. */
export function attributesOf(source: ByteSource, metadata: Metadata, { attributeTable }: Superblock): ReadAttributes {
  const known = new Map<number, ReadonlyMap<string, Uint8Array>>();
  let total = 0;

  const read = async (index: number): Promise<ReadonlyMap<string, Uint8Array>> => {
    if (attributeTable === undefined) throw new FormatError('the image has no table of extended attributes');
    const head = viewOf(await source.read(attributeTable, headBytes), true);
    const values = head.u64(0);
    if (index >= head.u32(8)) throw new FormatError(`set ${index} of extended attributes is not there`);
    const row = viewOf(await readRow(source, metadata, attributeTable + headBytes, index, 16), true);
    const place = inodeAt((BigInt(row.u32(4)) << 32n) | BigInt(row.u32(0)));
    const count = row.u32(8);
    let left = largestSquashfsAttributesBytes;
    const take = (bytes: number): number => {
      left -= bytes;
      total += bytes;
      if (left < 0 || total > mostSquashfsAttributesBytes) {
        throw new FormatError('there are more extended attributes than Linux takes');
      }
      return bytes;
    };
    // The row also has a size, which is that of the names and values alone.
    let done = 0;
    const next = async (length: number) => {
      const bytes = await metadata.read(values + place.block, place.offset + done, take(length));
      done += length;
      return viewOf(bytes, true);
    };
    const found = new Map<string, Uint8Array>();
    for (let number = 0; number < count; number += 1) {
      const head = await next(4);
      const type = head.u16(0);
      const prefix = prefixes[type & 0xff];
      if (prefix === undefined) throw new FormatError(`an extended attribute of type ${type} is not known`);
      const name = prefix + fromBytes((await next(head.u16(2))).slice(0, head.u16(2)));
      const length = (await next(4)).u32(0);
      const inline = (await next(length)).slice(0, length);
      found.set(name, (type & elsewhere) === 0 ? Uint8Array.from(inline) : await away(values, inline, take));
    }
    return found;
  };

  const away = async (values: number, pointer: Uint8Array, take: (bytes: number) => number): Promise<Uint8Array> => {
    const view = viewOf(pointer, true);
    const place = inodeAt((BigInt(view.u32(4)) << 32n) | BigInt(view.u32(0)));
    const head = viewOf(await metadata.read(values + place.block, place.offset, 4), true);
    const whole = await metadata.read(values + place.block, place.offset, 4 + take(head.u32(0)));
    return Uint8Array.from(whole.subarray(4));
  };

  return async (index) => {
    const there = known.get(index);
    if (there !== undefined) return there;
    const attributes = await read(index);
    known.set(index, attributes);
    return attributes;
  };
}
