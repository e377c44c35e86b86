import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl';
import { type Fault, InputError, type Place } from '../../model/errors.js';
import { mostBuildEntries } from '../../model/limits/input.js';
import type { PackedRecord } from '../../model/packed-place.js';
import { displayName, fromBytes } from '../../model/path.js';
import { together } from '../together.js';
import { BoundedReader } from './bounded-reader.js';
import { readEndRecord } from './end-record.js';

/** An entry as the zip's central directory claims it. */
export interface ZipRecord extends PackedRecord {
  /** As spelled, one unit a byte; a directory ends in `/`. */
  readonly name: string;
  /** The name of the header, where the packer's Unicode path field has another, which counts. */
  readonly otherName?: string | undefined;
  /** st_mode with its type bits; `undefined` where the zip was not made on Unix. */
  readonly unixMode: number | undefined;
  readonly headerOffset: number;
}

const directoryRecordLength = 46;
const localHeaderLength = 30;
const unix = 3;
const macOs = 19;
/** Deflate cannot do better than 1032 to 1; a claim beyond it is a lie. */
const bestDeflateRatio = 1032;

function unixModeOf(entry: Entry): number | undefined {
  const madeBy = entry.versionMadeBy >>> 8;
  const mode = entry.externalFileAttributes >>> 16;
  return (madeBy === unix || madeBy === macOs) && mode !== 0 ? mode : undefined;
}

/** Info-ZIP's Unicode path field: the name in UTF-8, and the CRC-32 of the name that it stands for. */
const unicodePathField = 0x7075;

/**
 * The name of the Unicode path field; `undefined` where there is none, where it is of another name than the header's, or
 * no UTF-8 (Info-ZIP writes the byte 0x7f as two).
 */
function unicodeName(entry: Entry): string | undefined {
  const field = entry.extraFields.find(({ id }) => id === unicodePathField)?.data;
  if (field === undefined || field.length < 6 || field[0] !== 1 || !isUtf8(field.subarray(5))) return undefined;
  return field.readUInt32LE(1) === crc32(entry.fileNameRaw) ? fromBytes(field.subarray(5)) : undefined;
}

function recordFaults(entry: Entry, place: Place): Fault[] {
  if (entry.isEncrypted()) {
    return [{ code: 'zip-encrypted', place, message: 'the entry is encrypted', expected: 'a zip without a password' }];
  }
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    const found = `method ${entry.compressionMethod}`;
    const expected = 'stored (0) or deflated (8)';
    return [
      { code: 'zip-method', place, message: 'the entry is compressed in a way that is not supported', found, expected },
    ];
  }
  if (entry.compressionMethod === 0 && entry.compressedSize !== entry.uncompressedSize) {
    const found = `${entry.compressedSize} and ${entry.uncompressedSize} bytes`;
    return [{ code: 'zip-size-mismatch', place, message: 'the entry is stored, but its two sizes differ', found }];
  }
  if (entry.uncompressedSize > bestDeflateRatio * entry.compressedSize + bestDeflateRatio) {
    const found = `${entry.uncompressedSize} bytes out of ${entry.compressedSize}`;
    return [
      { code: 'zip-size-mismatch', place, message: 'the entry claims more than its compressed bytes can hold', found },
    ];
  }
  return [];
}

function damaged(file: string, error: unknown, entry?: string): InputError {
  const found = error instanceof Error ? error.message : String(error);
  const place = entry === undefined ? { file } : { file, entry };
  if (/strong encryption/.test(found)) {
    return new InputError({ code: 'zip-encrypted', place, message: 'the zip is encrypted' }, { cause: error });
  }
  if (/multi-disk/.test(found)) {
    return new InputError(
      { code: 'zip-multi-disk', place, message: 'the zip is one part of several' },
      { cause: error },
    );
  }
  if (/unexpected EOF|overflows file bounds/.test(found)) {
    return new InputError(
      { code: 'zip-truncated', place, message: 'the zip is cut off or damaged: something lies beyond its end', found },
      { cause: error },
    );
  }
  return new InputError({ code: 'zip-damaged', place, message: 'the zip is damaged', found }, { cause: error });
}

