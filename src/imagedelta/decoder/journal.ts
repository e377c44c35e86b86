/** The journal of an update: docs/formats/image-delta.md, section 10. */
import { crc32 } from 'node:zlib';
import { DeltaError } from './fault.js';
import type { DeltaHeader } from './header-fields.js';
import type { WritableArea } from './storage.js';

const recordLength = 16;
const nameLength = 8;

/** The step of an update that has ended. */
export const complete = 0xfffffffe;

/** The step when the segment that is made as number `number`, from 0, is saved to the backup area. */
export const saved = (number: number): number => 2 * number + 1;

/** The step when it is done. */
export const done = (number: number): number => 2 * number + 2;

/** How far the update has come, and what it appends. */
export interface DeltaJournal {
  readonly step: number;
  /** Appends a record, unless the journal says as much already. Throws a DeltaError with code 21. */
  readonly append: (step: number) => void;
}

/** What is kept where there is no journal. */
export function noJournal(): DeltaJournal {
  return { step: 0, append: () => {} };
}

/** What stands in it, and behind which place nothing was ever written. */
interface Read {
  readonly step: number;
  /** The last whole record is of another patch. */
  readonly stranger: boolean;
  readonly end: number;
}

/** Reads the journal. Throws a DeltaError with codes 12, 21 and 22. */
export function openJournal(
  header: DeltaHeader,
  area: WritableArea,
  { room, writeUnit, inPlace }: { readonly room: number; readonly writeUnit: number; readonly inPlace: boolean },
): DeltaJournal {
  const record = Math.ceil(recordLength / writeUnit) * writeUnit;
  const name = header.signed.subarray(header.signed.length - 32).subarray(0, nameLength);
  const { step, stranger, end } = readRecords(area, room, record, name);
  const segments = header.segments.length;
  if (step !== complete && (stranger || step > 2 * segments))
    throw new DeltaError('journal', 'the journal belongs to an update by another patch that has not ended');
  const records = (inPlace ? 2 : 1) * segments + 1;
  if ((stranger || step === 0) && Math.floor((room - end) / record) < records)
    throw new DeltaError(
      'flash',
      'the flash of the device does not suit the patch',
      `room for ${Math.floor((room - end) / record)} records in the journal`,
      `${records}`,
    );
  let next = end;
  let last = stranger ? 0 : step;
  return {
    get step() {
      return last;
    },
    append: (to) => {
      if (to <= last) return;
      const bytes = recordOf(to, name, record);
      // A record that was torn before any bit fell looks blank, but flash may refuse to be written there again.
      for (let written = false; !written; next += record) {
        if (room - next < record) throw new DeltaError('storage', 'nothing can be written into the journal');
        written = area.write(next, bytes);
      }
      last = to;
    },
  };
}

function readRecords(area: WritableArea, room: number, record: number, name: Uint8Array): Read {
  let read: Read = { step: 0, stranger: false, end: 0 };
  for (let at = 0; at + record <= room; at += record) {
    const bytes = area.read(at, record);
    if (bytes === undefined) throw new DeltaError('storage', 'the journal cannot be read');
    if (bytes.every((byte) => byte === 0xff)) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, recordLength);
    const whole = view.getUint32(12, true) === crc32(bytes.subarray(0, 12));
    const stranger = Buffer.compare(bytes.subarray(4, 12), name) !== 0;
    read = whole ? { step: view.getUint32(0, true), stranger, end: at + record } : { ...read, end: at + record };
  }
  return read;
}

function recordOf(step: number, name: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(0xff);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, step, true);
  bytes.set(name, 4);
  view.setUint32(12, crc32(bytes.subarray(0, 12)), true);
  return bytes;
}
