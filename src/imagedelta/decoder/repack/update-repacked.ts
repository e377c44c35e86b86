/** Updates the flash of a device by a patch over packed parts: docs/formats/image-repack.md, section 7. */
import { checkDigest, checkNewImage, checkOldImage, checkOldSize } from '../checks.js';
import type { DeltaDevice } from '../device.js';
import { DeltaError } from '../fault.js';
import { complete, openJournal } from '../journal.js';
import type { ReadableArea, WritableArea } from '../storage.js';
import { updateFlash } from '../update.js';
import { checkRepackDevice, type RepackPatch, readRepackPatch } from './apply-repacked.js';
import { expandOld, packNew } from './expanded-image.js';

/** An area, and how many bytes it has. `erase` erases the block that begins at `at`; without it, any place may be written again. */
export interface RepackArea extends WritableArea {
  readonly room: number;
  readonly erase?: ((at: number) => boolean) | undefined;
}

/** What an update is made on. The place for the new image may be that of the old one. */
export interface RepackStorage {
  /** Bytes of the old image, where the device can tell. */
  readonly oldSize?: number | undefined;
  readonly old: ReadableArea;
  readonly expandedOld: RepackArea;
  readonly expandedNew: RepackArea;
  readonly fresh: RepackArea;
  /** Records are appended, and it is never erased while an update is under way. */
  readonly journal: WritableArea;
}

/** What is written and erased at once, and the room of the journal. */
export interface RepackFlash {
  readonly writeUnit: number;
  readonly eraseBlock?: number | undefined;
  readonly journalRoom: number;
}

/** Bytes that are written at once, at most; and compared, where nothing is erased. */
const longestPiece = 256;
const usualBlock = 4096;

/**
 * Makes the new image in the flash. Goes on where an update by the same patch was cut: the place for the new image is not
 * touched, nor the old image needed any more, once the journal says that the new image is there unpacked. Throws a DeltaError.
 */
export function updateRepacked(
  patch: Uint8Array,
  storage: RepackStorage,
  { flash, ...device }: Omit<DeltaDevice, 'flash'> & { readonly flash: RepackFlash },
): void {
  const read = readRepackPatch(patch);
  const { outer, header, inner } = read;
  checkRepackDevice(read, device);
  checkRoom(read, storage, flash);
  const { writeUnit, eraseBlock, journalRoom } = flash;
  if (storage.oldSize !== undefined) checkOldSize(outer, storage.oldSize);
  const journal = openJournal(header, storage.journal, { room: journalRoom, writeUnit, inPlace: false });
  if (journal.step !== complete) {
    const old = readAll(storage.old, outer.oldSize);
    checkOldImage(outer, old);
    const expanded = expandOld(old, outer.oldParts, outer.expandedOldSize);
    checkDigest('expanded-old', 'the old image was expanded to something else', expanded, outer.expandedOldSha256);
    bring(expanded, storage.expandedOld, flash);
    updateFlash(
      inner,
      {
        oldSize: outer.expandedOldSize,
        old: storage.expandedOld,
        fresh: storage.expandedNew,
        journal: storage.journal,
      },
      {
        ...device,
        verify: undefined,
        flash: { newRoom: storage.expandedNew.room, writeUnit, eraseBlock, journalRoom },
      },
    );
  }
  const expanded = readAll(storage.expandedNew, outer.expandedNewSize);
  checkDigest('storage', 'the new image is not there unpacked', expanded, outer.expandedNewSha256);
  const fresh = packNew(expanded, outer.newParts, outer.newSize, (done) =>
    device.onProgress?.(outer.expandedNewSize + done),
  );
  // Asked for before the place of the old image is touched, and once more of what the flash has kept.
  checkNewImage(outer, fresh);
  bring(fresh, storage.fresh, flash);
  checkDigest('new-image', 'the new image is not there', readAll(storage.fresh, outer.newSize), outer.newSha256);
}

function checkRoom({ outer }: RepackPatch, storage: RepackStorage, { writeUnit, eraseBlock }: RepackFlash): void {
  const block = eraseBlock ?? writeUnit;
  const require = (holds: boolean, found: string, expected: string): void => {
    if (!holds) throw new DeltaError('flash', 'the flash of the device does not suit the patch', found, expected);
  };
  require(writeUnit >= 1 && writeUnit <= 32, `a write unit of ${writeUnit}`, '1 to 32 bytes');
  require(block % writeUnit === 0, `blocks of ${block} bytes`, `a multiple of the write unit, ${writeUnit}`);
  for (const [what, { room }, size] of [
    ['the old image unpacked', storage.expandedOld, outer.expandedOldSize],
    ['the new image unpacked', storage.expandedNew, outer.expandedNewSize],
    ['the new image', storage.fresh, outer.newSize],
  ] as const) {
    const needed = Math.ceil(size / block) * block;
    require(needed <= room, `${room} bytes for ${what}`, `${needed}`);
  }
}

/** Writes bytes to the beginning of an area, block by block; one that holds what it should is left alone. */
function bring(bytes: Uint8Array, area: RepackArea, { writeUnit, eraseBlock }: RepackFlash): void {
  const block = eraseBlock ?? Math.ceil(usualBlock / writeUnit) * writeUnit;
  const piece = Math.floor(longestPiece / writeUnit) * writeUnit;
  for (let at = 0; at < bytes.length; at += block) {
    const wanted = bytes.subarray(at, at + block);
    if (holds(area, at, wanted)) continue;
    if (area.erase?.(at) === false) throw new DeltaError('storage', `the block at ${at} cannot be erased`);
    for (let from = 0; from < wanted.length; from += piece) {
      const part = wanted.subarray(from, from + piece);
      const filled = new Uint8Array(Math.ceil(part.length / writeUnit) * writeUnit).fill(0xff);
      filled.set(part);
      if (!area.write(at + from, filled))
        throw new DeltaError('storage', `what belongs to ${at + from} cannot be written`);
    }
    if (!holds(area, at, wanted))
      throw new DeltaError('storage', `the block at ${at} does not keep what is written into it`);
  }
}

function holds(area: ReadableArea, at: number, wanted: Uint8Array): boolean {
  const there = area.read(at, wanted.length);
  if (there === undefined) throw new DeltaError('storage', `${wanted.length} bytes at ${at} cannot be read`);
  return Buffer.compare(there, wanted) === 0;
}

function readAll(area: ReadableArea, length: number): Uint8Array {
  const bytes = length === 0 ? new Uint8Array(0) : area.read(0, length);
  if (bytes === undefined) throw new DeltaError('storage', `${length} bytes cannot be read`);
  // The place may be written while they are still needed.
  return bytes.slice();
}
