/** Writes the outer header: docs/formats/image-repack.md, section 2. */
import { createHash } from 'node:crypto';
import { openByteList } from './bytes-list.js';
import type { ExpandedImage, RepackPart } from './expand.js';

const codecNumbers = { deflate: 1, lz4: 2, lzma: 3, xz: 4 } as const;

/** All that a file is made of. */
export interface RepackContent {
  readonly old: Uint8Array;
  readonly fresh: Uint8Array;
  readonly expandedOld: ExpandedImage;
  readonly expandedNew: ExpandedImage;
  /** The image delta between the expanded images. */
  readonly inner: Uint8Array;
  /** Bytes kept for a signature at the end of the header. */
  readonly signatureLength: number;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** The file. */
export function writeRepacked(content: RepackContent): Uint8Array {
  const { old, fresh, expandedOld, expandedNew, inner, signatureLength } = content;
  const parts = [...expandedOld.parts, ...expandedNew.parts];
  const list = openByteList();
  for (const part of parts) list.all(partBytes(part));
  const out = openByteList();
  out.all(Buffer.from('DFIR', 'latin1'));
  out.u8(1);
  out.u8(0);
  out.u16(0);
  out.u32(204 + list.size() + 32 + signatureLength);
  for (const bytes of [old, fresh, expandedOld.bytes, expandedNew.bytes, inner]) out.u32(bytes.length);
  out.u16(expandedOld.parts.length);
  out.u16(expandedNew.parts.length);
  out.u16(signatureLength);
  out.u16(0);
  out.u32(parts.reduce((most, { packBytes }) => Math.max(most, packBytes), 0));
  for (const bytes of [old, fresh, expandedOld.bytes, expandedNew.bytes, inner]) out.all(sha256(bytes));
  out.all(list.bytes());
  out.all(sha256(out.bytes()));
  out.all(new Uint8Array(signatureLength));
  out.all(inner);
  return out.bytes();
}

/** A part as the lists of the header have it. */
export function partBytes({ offset, packedLength, text, decisions, codec, parameters }: RepackPart): Uint8Array {
  const list = openByteList();
  for (const value of [offset, packedLength, text.length, decisions.length]) list.u32(value);
  list.u8(codecNumbers[codec]);
  list.u8(parameters.length);
  list.u16(0);
  list.all(parameters);
  return list.bytes();
}
