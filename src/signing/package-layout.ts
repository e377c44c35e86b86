/** Where the pieces of a finished package are, so that it can be signed without being built again. */
import type { ByteSource } from '../model/byte-source.js';
import type { Code } from '../model/codes.js';
import { InputError } from '../model/errors.js';
import { largestDirectoryBytes } from '../model/limits/signing.js';
import { largestFileBytes, largestPackageBytes } from '../model/limits.js';
import { displayName, fromBytes } from '../model/path.js';

/** An entry. Offsets and sizes are bytes of the file. */
export interface LayoutEntry {
  /** One unit a byte. */
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Kind and permissions, as Unix keeps them. */
  readonly mode: number;
  readonly localOffset: number;
  readonly dataOffset: number;
  /** Where the next entry, or the central directory, begins. */
  readonly end: number;
  /** Its record of the central directory. */
  readonly record: Buffer<ArrayBuffer>;
}

/** A package in its pieces. */
export interface PackageLayout {
  /** In the order of the central directory, which is the order in which unzip prints them. */
  readonly entries: readonly LayoutEntry[];
  readonly directoryOffset: number;
  readonly endOffset: number;
  readonly comment: Buffer<ArrayBuffer>;
}

const endSize = 22;
const endMark = Buffer.from('PK\x05\x06', 'latin1');

/** Reads the layout. Throws InputError for what is no package that a device reads. */
export async function readLayout(source: ByteSource): Promise<PackageLayout> {
  const refuse = (code: Code, message: string): InputError =>
    new InputError({
      code,
      place: { file: source.name },
      message,
      expected: 'an update.zip',
      remedy: 'name a package that dfota verify proves',
    });
  const length = Math.min(source.size, endSize + 0xffff);
  const tail = Buffer.from(await source.read(source.size - length, length));
  const at = tail.lastIndexOf(endMark);
  if (at < 0 || at + endSize > tail.length) throw refuse('package-no-zip', 'the file is no zip, or is cut off');
  const endOffset = source.size - length + at;
  const count = tail.readUInt16LE(at + 10);
  const directorySize = tail.readUInt32LE(at + 12);
  const directoryOffset = tail.readUInt32LE(at + 16);
  if (directoryOffset === 0xffffffff || count === 0xffff) throw refuse('package-reader-limit', 'it is a zip64');
  if (tail.readUInt32LE(at + 4) !== 0) throw refuse('package-reader-limit', 'the zip is split over several volumes');
  if (tail.readUInt16LE(at + 8) !== count) throw refuse('package-damaged', 'its end record counts entries in two ways');
  if (at + endSize + tail.readUInt16LE(at + 20) !== tail.length) {
    throw refuse('package-damaged', 'its comment is not as long as its end record says');
  }
  if (directoryOffset + directorySize !== endOffset || directorySize > largestDirectoryBytes) {
    throw refuse('package-damaged', 'its central directory is not where its end record says');
  }
  const directory = Buffer.from(await source.read(directoryOffset, directorySize));
  const rows = rowsOf(directory, count, refuse);
  const entries = await withOffsets(source, rows, directoryOffset, refuse);
  return { entries, directoryOffset, endOffset, comment: Buffer.from(tail.subarray(at + endSize)) };
}

type Refuse = (code: Code, message: string) => InputError;
type Row = Omit<LayoutEntry, 'dataOffset' | 'end'>;

function rowsOf(directory: Buffer<ArrayBuffer>, count: number, refuse: Refuse): readonly Row[] {
  const rows: Row[] = [];
  const names = new Set<string>();
  let at = 0;
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50) {
      throw refuse('package-damaged', 'its central directory is damaged');
    }
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    const next = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw refuse('package-damaged', 'its central directory is cut off');
    const name = fromBytes(directory.subarray(at + 46, nameEnd));
    const shown = displayName(name);
    if (!/^[\x20-\x7e]+$/.test(name)) throw refuse('package-name', `the device does not take the name ${shown}`);
    if (names.has(name)) throw refuse('package-duplicate', `two entries are named ${shown}`);
    names.add(name);
    const method = directory.readUInt16LE(at + 10);
    if (method !== 0 && method !== 8) throw refuse('package-reader-limit', `${shown} has compression method ${method}`);
    const size = directory.readUInt32LE(at + 24);
    total += size;
    if (size > largestFileBytes || total > largestPackageBytes)
      throw refuse('package-size', `with ${shown} it is too large`);
    rows.push({
      name,
      method: method === 0 ? 'stored' : 'deflated',
      crc: directory.readUInt32LE(at + 16),
      packedSize: directory.readUInt32LE(at + 20),
      size,
      mode: directory.readUInt32LE(at + 38) >>> 16,
      localOffset: directory.readUInt32LE(at + 42),
      record: Buffer.from(directory.subarray(at, next)),
    });
    at = next;
  }
  if (at !== directory.length) throw refuse('package-damaged', 'its central directory holds more than it counts');
  return rows;
}

/** Reads the local headers, and holds that no two entries share bytes. */
async function withOffsets(
  source: ByteSource,
  rows: readonly Row[],
  directoryOffset: number,
  refuse: Refuse,
): Promise<readonly LayoutEntry[]> {
  const byOffset = [...rows].sort((a, b) => a.localOffset - b.localOffset);
  const ends = new Map<string, number>();
  for (const [index, row] of byOffset.entries())
    ends.set(row.name, byOffset[index + 1]?.localOffset ?? directoryOffset);
  const entries: LayoutEntry[] = [];
  for (const row of rows) {
    const end = ends.get(row.name) ?? directoryOffset;
    const header = Buffer.from(await source.read(row.localOffset, 30));
    const shown = displayName(row.name);
    if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) {
      throw refuse('package-damaged', `there is no local header for ${shown}`);
    }
    const dataOffset = row.localOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (dataOffset + row.packedSize > end) throw refuse('package-damaged', `${shown} reaches into what follows it`);
    entries.push({ ...row, dataOffset, end });
  }
  return entries;
}
