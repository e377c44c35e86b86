/** Writing raw partitions, block by block. */
import { type Blob, fillBlob, joinBlobs, overwriteBlob, sliceBlob } from './blob.js';
import { commitPartition, type Machine } from './machine.js';
import { mapGet } from './persistent-map.js';
import { destroyVolume, noteWrite } from './reach.js';

/** What MTD holds after some bytes were written from its start: padded with zeros to the erase block, the rest erased. */
export function flashImage(content: Blob, size: number, eraseBlock: number): Blob {
  const padded = Math.min(Math.ceil(content.size / eraseBlock) * eraseBlock, size);
  return joinBlobs(content, fillBlob(0x00, padded - content.size), fillBlob(0xff, size - padded));
}

/**
 * Writes an MTD partition as the updater does: each erase block is erased, then written; at last the rest is erased. The power
 * may go in every block; three states stand for all of them: the first block erased, half of the blocks written and the next
 * one erased, everything written but the rest not yet erased. Returns false when the partition is missing or too small.
 */
export function writeMtd(machine: Machine, name: string, content: Blob, eraseBlock: number): boolean {
  if (destroyVolume(machine, name)) return true;
  const old = mapGet(machine.flash.partitions, name);
  if (old === undefined || content.size > old.size) return false;
  noteWrite(machine, name, content);
  const image = flashImage(content, old.size, eraseBlock);
  const written = Math.ceil(content.size / eraseBlock);
  const torn = (blocks: number, erased: boolean): void => {
    const done = overwriteBlob(old, 0, sliceBlob(image, 0, blocks * eraseBlock));
    const hole = fillBlob(0xff, Math.min(eraseBlock, old.size - blocks * eraseBlock));
    commitPartition(machine, name, erased ? overwriteBlob(done, blocks * eraseBlock, hole) : done, 'torn');
  };
  if (written > 0) torn(0, true);
  if (written > 1) torn(Math.floor(written / 2), true);
  if (written * eraseBlock < old.size) torn(written, false);
  commitPartition(machine, name, image, 'after');
  return true;
}

/** Writes a block device from its start; what lies behind stays. Returns false when it is missing or too small. */
export function writeBlockDevice(machine: Machine, name: string, content: Blob): boolean {
  if (destroyVolume(machine, name)) return true;
  const old = mapGet(machine.flash.partitions, name);
  if (old === undefined || content.size > old.size) return false;
  noteWrite(machine, name, content);
  const middle = Math.floor(content.size / 2 / 4096) * 4096;
  if (middle > 0) commitPartition(machine, name, overwriteBlob(old, 0, sliceBlob(content, 0, middle)), 'torn');
  commitPartition(machine, name, overwriteBlob(old, 0, content), 'after');
  return true;
}
