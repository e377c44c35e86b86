/**
 * Packs kernel and RAM disk of a boot image again, with the deflate of classic zlib: the device can make such a stream again, so that an
 * update patches what is inside, and not compressed bytes that share nothing.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { deflateClassic } from '../../encode/deflate/classic.js';
import { findDeflateSettings } from '../../encode/imgdiff/deflate-search.js';
import { type BootImage, type BootPart, readBootImage } from '../../formats/boot/header.js';
import { isGzip, readGzip } from '../../formats/compression/gzip.js';
import { largestFileBytes } from '../../model/limits.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** A part of the image that was packed again. Sizes in bytes. */
export interface RecompressedPart {
  readonly name: BootPart['name'];
  readonly before: number;
  readonly after: number;
}

/** What became of a boot image. */
export interface RecompressedBoot {
  /** The image; the one that was given where nothing in it was packed again. */
  readonly image: Uint8Array;
  readonly parts: readonly RecompressedPart[];
  /** A signature was there, which fits no more and was left out. */
  readonly lostSignature: boolean;
}

/** Where the header keeps the size of each part; not of a signature, which is left out. */
const oldSizes: Readonly<Partial<Record<BootPart['name'], number>>> = { kernel: 8, 'RAM disk': 16, 'second stage': 24 };
const newSizes: Readonly<Partial<Record<BootPart['name'], number>>> = { kernel: 8, 'RAM disk': 12, signature: 1580 };
const packable: readonly BootPart['name'][] = ['kernel', 'RAM disk'];

/** Packs what are gzip members at the start of kernel and RAM disk again, but for those that zlib has made. Throws FormatError for what is no boot image. */
export function recompressBoot(given: Uint8Array): RecompressedBoot {
  const boot = readBootImage(given);
  const packed = boot.parts.map((part) => ({
    part,
    bytes: packable.includes(part.name) ? repackMembers(part.bytes) : part.bytes,
  }));
  const changed = packed.filter(({ part, bytes }) => bytes !== part.bytes);
  if (changed.length === 0 || boot.notes.length > 0) return { image: given, parts: [], lostSignature: false };
  const kept = packed.filter(({ part }) => part.name !== 'signature');
  return {
    image: assemble(given, boot, kept),
    parts: changed.map(({ part, bytes }) => ({ name: part.name, before: part.bytes.length, after: bytes.length })),
    lostSignature: boot.trailing.length > 0 || kept.length < packed.length,
  };
}

/** The part with the gzip members at its start packed again; the same object where zlib has made all of them. What follows stays. */
function repackMembers(part: Uint8Array): Uint8Array {
  const members: Uint8Array[] = [];
  let at = 0;
  let isNew = false;
  while (isGzip(part, at)) {
    const rest = part.subarray(at);
    const member = readGzip(rest, largestFileBytes);
    const made = isMadeByZlib(rest, member) ? undefined : gzipOf(member);
    isNew ||= made !== undefined;
    members.push(made ?? rest.subarray(0, member.length));
    at += member.length;
  }
  return isNew ? Buffer.concat([...members, part.subarray(at)]) : part;
}

type Member = ReturnType<typeof readGzip>;

function isMadeByZlib(file: Uint8Array, { bytes, deflated, length, extraFlags }: Member): boolean {
  const start = file.length - deflated.length;
  const stream = {
    container: 'gzip' as const,
    start,
    length: length - 8 - start,
    expandedLength: bytes.length,
    expanded: <Made>(use: (plain: Uint8Array) => Made): Made => use(bytes),
    levelHint: extraFlags === 2 ? 9 : extraFlags === 4 ? 1 : 6,
  };
  return findDeflateSettings(file, stream) !== undefined;
}

/** A gzip file of one member: level 9, with the time of the one before and no name. */
function gzipOf({ bytes, time }: Member): Uint8Array {
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3]);
  head.writeUInt32LE(time, 4);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(bytes), 0);
  tail.writeUInt32LE(bytes.length % 2 ** 32, 4);
  return Buffer.concat([head, deflateClassic(new Uint8Array(bytes), { level: 9 }), tail]);
}

interface Packed {
  readonly part: BootPart;
  readonly bytes: Uint8Array;
}

/** The image with these parts: header, command line and addresses stay; sizes, the place of the dtbo and the id are written anew. */
function assemble(given: Uint8Array, boot: BootImage, packed: readonly Packed[]): Bytes {
  const { pageSize } = boot;
  const pages = (size: number): number => Math.ceil(size / pageSize) * pageSize;
  const first = boot.parts[0]?.offset ?? pageSize;
  const end = packed.reduce((at, { bytes }) => at + pages(bytes.length), first);
  // Zeros up to the size of the partition stay; so does an end that is not rounded up.
  const isPadded = boot.trailing.length === 0 && given.length > pages(endOf(boot));
  const made = new Uint8Array(isPadded ? Math.max(end, given.length) : end);
  made.set(given.subarray(0, first));
  const view = new DataView(made.buffer);
  const isNew = boot.version === '3' || boot.version === '4';
  const sizes = isNew ? newSizes : oldSizes;
  if (boot.version === '4') view.setUint32(1580, 0, true);
  let at = first;
  for (const { part, bytes } of packed) {
    made.set(bytes, at);
    const field = sizes[part.name];
    if (field !== undefined) view.setUint32(field, bytes.length, true);
    if (part.name === 'recovery dtbo') view.setBigUint64(1636, BigInt(at), true);
    at += pages(bytes.length);
  }
  if (!isNew) made.set(idOf(boot, packed), 576);
  return made;
}

function endOf({ parts }: BootImage): number {
  const last = parts.at(-1);
  return last === undefined ? 0 : last.offset + last.bytes.length;
}

/** The header's id as mkbootimg makes it: the SHA-1 of each part followed by its size, empty ones too, in a field of 32 bytes. */
function idOf({ version }: BootImage, packed: readonly Packed[]): Uint8Array {
  const names: BootPart['name'][] = ['kernel', 'RAM disk', 'second stage'];
  if (version === '1' || version === '2') names.push('recovery dtbo');
  if (version === '2' || packed.some(({ part }) => part.name === 'device tree')) names.push('device tree');
  const sha = createHash('sha1');
  for (const name of names) {
    const bytes = packed.find(({ part }) => part.name === name)?.bytes ?? new Uint8Array();
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    sha.update(bytes).update(size);
  }
  const id = new Uint8Array(32);
  id.set(sha.digest());
  return id;
}
