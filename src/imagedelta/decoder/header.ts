/** Reads and checks the header of a patch: docs/formats/image-delta.md, sections 2 and 3. */
import { createHash } from 'node:crypto';
import { DeltaError } from './fault.js';
import { type DeltaHeader, type DeltaSegment, formatNames } from './header-fields.js';
import { modelBytesOf } from './memory.js';

const longestHeader = 2 ** 30;
const fixedLength = 120;
const sizeLimit = 2 ** 31 - 1;

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** The header of the patch that begins with `bytes`. Throws a DeltaError with codes 1 to 7. */
export function readDeltaHeader(bytes: Uint8Array): DeltaHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, false) !== 0x44464944)
    throw new DeltaError('not-a-patch', 'this is no image delta', undefined, 'the first bytes are "DFID"');
  if (bytes.length > 4 && bytes[4] !== 1)
    throw new DeltaError('version', 'the patch is of another version', `version ${bytes[4]}`, 'version 1');
  const length = bytes.length < 12 ? 0 : view.getUint32(8, true);
  if (length < fixedLength + 32 || length > longestHeader || length > bytes.length)
    throw new DeltaError(
      'header-cut',
      'the patch ends within its header',
      `${bytes.length} bytes`,
      `${length} bytes of header`,
    );
  const signatureLength = view.getUint16(52, true);
  const signed = length - signatureLength;
  const hashed = signed - 32;
  if (hashed < fixedLength || !equal(sha256(bytes.subarray(0, hashed)), bytes.subarray(hashed, signed)))
    throw new DeltaError('header-damaged', 'the header of the patch is damaged', 'another SHA-256 than it says');
  const flags = view.getUint8(5);
  const features = view.getUint16(6, true);
  if (flags > 3 || features > 1)
    throw new DeltaError('feature', 'the patch needs what is not known here', `flags ${flags}, features ${features}`);
  return readFields(bytes.subarray(0, length), view, { flags, digests: features === 1, hashed, signatureLength });
}

interface Frame {
  readonly flags: number;
  readonly digests: boolean;
  readonly hashed: number;
  readonly signatureLength: number;
}

function readFields(bytes: Uint8Array, view: DataView, frame: Frame): DeltaHeader {
  const require = (holds: boolean, what: string): void => {
    if (!holds) throw new DeltaError('value', `the header says what cannot be: ${what}`);
  };
  const within = (value: number, least: number, most: number, what: string): number => {
    require(value >= least && value <= most, `${what} is ${value}`);
    return value;
  };
  const oldSize = within(view.getUint32(12, true), 0, sizeLimit, 'the size of the old image');
  const newSize = within(view.getUint32(16, true), 0, sizeLimit, 'the size of the new image');
  const segmentSize = within(view.getUint32(20, true), 1, sizeLimit, 'the size of a segment');
  const model = {
    contexts: within(view.getUint8(32), 2, 6, 'the number of contexts'),
    counterBits: within(view.getUint8(33), 8, 16, 'the size of the counters'),
    exactBits: within(view.getUint8(34), 4, 16, 'the size of the exact moves'),
    coarseBits: within(view.getUint8(35), 4, 16, 'the size of the coarse moves'),
  };
  const modelBytes = within(
    view.getUint32(28, true),
    modelBytesOf(model),
    modelBytesOf(model),
    'the memory of the model',
  );
  const rangeCount = within(view.getUint8(37), 0, 8, 'the number of address ranges');
  const productLength = within(view.getUint8(38), 0, 64, 'the length of the product');
  const writeUnit = within(view.getUint8(39), 1, 32, 'the write unit');
  const flashBlock = within(view.getUint32(40, true), 1, sizeLimit, 'the erase block');
  const backupBytes = view.getUint32(44, true);
  const inPlace = (frame.flags & 1) !== 0;
  const downwards = (frame.flags & 2) !== 0;
  require(backupBytes === (inPlace ? segmentSize : 0), `the backup area is ${backupBytes}`);
  require(!inPlace || segmentSize % flashBlock === 0, 'segments are no whole blocks of the flash');
  within(frame.signatureLength, 0, 1024, 'the length of the signature');
  require(frame.signatureLength === 0 || frame.digests, 'a signature without digests');
  require(view.getUint16(54, true) === 0, 'a field that must be 0');
  const count = Math.ceil(newSize / segmentSize);
  const entry = frame.digests ? 28 : 12;
  const rangesAt = fixedLength + productLength;
  const tableAt = rangesAt + 12 * rangeCount;
  require(tableAt + entry * count === frame.hashed, 'the length of the header');

  const ranges = Array.from({ length: rangeCount }, (_, i) => {
    const [address, offset, length] = [0, 4, 8].map((at) => view.getUint32(rangesAt + 12 * i + at, true));
    const range = { address: address ?? 0, offset: offset ?? 0, length: length ?? 0 };
    require(range.length > 0 && range.offset + range.length <= oldSize, `address range ${i}`);
    require(range.address + range.length <= 2 ** 32, `address range ${i}`);
    return range;
  });
  const segments = readTable(
    bytes,
    { tableAt, count, segmentSize, newSize, oldSize, downwards, digests: frame.digests },
    require,
  );
  const format = formatNames[view.getUint8(36)];
  if (format === undefined)
    throw new DeltaError('format', 'the patch is for a code format that is not known here', `${view.getUint8(36)}`);
  return {
    length: bytes.length,
    inPlace,
    downwards,
    oldSize,
    newSize,
    segmentSize,
    counter: view.getUint32(24, true),
    modelBytes,
    model,
    format,
    product: Buffer.from(bytes.subarray(fixedLength, rangesAt)).toString('utf8'),
    writeUnit,
    flashBlock,
    backupBytes,
    codeBase: view.getUint32(48, true),
    oldSha256: bytes.slice(56, 88),
    newSha256: bytes.slice(88, 120),
    ranges,
    segments,
    signed: bytes.slice(0, bytes.length - frame.signatureLength),
    signature: bytes.slice(bytes.length - frame.signatureLength),
    patchLength: bytes.length + segments.reduce((sum, { packed }) => sum + packed, 0),
  };
}

interface Table {
  readonly tableAt: number;
  readonly count: number;
  readonly segmentSize: number;
  readonly newSize: number;
  readonly oldSize: number;
  readonly downwards: boolean;
  readonly digests: boolean;
}

function readTable(
  bytes: Uint8Array,
  table: Table,
  require: (holds: boolean, what: string) => void,
): readonly DeltaSegment[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entry = table.digests ? 28 : 12;
  let offset = bytes.length;
  const segments: DeltaSegment[] = [];
  for (let step = 0; step < table.count; step++) {
    const index = table.downwards ? table.count - 1 - step : step;
    const at = table.tableAt + entry * index;
    const word = view.getUint32(at, true);
    const start = index * table.segmentSize;
    const segment: DeltaSegment = {
      index,
      start,
      end: Math.min(table.newSize, start + table.segmentSize),
      same: word >= 2 ** 31,
      packed: word % 2 ** 31,
      offset,
      packedCrc: view.getUint32(at + 4, true),
      newCrc: view.getUint32(at + 8, true),
      digest: table.digests ? bytes.slice(at + 12, at + 28) : undefined,
    };
    if (segment.same) {
      require(segment.packed === 0 && segment.packedCrc === 0 && segment.end <= table.oldSize, `segment ${index}`);
    }
    offset += segment.packed;
    segments.push(segment);
  }
  return segments;
}
