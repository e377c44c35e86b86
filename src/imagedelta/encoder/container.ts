/** Writes the file: header, then the packed segments. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type AddressRange, type CodeFormat, formatNumbers } from './code.js';

/** Sizes of the model's tables, as the header has them. */
export interface TableSizes {
  readonly contexts: number;
  readonly counterBits: number;
  readonly exactBits: number;
  readonly coarseBits: number;
}

/** A segment, packed; `undefined`: it is equal to the old image at its place. */
export interface PackedSegment {
  readonly packed: Uint8Array | undefined;
  readonly newCrc: number;
}

/** All that the header says. */
export interface PatchContent {
  readonly old: Uint8Array;
  readonly fresh: Uint8Array;
  readonly inPlace: boolean;
  readonly downwards: boolean;
  readonly segmentSize: number;
  readonly counter: number;
  readonly tables: TableSizes;
  readonly format: CodeFormat;
  readonly ranges: readonly AddressRange[];
  readonly codeBase: number;
  readonly product: string;
  readonly writeUnit: number;
  readonly flashBlock: number;
  /** Bytes kept for a signature at the end of the header; with any, or when it is asked for, segments have digests. */
  readonly signatureLength: number;
  readonly digests: boolean;
  /** In the order of their places. */
  readonly segments: readonly PackedSegment[];
}

/** Memory of the model, as docs/formats/image-delta.md counts it. */
export function memoryOf({ contexts, counterBits, exactBits, coarseBits }: TableSizes): number {
  return 2 * contexts * (1 << counterBits) + 336 * contexts + 6 * (1 << exactBits) + 5 * (1 << coarseBits);
}

/** Length of the header. */
export function headerLengthOf(
  product: Uint8Array,
  ranges: number,
  segments: number,
  digests: boolean,
  signature: number,
): number {
  return 120 + product.length + 12 * ranges + segments * (digests ? 28 : 12) + 32 + signature;
}

/** The patch. `sign` fills the room for the signature: it is given what it signs. */
export function writePatch(content: PatchContent, sign?: (signed: Uint8Array) => Uint8Array): Uint8Array {
  const { segments, ranges, signatureLength } = content;
  const digests = content.digests || signatureLength > 0;
  const product = Buffer.from(content.product, 'utf8');
  const header = Buffer.alloc(headerLengthOf(product, ranges.length, segments.length, digests, signatureLength));
  header.write('DFID', 0, 'latin1');
  header[4] = 1;
  header[5] = (content.inPlace ? 1 : 0) | (content.downwards ? 2 : 0);
  header.writeUInt16LE(digests ? 1 : 0, 6);
  header.writeUInt32LE(header.length, 8);
  header.writeUInt32LE(content.old.length, 12);
  header.writeUInt32LE(content.fresh.length, 16);
  header.writeUInt32LE(content.segmentSize, 20);
  header.writeUInt32LE(content.counter, 24);
  header.writeUInt32LE(memoryOf(content.tables), 28);
  header[32] = content.tables.contexts;
  header[33] = content.tables.counterBits;
  header[34] = content.tables.exactBits;
  header[35] = content.tables.coarseBits;
  header[36] = formatNumbers[content.format];
  header[37] = ranges.length;
  header[38] = product.length;
  header[39] = content.writeUnit;
  header.writeUInt32LE(content.flashBlock, 40);
  header.writeUInt32LE(content.inPlace ? content.segmentSize : 0, 44);
  header.writeUInt32LE(content.codeBase, 48);
  header.writeUInt16LE(signatureLength, 52);
  header.set(createHash('sha256').update(content.old).digest(), 56);
  header.set(createHash('sha256').update(content.fresh).digest(), 88);
  let at = 120;
  header.set(product, at);
  at += product.length;
  for (const { address, offset, length } of ranges) {
    header.writeUInt32LE(address, at);
    header.writeUInt32LE(offset, at + 4);
    header.writeUInt32LE(length, at + 8);
    at += 12;
  }
  for (const { packed, newCrc } of segments) {
    header.writeUInt32LE(packed === undefined ? 2 ** 31 : packed.length, at);
    header.writeUInt32LE(packed === undefined ? 0 : crc32(packed), at + 4);
    header.writeUInt32LE(newCrc, at + 8);
    at += 12;
    if (!digests) continue;
    if (packed !== undefined) header.set(createHash('sha256').update(packed).digest().subarray(0, 16), at);
    at += 16;
  }
  header.set(createHash('sha256').update(header.subarray(0, at)).digest(), at);
  at += 32;
  if (signatureLength > 0 && sign !== undefined) {
    const signature = sign(header.subarray(0, at));
    if (signature.length !== signatureLength) throw new RangeError(`a signature of ${signature.length} bytes`);
    header.set(signature, at);
  }
  const order = content.downwards ? segments.toReversed() : segments;
  return Buffer.concat([header, ...order.flatMap(({ packed }) => (packed === undefined ? [] : [packed]))]);
}
