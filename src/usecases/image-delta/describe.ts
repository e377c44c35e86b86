import type { DeltaHeader } from '../../imagedelta/decoder/header-fields.js';
import type { RepackPatch } from '../../imagedelta/decoder/repack/apply-repacked.js';
import type { PackedPlace } from '../../imagedelta/decoder/repack/part.js';
import type { ImageDeltaInfo, ImageDeltaRepackPart } from '../../model/image-delta.js';
import { decoderReserveBytes } from '../../model/limits.js';

/** What a header tells, with what it means for the flash. */
export function describeDelta(header: DeltaHeader): ImageDeltaInfo {
  const segments = header.segments.map(({ index, start, end, packed, same }) => ({
    index,
    start,
    size: end - start,
    packed,
    same,
  }));
  return {
    patchSize: header.patchLength,
    headerSize: header.length,
    oldSize: header.oldSize,
    newSize: header.newSize,
    oldSha256: Buffer.from(header.oldSha256).toString('hex'),
    newSha256: Buffer.from(header.newSha256).toString('hex'),
    product: header.product === '' ? undefined : header.product,
    counter: header.counter,
    inPlace: header.inPlace,
    direction: header.downwards ? 'downwards' : 'upwards',
    segmentSize: header.segmentSize,
    modelBytes: header.modelBytes,
    ramBytes: header.modelBytes + decoderReserveBytes,
    contexts: header.model.contexts,
    codeFormat: header.format,
    ranges: header.ranges,
    signatureBytes: header.signature.length,
    segments,
    flash: flashOf(header),
    repack: undefined,
  };
}

/** The same of a patch over packed parts. */
export function describeRepacked({ outer, header, inner }: RepackPatch): ImageDeltaInfo {
  const { flashBlock } = header;
  return {
    ...describeDelta(header),
    patchSize: outer.length + inner.length,
    headerSize: outer.length + header.length,
    oldSize: outer.oldSize,
    newSize: outer.newSize,
    oldSha256: Buffer.from(outer.oldSha256).toString('hex'),
    newSha256: Buffer.from(outer.newSha256).toString('hex'),
    signatureBytes: outer.signature.length,
    repack: {
      expandedOldSize: outer.expandedOldSize,
      expandedNewSize: outer.expandedNewSize,
      scratchBytes: scratchBytesOf(outer, flashBlock),
      packBytes: outer.packBytes,
      oldParts: outer.oldParts.map(describePart),
      newParts: outer.newParts.map(describePart),
    },
  };
}

/** Room for both expanded images, each in whole blocks. */
export function scratchBytesOf(
  sizes: { readonly expandedOldSize: number; readonly expandedNewSize: number },
  flashBlock: number,
): number {
  const whole = (size: number): number => Math.ceil(size / flashBlock) * flashBlock;
  return whole(sizes.expandedOldSize) + whole(sizes.expandedNewSize);
}

function describePart({ codec, offset, packedLength, textLength, decisionsLength }: PackedPlace): ImageDeltaRepackPart {
  return { codec, at: offset, packedSize: packedLength, textSize: textLength, decisionsSize: decisionsLength };
}

/** In place each changed segment goes through the backup area: twice as much is erased and written. */
function flashOf(header: DeltaHeader): ImageDeltaInfo['flash'] {
  const { flashBlock, inPlace, writeUnit, backupBytes } = header;
  const made = header.segments.filter(({ same }) => !inPlace || !same);
  const times = inPlace ? 2 : 1;
  const blocks = made.reduce((sum, { start, end }) => sum + Math.ceil((end - start) / flashBlock), 0);
  const units = made.reduce((sum, { start, end }) => sum + Math.ceil((end - start) / writeUnit), 0);
  return {
    blockSize: flashBlock,
    writeUnit,
    erases: times * blocks,
    writtenBytes: times * units * writeUnit,
    backupBytes,
    journalRecords: 1 + (inPlace ? header.segments.length + made.length : made.length),
  };
}