/** Entries that share bytes are how a small zip claims to be huge; an honest one never has them. */
function overlapFaults(file: string, records: readonly ZipRecord[]): Fault[] {
  const sorted = [...records].sort((a, b) => a.headerOffset - b.headerOffset);
  const faults: Fault[] = [];
  for (const [index, record] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && record.dataStart + record.compressedSize > next.headerOffset) {
      const place = { file, entry: displayName(next.name) };
      const found = `it starts inside ${displayName(record.name)}`;
      faults.push({ code: 'zip-damaged', place, message: 'two entries share the same bytes of the zip', found });
    }
  }
  return faults;
}

/**
 * Reads the central directory and every local header. What it returns is consistent as far as headers go: supported
 * methods, possible sizes, ranges inside the file that do not overlap, local names equal to the directory's.
 * Throws InputError with all faults that were found.
 */
export async function readDirectory(handle: FileHandle, file: string, fileSize: number): Promise<readonly ZipRecord[]> {
  const end = await readEndRecord(handle, file, fileSize);
  let zip: ZipFile;
  try {
    zip = await fromRandomAccessReaderPromise(new BoundedReader(handle, fileSize), fileSize, {
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: false,
    });
  } catch (error) {
    throw damaged(file, error);
  }
  const records: ZipRecord[] = [];
  const faults: Fault[] = [];
  let directorySize = 0;
  const entries: Entry[] = [];
  try {
    if (zip.entryCount > mostBuildEntries) throw new Error(`it claims ${zip.entryCount} entries`);
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      directorySize += directoryRecordLength + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    }
  } catch (error) {
    throw damaged(file, error);
  }
  if (end.directorySize !== undefined && end.directorySize !== directorySize) {
    throw new InputError({
      code: 'zip-damaged',
      place: { file },
      message: 'the end record does not fit the directory of the zip',
      found: `${entries.length} entries in ${directorySize} bytes`,
      expected: `${end.directorySize} bytes`,
    });
  }
  for (const entry of entries) {
    const raw = fromBytes(entry.fileNameRaw);
    const name = unicodeName(entry) ?? raw;
    const place = { file, entry: displayName(name) };
    const wrong = recordFaults(entry, place);
    if (wrong.length > 0) {
      faults.push(...wrong);
      continue;
    }
    try {
      const local = await zip.readLocalFileHeaderPromise(entry);
      const localName = fromBytes(local.fileName);
      if (localName !== raw) {
        faults.push({
          code: 'zip-damaged',
          place,
          message: 'the entry has another name in its own header than in the directory of the zip',
          found: displayName(localName),
          expected: displayName(raw),
        });
      }
      records.push({
        name,
        otherName: name === raw ? undefined : raw,
        method: entry.compressionMethod === 0 ? 'stored' : 'deflated',
        crc32: entry.crc32,
        size: entry.uncompressedSize,
        compressedSize: entry.compressedSize,
        unixMode: unixModeOf(entry),
        headerOffset: entry.relativeOffsetOfLocalHeader,
        dataStart: Math.max(local.fileDataStart, entry.relativeOffsetOfLocalHeader + localHeaderLength),
      });
    } catch (error) {
      faults.push(...damaged(file, error, place.entry).faults);
    }
  }
  const all = [...faults, ...overlapFaults(file, records)];
  if (all.length > 0) throw new InputError(together(all, 'entries'));
  return records;
}

/** The names in a zip without a look at its entries; `undefined` for what cannot be read as one. */
export async function zipNames(file: string): Promise<readonly string[] | undefined> {
  const handle = await open(file, 'r').catch(() => undefined);
  try {
    if (handle === undefined) return undefined;
    const records = await readDirectory(handle, file, (await handle.stat()).size);
    return records.map(({ name }) => name);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  } finally {
    await handle?.close();
  }
}
