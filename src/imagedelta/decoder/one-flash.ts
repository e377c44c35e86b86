/** Applies a patch as a device does that has one flash for both images. */
import type { DeltaDevice } from './device.js';
import type { DeltaHeader } from './header-fields.js';
import { areaOf, clear } from './memory-area.js';
import { updateFlash } from './update.js';

/**
 * The new image that the patch makes in place of the old one, with the blocks, write units and backup area that it is for. Bits of
 * the flash only fall until their block is erased. Throws a DeltaError.
 */
export function applyInPlace(
  old: Uint8Array,
  header: DeltaHeader,
  patch: Uint8Array,
  device: DeltaDevice = {},
): Uint8Array {
  const { flashBlock: eraseBlock, newSize, segmentSize, segments } = header;
  const writeUnit = eraseBlock % header.writeUnit === 0 ? header.writeUnit : 1;
  const room = Math.ceil(Math.max(old.length, newSize) / eraseBlock) * eraseBlock;
  const image = new Uint8Array(room).fill(0xff);
  image.set(old);
  // As much of a segment's place as there can be of the old image.
  const backup = new Uint8Array(Math.min(segmentSize, room)).fill(0xff);
  const journal = new Uint8Array((2 * segments.length + 1) * Math.ceil(16 / writeUnit) * writeUnit).fill(0xff);
  updateFlash(
    patch,
    {
      oldSize: old.length,
      old: areaOf(image),
      fresh: { ...areaOf(image), erase: (at) => clear(image, at, at + eraseBlock) },
      backup: { ...areaOf(backup), erase: () => clear(backup, 0, backup.length) },
      journal: areaOf(journal),
    },
    {
      ...device,
      flash: { newRoom: room, writeUnit, eraseBlock, backupRoom: segmentSize, journalRoom: journal.length },
    },
  );
  return image.slice(0, newSize);
}
