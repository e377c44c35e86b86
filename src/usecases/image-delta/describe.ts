import type { DeltaHeader } from '../../imagedelta/decoder/header-fields.js';
import type { ImageDeltaInfo } from '../../model/image-delta.js';
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
  };
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
