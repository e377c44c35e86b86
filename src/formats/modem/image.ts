import { viewOf } from '../bytes/view.js';
import { isElf, readElf, type Segment } from '../elf/image.js';
import { machineName, segmentTypeName } from '../elf/names.js';
import { FormatError } from '../format-error.js';
import { digestOf, type HashSegment, readHashSegment } from './hash-segment.js';

/** A Qualcomm image: an ELF file whose segments are hashed and signed, its header alone, or the older plain MBN. */
export interface ModemImage {
  readonly form: 'ELF' | 'ELF header of a split image' | 'MBN' | 'segment of a split image';
  readonly machine: string;
  /** Sizes in the file by segment: `3 LOAD 0x8e000000`. */
  readonly segments: ReadonlyMap<string, number>;
  readonly hash: HashSegment | undefined;
  /** Labels of segments whose bytes do not have the digest that the table states. */
  readonly mismatched: readonly string[];
  readonly notes: readonly string[];
}

/** Whether the name is one of the firmware's images: .mbn, .mdt, .bNN and the like. */
export function isModemName(name: string): boolean {
  return /\.(mbn|mdt|b\d\d)$/i.test(name);
}

/** Whether an ELF file marks its segments in Qualcomm's way (bits 24 to 26 of the flags). */
export function isMarkedElf(bytes: Uint8Array): boolean {
  if (!isElf(bytes)) return false;
  try {
    return readElf(bytes).segments.some((segment) => segmentUse(segment) === hashUse);
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

const hashUse = 2;
const headerUse = 7;

function segmentUse(segment: Segment): number {
  return (segment.flags >>> 24) & 7;
}

/** Reads an image by its form. */
export function readModemImage(bytes: Uint8Array): ModemImage {
  if (isElf(bytes)) return readElfForm(bytes);
  return isMbn(bytes) ? readMbn(bytes) : plainSegment(bytes);
}

function plainSegment(bytes: Uint8Array): ModemImage {
  return {
    form: 'segment of a split image',
    machine: '',
    segments: new Map([['whole', bytes.length]]),
    hash: undefined,
    mismatched: [],
    notes: [],
  };
}

/** The plain MBN header has no magic: 40 bytes whose sizes add up. */
function isMbn(bytes: Uint8Array): boolean {
  if (bytes.length < 40) return false;
  const view = viewOf(bytes, true);
  const image = view.u32(16);
  return (
    view.u32(4) <= 8 &&
    image > 0 &&
    image + 40 <= bytes.length &&
    view.u32(20) + view.u32(28) + view.u32(36) <= image &&
    view.u32(20) > 0
  );
}

function readMbn(bytes: Uint8Array): ModemImage {
  const view = viewOf(bytes, true);
  return {
    form: 'MBN',
    machine: '',
    segments: new Map([
      ['code', view.u32(20)],
      ['signature', view.u32(28)],
      ['certificate chain', view.u32(36)],
    ]),
    hash: undefined,
    mismatched: [],
    notes: [],
  };
}

function readElfForm(bytes: Uint8Array): ModemImage {
  const image = readElf(bytes);
  const label = (segment: Segment, i: number): string => {
    const use = segmentUse(segment);
    const word = use === hashUse ? 'hash' : use === headerUse ? 'headers' : segmentTypeName(segment.type);
    return `${i} ${word} 0x${segment.address.toString(16)}`;
  };
  const segments = new Map(image.segments.map((segment, i) => [label(segment, i), segment.fileSize]));
  const header = image.segments.filter((segment) => segment.fileSize > 0);
  const split =
    header.length > 0 &&
    !header.some((segment) => segmentUse(segment) !== headerUse && segment.offset + segment.fileSize <= bytes.length);
  const notes: string[] = [];
  const hashAt = image.segments.find((segment) => segmentUse(segment) === hashUse);
  let hash: HashSegment | undefined;
  let mismatched: readonly string[] = [];
  if (hashAt !== undefined && !split) {
    try {
      hash = readHashSegment(image.view.slice(hashAt.offset, hashAt.fileSize), image.segments.length);
      mismatched = checkDigests(image.segments, hash, bytes, label);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      notes.push(`the hash segment cannot be read: ${error.message}`);
    }
  }
  return {
    form: split ? 'ELF header of a split image' : 'ELF',
    machine: machineName(image.machine),
    segments,
    hash,
    mismatched,
    notes,
  };
}

/** Bytes that are hashed, as a multiple of the file. */
const overlap = 4;

/** Segments with a digest of zeros are not hashed (the hash segment itself, empty ones); those outside of the file are told. */
function checkDigests(
  segments: readonly Segment[],
  hash: HashSegment,
  bytes: Uint8Array,
  label: (segment: Segment, i: number) => string,
): readonly string[] {
  let hashed = 0;
  return segments.flatMap((segment, i) => {
    const stated = hash.digests[i];
    if (stated === undefined || /^0*$/.test(stated) || segment.fileSize === 0 || segmentUse(segment) === hashUse)
      return [];
    const end = segment.offset + segment.fileSize;
    // Segments do not overlap, but crafted ones may all claim the whole file.
    hashed += segment.fileSize;
    if (hashed > overlap * bytes.length) throw new FormatError('its segments are far larger than the file');
    const found = end > bytes.length ? undefined : digestOf(bytes.subarray(segment.offset, end), hash.digest);
    return found === stated ? [] : [label(segment, i)];
  });
}
