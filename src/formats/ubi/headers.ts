/**
 * The three records of UBI, all big-endian: the erase-counter header that opens every physical erase block, the
 * volume-identifier header of a mapped one, and a row of the volume table. Pure: bytes in, values or a fault out.
 */
import { fromBytes } from '../../model/path.js';
import { flashCrc, isErased } from './crc.js';

/** Bytes of an erase-counter or volume-identifier header. */
export const headerSize = 64;
/** Bytes of a row of the volume table. */
export const tableRowSize = 172;
/** Rows that a volume table can have. */
export const maxVolumes = 128;
/** Volume ids from here on are UBI's own. */
export const firstInternalVolume = 0x7fffefff;
/** The volume whose two erase blocks each hold the volume table. */
export const layoutVolume = firstInternalVolume;

/** `UBI#` header: where in the erase block the rest begins. Offsets are bytes. */
export interface EraseCounterHeader {
  readonly version: number;
  readonly eraseCount: bigint;
  readonly vidOffset: number;
  readonly dataOffset: number;
  readonly imageSequence: number;
}

/** `UBI!` header: which logical erase block of which volume is here. */
export interface VolumeHeader {
  readonly version: number;
  readonly kind: 'dynamic' | 'static';
  /** Written as a copy of another block: only valid when the data's CRC holds. */
  readonly copy: boolean;
  /** What to do when the volume is internal and not understood. */
  readonly compatibility: number;
  readonly volume: number;
  readonly lnum: number;
  readonly dataSize: number;
  readonly usedBlocks: number;
  readonly dataPad: number;
  readonly dataCrc: number;
  readonly sequence: bigint;
}

/** A used row of the volume table. */
export interface VolumeRow {
  readonly id: number;
  readonly name: string;
  readonly kind: 'dynamic' | 'static';
  readonly reservedBlocks: number;
  readonly alignment: number;
  readonly dataPad: number;
  /** An update of the volume had begun and was not finished. */
  readonly updating: boolean;
  /** It grows to the end of the flash when it is attached first. */
  readonly autoResize: boolean;
}

/** Why a header cannot be used. */
export type HeaderFault = 'erased' | 'magic' | 'crc' | 'version' | 'values';

const eraseCounterMagic = 0x55424923;
const volumeMagic = 0x55424921;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function headerFault(bytes: Uint8Array, magic: number): HeaderFault | undefined {
  if (bytes.length < headerSize) return isErased(bytes) ? 'erased' : 'magic';
  const view = viewOf(bytes);
  if (view.getUint32(0) !== magic) return isErased(bytes.subarray(0, headerSize)) ? 'erased' : 'magic';
  if (view.getUint32(60) !== flashCrc(bytes.subarray(0, 60))) return 'crc';
  return view.getUint8(4) === 1 ? undefined : 'version';
}

/** Whether the magic of an erase-counter header stands at the start. */
export function isUbi(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && viewOf(bytes).getUint32(0) === eraseCounterMagic;
}

/** Reads an erase-counter header from the first 64 bytes. */
export function parseEraseCounter(bytes: Uint8Array): EraseCounterHeader | HeaderFault {
  const fault = headerFault(bytes, eraseCounterMagic);
  if (fault !== undefined) return fault;
  const view = viewOf(bytes);
  const header: EraseCounterHeader = {
    version: 1,
    eraseCount: view.getBigUint64(8),
    vidOffset: view.getUint32(16),
    dataOffset: view.getUint32(20),
    imageSequence: view.getUint32(24),
  };
  const plausible =
    header.vidOffset >= headerSize && header.dataOffset >= header.vidOffset + headerSize && header.dataOffset < 1 << 24;
  return plausible ? header : 'values';
}

/** Reads a volume-identifier header from the first 64 bytes. */
export function parseVolumeHeader(bytes: Uint8Array): VolumeHeader | HeaderFault {
  const fault = headerFault(bytes, volumeMagic);
  if (fault !== undefined) return fault;
  const view = viewOf(bytes);
  const type = view.getUint8(5);
  if (type !== 1 && type !== 2) return 'values';
  return {
    version: 1,
    kind: type === 1 ? 'dynamic' : 'static',
    copy: view.getUint8(6) !== 0,
    compatibility: view.getUint8(7),
    volume: view.getUint32(8),
    lnum: view.getUint32(12),
    dataSize: view.getUint32(20),
    usedBlocks: view.getUint32(24),
    dataPad: view.getUint32(28),
    dataCrc: view.getUint32(32),
    sequence: view.getBigUint64(40),
  };
}

/**
 * Reads the used rows of a volume table. `damaged` counts rows whose CRC or values do not hold.
 * A table shorter than 128 rows is read as far as it goes: small erase blocks hold fewer.
 */
export function parseVolumeTable(bytes: Uint8Array): { readonly rows: readonly VolumeRow[]; readonly damaged: number } {
  const rows: VolumeRow[] = [];
  let damaged = 0;
  const count = Math.min(maxVolumes, Math.floor(bytes.length / tableRowSize));
  for (let id = 0; id < count; id += 1) {
    const row = bytes.subarray(id * tableRowSize, (id + 1) * tableRowSize);
    const view = viewOf(row);
    const reservedBlocks = view.getUint32(0);
    const nameLength = view.getUint16(14);
    const type = view.getUint8(12);
    if (view.getUint32(168) !== flashCrc(row.subarray(0, 168))) damaged += 1;
    else if (reservedBlocks !== 0) {
      if ((type !== 1 && type !== 2) || nameLength > 127) damaged += 1;
      else {
        rows.push({
          id,
          name: fromBytes(row.subarray(16, 16 + nameLength)),
          kind: type === 1 ? 'dynamic' : 'static',
          reservedBlocks,
          alignment: view.getUint32(4),
          dataPad: view.getUint32(8),
          updating: view.getUint8(13) !== 0,
          autoResize: (view.getUint8(144) & 1) !== 0,
        });
      }
    }
  }
  return { rows, damaged };
}
