/** Updates the flash of a device: docs/formats/image-delta.md, section 10. */
import { crc32 } from 'node:zlib';
import { checkMade, checkNewImage, checkOldImage, checkOldSize, checkPacked, checkPatchLength } from './checks.js';
import { checkDevice, type DeltaDevice, type DeltaFlash } from './device.js';
import { DeltaError } from './fault.js';
import { readDeltaHeader } from './header.js';
import type { DeltaHeader, DeltaSegment } from './header-fields.js';
import { complete, type DeltaJournal, done, noJournal, openJournal, saved } from './journal.js';
import { makeSegment } from './segment.js';
import type { DeltaStorage, ReadableArea, WritableArea } from './storage.js';

/** Bytes that are written at once, at most. */
const longestPiece = 256;

/** One segment, and what it is made of and into. */
interface Work {
  readonly header: DeltaHeader;
  readonly segment: DeltaSegment;
  /** In the order of making, from 0. */
  readonly number: number;
  readonly packed: Uint8Array;
  /** The old image, as far as it is still there when it is first asked for. */
  readonly old: () => Uint8Array;
  /** As much of the new one as is made. */
  readonly fresh: Uint8Array;
  readonly storage: DeltaStorage;
  readonly flash: DeltaFlash;
  readonly journal: DeltaJournal;
}

/**
 * Makes the new image in the flash, in place if there is a backup area. With a journal it goes on where an update by the same patch
 * was cut. Throws a DeltaError; nothing is erased or written before the checks of the header, the old image and all packed bytes
 * have passed, and nothing of a segment before all of it is known to be right.
 */
export function updateFlash(
  patch: Uint8Array,
  storage: DeltaStorage,
  device: DeltaDevice & { readonly flash: DeltaFlash },
): void {
  const { flash, onProgress } = device;
  const header = readDeltaHeader(patch);
  checkDevice(header, device);
  checkPatchLength(header, patch.length);
  if (storage.oldSize !== undefined) checkOldSize(header, storage.oldSize);
  const inPlace = storage.backup !== undefined;
  const journal =
    storage.journal === undefined
      ? noJournal()
      : openJournal(header, storage.journal, { room: flash.journalRoom ?? 0, writeUnit: flash.writeUnit, inPlace });
  let bytesOfOld: Uint8Array | undefined;
  const old = (): Uint8Array => {
    bytesOfOld ??= readAll(storage.old, 0, header.oldSize).slice();
    return bytesOfOld;
  };
  const begun = journal.step === complete || (inPlace && journal.step > 0);
  if (!begun) checkOldImage(header, old());
  for (const segment of header.segments) checkPacked(segment, patch);
  const fresh = new Uint8Array(header.newSize);
  let bytes = 0;
  for (const [number, segment] of header.segments.entries()) {
    const packed = patch.subarray(segment.offset, segment.offset + segment.packed);
    const work: Work = { header, segment, number, packed, old, fresh, storage, flash, journal };
    if (inPlace) bringInPlace(work);
    else bringIntoSecondArea(work);
    bytes += segment.end - segment.start;
    onProgress?.(bytes);
  }
  checkNewImage(header, readAll(storage.fresh, 0, header.newSize));
  journal.append(complete);
}

function bringInPlace(work: Work): void {
  const { header, segment, number, old, fresh, journal, storage } = work;
  const { start, end, same } = segment;
  if (journal.step >= done(number)) {
    fresh.set(readAll(storage.fresh, start, end - start), start);
    return;
  }
  if (same) {
    fresh.set(old().subarray(start, end), start);
    journal.append(done(number));
    return;
  }
  const placeEnd = Math.max(start, Math.min(start + header.segmentSize, header.oldSize));
  if (journal.step < saved(number)) save(work, old().subarray(start, placeEnd));
  else if (storage.backup !== undefined && placeEnd > start)
    old().set(readAll(storage.backup, 0, placeEnd - start), start);
  write(work);
}

/** Copies the old bytes of the segment's place into the backup area. */
function save({ number, storage: { backup }, flash, journal }: Work, bytes: Uint8Array): void {
  if (backup === undefined) return;
  if (!backup.erase()) throw new DeltaError('storage', 'the backup area cannot be erased');
  for (const [from, to] of pieces(0, bytes.length, flash)) writePiece(backup, from, bytes.subarray(from, to), flash);
  if (crc32(readAll(backup, 0, bytes.length)) !== crc32(bytes))
    throw new DeltaError('storage', 'the backup area does not keep what is written into it');
  journal.append(saved(number));
}

function bringIntoSecondArea(work: Work): void {
  const { segment, number, fresh, journal, storage } = work;
  const { start, end, newCrc } = segment;
  if (journal.step >= done(number)) {
    const there = readAll(storage.fresh, start, end - start);
    fresh.set(there, start);
    if (crc32(there) === newCrc) return;
  }
  write(work);
}

/** Makes the segment, writes it, reads it back and records it. */
function write({ header, segment, number, packed, old, fresh, storage, flash, journal }: Work): void {
  const { start, end, newCrc } = segment;
  if (segment.same) fresh.set(old().subarray(start, end), start);
  else makeSegment(header, segment, packed, old(), fresh);
  checkMade(segment, fresh.subarray(start, end));
  for (const [from, to] of pieces(start, end, flash)) {
    eraseBlocks(storage, from, to, flash);
    writePiece(storage.fresh, from, fresh.subarray(from, to), flash);
  }
  if (crc32(readAll(storage.fresh, start, end - start)) !== newCrc)
    throw new DeltaError('storage', `segment ${segment.index} is not there after it was written`);
  journal.append(done(number));
}

/** Erases the blocks that begin there. */
function eraseBlocks({ fresh: { erase } }: DeltaStorage, from: number, to: number, { eraseBlock }: DeltaFlash): void {
  if (erase === undefined || eraseBlock === undefined) return;
  for (let at = Math.ceil(from / eraseBlock) * eraseBlock; at < to; at += eraseBlock)
    if (!erase(at)) throw new DeltaError('storage', `the block at ${at} cannot be erased`);
}

/** What is written at once of [start, end): whole write units, but for the last one. */
function* pieces(start: number, end: number, { writeUnit }: DeltaFlash): Generator<readonly [number, number]> {
  const length = Math.floor(longestPiece / writeUnit) * writeUnit;
  for (let at = start; at < end; at += length) yield [at, Math.min(end, at + length)];
}

/** Writes bytes, filled up to the write unit. */
function writePiece(area: WritableArea, at: number, bytes: Uint8Array, { writeUnit }: DeltaFlash): void {
  const filled = new Uint8Array(Math.ceil(bytes.length / writeUnit) * writeUnit).fill(0xff);
  filled.set(bytes);
  if (!area.write(at, filled)) throw new DeltaError('storage', `what belongs to ${at} cannot be written`);
}

function readAll(area: ReadableArea, at: number, length: number): Uint8Array {
  const bytes = length === 0 ? new Uint8Array(0) : area.read(at, length);
  if (bytes === undefined) throw new DeltaError('storage', `${length} bytes at ${at} cannot be read`);
  return bytes;
}
