/** Reads the header of a patch over packed parts: docs/formats/image-repack.md, sections 2 and 9. */
import { createHash } from 'node:crypto';
import { DeltaError } from '../fault.js';
import { type PackedPlace, packBytesOf, readPart } from './part.js';

/** A header that was checked. */
export interface OuterHeader {
  readonly length: number;
  readonly oldSize: number;
  readonly newSize: number;
  readonly expandedOldSize: number;
  readonly expandedNewSize: number;
  readonly innerLength: number;
  readonly packBytes: number;
  readonly oldSha256: Uint8Array;
  readonly newSha256: Uint8Array;
  readonly expandedOldSha256: Uint8Array;
  readonly expandedNewSha256: Uint8Array;
  readonly innerSha256: Uint8Array;
  readonly oldParts: readonly PackedPlace[];
  readonly newParts: readonly PackedPlace[];
  /** What a signature is over. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

const fixed = 204;
const longest = 2 ** 24;
const largestImage = 2 ** 31 - 1;
const mostParts = 4096;

/** Whether these bytes begin a patch over packed parts. */
export function isRepackPatch(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'DFIR';
}

function require(holds: boolean, what: string): void {
  if (!holds) throw new DeltaError('value', `the header says what cannot be: ${what}`);
}

/** The header of the patch that begins with `bytes`. Throws a DeltaError. */
export function readOuterHeader(bytes: Uint8Array): OuterHeader {
  if (!isRepackPatch(bytes)) throw new DeltaError('not-a-patch', 'this is no image delta over packed parts');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length > 4 && bytes[4] !== 1)
    throw new DeltaError('version', 'the patch is of another version', `version ${bytes[4]}`, 'version 1');
  const length = bytes.length < 12 ? 0 : view.getUint32(8, true);
  if (length < fixed + 32 || length > longest || length > bytes.length)
    throw new DeltaError(
      'header-cut',
      'the patch ends within its header',
      `${bytes.length} bytes`,
      `${length} of header`,
    );
  const signatureLength = view.getUint16(36, true);
  const signedLength = length - signatureLength;
  const hashed = signedLength - 32;
  const digest = createHash('sha256')
    .update(bytes.subarray(0, Math.max(0, hashed)))
    .digest();
  if (hashed < fixed || Buffer.compare(digest, bytes.subarray(hashed, signedLength)) !== 0)
    throw new DeltaError('header-damaged', 'the header of the patch is damaged', 'another SHA-256 than it says');
  if (view.getUint16(6, true) !== 0)
    throw new DeltaError('feature', 'the patch needs what is not known here', `features ${view.getUint16(6, true)}`);
  require(view.getUint8(5) === 0 && view.getUint16(38, true) === 0, 'a field that must be 0');
  require(signatureLength <= 1024, `a signature of ${signatureLength} bytes`);
  const [oldSize = 0, newSize = 0, expandedOldSize = 0, expandedNewSize = 0] = [12, 16, 20, 24].map((at) => {
    const size = view.getUint32(at, true);
    require(size <= largestImage, `a size of ${size} bytes`);
    return size;
  });
  const [oldCount, newCount] = [view.getUint16(32, true), view.getUint16(34, true)];
  require(oldCount <= mostParts && newCount >= 1 && newCount <= mostParts, `${oldCount} and ${newCount} parts`);
  const old = readList(view, { at: fixed, end: hashed, count: oldCount, image: oldSize, expanded: expandedOldSize });
  const fresh = readList(view, {
    at: old.end,
    end: hashed,
    count: newCount,
    image: newSize,
    expanded: expandedNewSize,
  });
  require(fresh.end === hashed, 'the length of the header');
  const packBytes = view.getUint32(40, true);
  require(packBytes === Math.max(...[...old.parts, ...fresh.parts].map(packBytesOf)), 'the memory for packing');
  const [oldSha256, newSha256, expandedOldSha256, expandedNewSha256, innerSha256] = digestsAt(bytes);
  return {
    length,
    oldSize,
    newSize,
    expandedOldSize,
    expandedNewSize,
    innerLength: view.getUint32(28, true),
    packBytes,
    oldSha256,
    newSha256,
    expandedOldSha256,
    expandedNewSha256,
    innerSha256,
    oldParts: old.parts,
    newParts: fresh.parts,
    signed: bytes.slice(0, signedLength),
    signature: bytes.slice(signedLength, length),
  };
}

function digestsAt(bytes: Uint8Array): readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  const at = (index: number): Uint8Array => bytes.slice(44 + 32 * index, 76 + 32 * index);
  return [at(0), at(1), at(2), at(3), at(4)];
}

interface List {
  readonly at: number;
  readonly end: number;
  readonly count: number;
  /** Sizes of the image and of what it is expanded to. */
  readonly image: number;
  readonly expanded: number;
}

function readList(view: DataView, list: List): { readonly parts: readonly PackedPlace[]; readonly end: number } {
  const parts: PackedPlace[] = [];
  let at = list.at;
  let from = 0;
  let size = 0;
  for (let index = 0; index < list.count; index++) {
    const { part, size: taken } = readPart(view, at, list.end);
    at += taken;
    require(part.packedLength > 0 && part.offset >= from, `part ${index} begins before another one ends`);
    size = placeAfter(size, from, part.offset);
    size = 16 * Math.ceil(size / 16) + part.textLength + part.decisionsLength;
    from = part.offset + part.packedLength;
    parts.push(part);
  }
  require(from <= list.image, 'a part ends beyond its image');
  require(placeAfter(size, from, list.image) === list.expanded, 'the size of an expanded image');
  return { parts, end: at };
}

/** The size of the expanded image after the bytes of the image in [from, to). */
export function placeAfter(size: number, from: number, to: number): number {
  return from === to ? size : size + ((from - (size % 16) + 16) % 16) + to - from;
}
