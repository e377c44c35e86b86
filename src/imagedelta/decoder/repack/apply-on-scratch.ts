/** Applies a patch over packed parts as a device does that has one place for both images, and two areas beside it. */
import type { DeltaDevice } from '../device.js';
import type { DeltaHeader } from '../header-fields.js';
import { areaOf, clear } from '../memory-area.js';
import type { OuterHeader } from './outer-header.js';
import { type RepackArea, updateRepacked } from './update-repacked.js';

/** The new image that the patch makes in place of the old one, with the blocks and write units that it is for. Throws a DeltaError. */
export function applyOnScratch(
  old: Uint8Array,
  { outer, header }: { readonly outer: OuterHeader; readonly header: DeltaHeader },
  patch: Uint8Array,
  device: Omit<DeltaDevice, 'flash'> = {},
): Uint8Array {
  const { flashBlock } = header;
  // Segments of a patch for two areas need not be whole blocks.
  const fits = header.segments.length < 2 || header.segmentSize % flashBlock === 0;
  const eraseBlock = fits ? flashBlock : undefined;
  const block = eraseBlock ?? 1;
  const writeUnit = block % header.writeUnit === 0 ? header.writeUnit : 1;
  const areaFor = (bytes: Uint8Array): RepackArea => {
    const { read, write } = eraseBlock === undefined ? rewritable(bytes) : areaOf(bytes);
    const erase = eraseBlock === undefined ? undefined : (at: number) => clear(bytes, at, at + eraseBlock);
    return { read, write, erase, room: bytes.length };
  };
  const blank = (size: number): Uint8Array => new Uint8Array(Math.ceil(size / block) * block).fill(0xff);
  const image = blank(Math.max(outer.oldSize, outer.newSize));
  image.set(old.subarray(0, image.length));
  const journal = blank(
    Math.ceil(((header.segments.length + 1) * Math.ceil(16 / writeUnit) * writeUnit) / block) * block,
  );
  const place = areaFor(image);
  updateRepacked(
    patch,
    {
      oldSize: old.length,
      old: place,
      expandedOld: areaFor(blank(outer.expandedOldSize)),
      expandedNew: areaFor(blank(outer.expandedNewSize)),
      fresh: place,
      journal: areaOf(journal),
    },
    { ...device, flash: { writeUnit, eraseBlock, journalRoom: journal.length } },
  );
  return image.slice(0, outer.newSize);
}

/** Memory that can be written again. */
function rewritable(bytes: Uint8Array): Pick<RepackArea, 'read' | 'write'> {
  return {
    read: (at, length) => bytes.subarray(at, at + length),
    write: (at, from) => {
      bytes.set(from, at);
      return true;
    },
  };
}
