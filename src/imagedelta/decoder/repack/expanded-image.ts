/** The expanded image, both ways: docs/formats/image-repack.md, section 3. */
import { packLz4, unpackLz4 } from './lz4-blocks.js';
import { packLzma, unpackLzma } from './lzma/lzma.js';
import { packLzma2, unpackLzma2 } from './lzma/lzma2.js';
import { placeAfter } from './outer-header.js';
import { packDeflate } from './pack-deflate.js';
import type { PackedPlace } from './part.js';
import { refuseDecisions, refuseOldPart } from './refuse.js';
import { unpackDeflate } from './unpack-deflate.js';

/** What a part is told by. */
export interface UnpackedPart {
  readonly text: Uint8Array;
  readonly decisions: Uint8Array;
}

/** Text and decisions of a packed part, which must be as long as it says. Throws a DeltaError with code 24 or 26. */
export function unpackPart(packed: Uint8Array, part: PackedPlace): UnpackedPart {
  const unpacked = unpack(packed, part);
  if (unpacked.decisions.length !== part.decisionsLength)
    refuseOldPart(`${unpacked.decisions.length} bytes of decisions, not ${part.decisionsLength}`);
  return unpacked;
}

function unpack(packed: Uint8Array, part: PackedPlace): UnpackedPart {
  switch (part.codec) {
    case 'deflate':
      return unpackDeflate(packed, part);
    case 'lz4':
      return unpackLz4(packed, part);
    case 'lzma':
      return unpackLzma(packed, part);
    case 'xz':
      return unpackLzma2(packed, part);
    default:
      return part satisfies never;
  }
}

/** The packed part of a text and decisions. Throws a DeltaError with code 26. */
export function packPart({ text, decisions }: UnpackedPart, part: PackedPlace): Uint8Array {
  switch (part.codec) {
    case 'deflate':
      return packDeflate(text, decisions, part);
    case 'lz4':
      return packLz4(text, decisions, part);
    case 'lzma':
      return packLzma(text, decisions, part);
    case 'xz':
      return packLzma2(text, decisions, part);
    default:
      return part satisfies never;
  }
}

/** Expands an image that has these parts, to so many bytes. Throws a DeltaError. */
export function expandOld(image: Uint8Array, parts: readonly PackedPlace[], size: number): Uint8Array {
  const expanded = new Uint8Array(size);
  let [at, from] = [0, 0];
  const plain = (to: number): void => {
    at = placeAfter(at, from, to);
    expanded.set(image.subarray(from, to), at - (to - from));
  };
  for (const part of parts) {
    const { offset, packedLength } = part;
    plain(offset);
    const { text, decisions } = unpackPart(image.subarray(offset, offset + packedLength), part);
    at = 16 * Math.ceil(at / 16);
    for (const bytes of [text, decisions]) {
      expanded.set(bytes, at);
      at += bytes.length;
    }
    from = offset + packedLength;
  }
  plain(image.length);
  return expanded;
}

/** Packs an expanded image again, to so many bytes. Throws a DeltaError. `onDone` is told how many of them are done. */
export function packNew(
  expanded: Uint8Array,
  parts: readonly PackedPlace[],
  size: number,
  onDone: (done: number) => void = () => {},
): Uint8Array {
  const image = new Uint8Array(size);
  let [at, from] = [0, 0];
  const plain = (to: number): void => {
    at = placeAfter(at, from, to);
    image.set(expanded.subarray(at - (to - from), at), from);
  };
  for (const part of parts) {
    const { offset, packedLength, textLength, decisionsLength } = part;
    plain(offset);
    at = 16 * Math.ceil(at / 16);
    const text = expanded.subarray(at, at + textLength);
    at += textLength;
    const decisions = expanded.subarray(at, at + decisionsLength);
    at += decisionsLength;
    // A packer of LZMA that is predicted without an exception has none.
    if (decisions.length === 0 && part.codec !== 'lzma') refuseDecisions('it has none');
    image.set(packPart({ text, decisions }, part), offset);
    from = offset + packedLength;
    onDone(from);
  }
  plain(size);
  return image;
}
