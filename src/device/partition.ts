/** Writing raw partitions, block by block. */
import { type Blob, fillBlob, joinBlobs, overwriteBlob, sliceBlob } from './blob.js';
import { commitPartition, type Errno, type Machine, partitionOf } from './machine.js';
import { destroyVolume, noteWrite } from './reach.js';

/** Bytes that reach a block device together. */
const block = 4096;

/** What MTD holds after some bytes were written from its start: padded with zeros to the erase block, the rest erased. */
export function flashImage(content: Blob, size: number, eraseBlock: number): Blob {
  const padded = Math.min(Math.ceil(content.size / eraseBlock) * eraseBlock, size);
  return joinBlobs(content, fillBlob(0x00, padded - content.size), fillBlob(0xff, size - padded));
}

/**
 * Writes an MTD partition as the updater does: each erase block is erased, then written; at last the rest is erased. The power
 * may go in every block; three states stand for all of them: the first block erased, half of the blocks written and the next
 * one erased, everything written but the rest not yet erased. Returns false when the partition is missing, or too small: then
 * it holds what fitted.
 */
export function writeMtd(machine: Machine, name: string, content: Blob, eraseBlock: number): boolean {
  if (destroyVolume(machine, name)) return true;
  const old = partitionOf(machine, name);
  if (old === undefined) return false;
  noteWrite(machine, name, content);
  const fitting = sliceBlob(content, 0, Math.min(content.size, old.size));
  const image = flashImage(fitting, old.size, eraseBlock);
  const written = Math.ceil(fitting.size / eraseBlock);
  const torn = (blocks: number, erased: boolean): void => {
    const done = overwriteBlob(old, 0, sliceBlob(image, 0, blocks * eraseBlock));
    const hole = fillBlob(0xff, Math.min(eraseBlock, old.size - blocks * eraseBlock));
    commitPartition(machine, name, erased ? overwriteBlob(done, blocks * eraseBlock, hole) : done, 'torn');
  };
  if (written > 0) torn(0, true);
  if (written > 1) torn(Math.floor(written / 2), true);
  if (written * eraseBlock < old.size) torn(written, false);
  commitPartition(machine, name, image, 'after');
  return fitting.size === content.size;
}

/** Writes a block device from its start; what lies behind stays. What fits of too much is written, before the device is full. */
export function writeBlockDevice(machine: Machine, name: string, content: Blob): Errno | undefined {
  if (destroyVolume(machine, name)) return undefined;
  const old = partitionOf(machine, name);
  if (old === undefined) return 'ENODEV';
  noteWrite(machine, name, content);
  const fitting = sliceBlob(content, 0, Math.min(content.size, old.size));
  if (fitting.size > 0) {
    const middle = Math.floor(fitting.size / 2);
    const half = middle > block ? Math.floor(middle / block) * block : middle;
    commitPartition(machine, name, overwriteBlob(old, 0, sliceBlob(fitting, 0, half)), 'torn');
    commitPartition(machine, name, overwriteBlob(old, 0, fitting), 'after');
  }
  return fitting.size < content.size ? 'ENOSPC' : undefined;
}
