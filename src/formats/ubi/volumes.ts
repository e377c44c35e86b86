/**
 * The volumes of a UBI image, by its own tables: erase-block headers, volume headers, the volume table.
 * Nothing of what is in the volumes is read: no UBIFS, no static volume data.
 */

import { findAll } from '../bytes/printable.js';
import { hexOf, startsWith, type View, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';

export interface UbiVolume {
  readonly name: string;
  readonly type: 'dynamic' | 'static';
  /** Erase blocks that are reserved for it, and those that the image holds. */
  readonly reserved: number;
  readonly present: number;
  readonly autoResize: boolean;
}

export interface UbiImage {
  /** Bytes of an erase block. */
  readonly eraseBlock: number;
  readonly blocks: number;
  readonly imageSequence: string;
  readonly volumes: readonly UbiVolume[];
}

const layoutVolume = 0x7fffefff;
const recordSize = 172;
const recordLimit = 128;
const blockLimit = 1_000_000;

/** Whether an erase-block header stands at the start. */
export function isUbi(bytes: Uint8Array): boolean {
  return startsWith(bytes, 'UBI#');
}

/** Reads the tables. Throws FormatError when there is no volume table. */
export function readUbi(bytes: Uint8Array): UbiImage {
  if (!isUbi(bytes)) throw new FormatError('no UBI magic');
  const view = viewOf(bytes, false);
  const eraseBlock = eraseBlockSize(bytes);
  const blocks = Math.min(blockLimit, Math.ceil(bytes.length / eraseBlock));
  const present = new Map<number, Set<number>>();
  let table: View | undefined;
  for (let i = 0; i < blocks; i++) {
    const at = i * eraseBlock;
    if (!startsWith(bytes, 'UBI#', at)) continue;
    const header = at + view.u32(at + 16);
    const data = at + view.u32(at + 20);
    if (header + 64 > Math.min(bytes.length, at + eraseBlock) || !startsWith(bytes, 'UBI!', header)) continue;
    const volume = view.u32(header + 8);
    if (volume === layoutVolume) {
      const end = Math.min(bytes.length, at + eraseBlock);
      if (table === undefined && data < end) table = viewOf(view.slice(data, end - data), false);
      continue;
    }
    const logical = present.get(volume) ?? new Set();
    logical.add(view.u32(header + 12));
    present.set(volume, logical);
  }
  if (table === undefined) throw new FormatError('the UBI image has no volume table');
  return { eraseBlock, blocks, imageSequence: hexOf(view.slice(24, 4)), volumes: readTable(table, present) };
}

/** The distance between the first two headers; a single block is the whole image. */
function eraseBlockSize(bytes: Uint8Array): number {
  for (const at of findAll(bytes.subarray(0, 64 * 1024 * 1024), 'UBI#', 64)) {
    if (at >= 2048 && (at & (at - 1)) === 0) return at;
  }
  return Math.max(1, bytes.length);
}

function readTable(table: View, present: ReadonlyMap<number, ReadonlySet<number>>): readonly UbiVolume[] {
  const volumes: UbiVolume[] = [];
  for (let id = 0; id < recordLimit && (id + 1) * recordSize <= table.size; id++) {
    const at = id * recordSize;
    const reserved = table.u32(at);
    if (reserved === 0) continue;
    volumes.push({
      name: table.text(at + 16, Math.min(128, table.u16(at + 14))),
      type: table.u8(at + 12) === 2 ? 'static' : 'dynamic',
      reserved,
      present: present.get(id)?.size ?? 0,
      autoResize: (table.u8(at + 144) & 1) !== 0,
    });
  }
  return volumes;
}
