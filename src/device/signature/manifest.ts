/** The signed manifest of a package (docs/formats/signatures.md), read strictly: there is one way to write it. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ByteSource } from '../../model/byte-source.js';
import { sdx6x } from '../../model/layout.js';
import { displayName, fromBytes } from '../../model/path.js';
import { bytesAt, feed } from './file-bytes.js';
import { SignatureFault } from './found.js';

const manifestEntry = sdx6x.packageManifest;
const signatureEntry = sdx6x.packageSignature;

/** The line at the end of what is signed that says that there is a manifest. */
export const trailerSize = 30;
const trailer = /^dfota-manifest-end (\d{10})\n$/;

/** Bytes of the manifest that the signed bytes end with; `undefined` when they end otherwise. */
export function manifestSize(lastBytes: Uint8Array): number | undefined {
  const found = trailer.exec(fromBytes(lastBytes));
  return found === null ? undefined : Number(found[1]);
}

/** An entry of the package as it was read. */
export interface SignedEntry {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

interface Record {
  readonly name: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

/**
 * Holds the package against its manifest. `entries`: all but the signature's, in the directory's order; `manifest`: the content of the last
 * of them. Throws SignatureFault.
 */
export async function holdManifest(
  file: ByteSource,
  entries: readonly SignedEntry[],
  manifest: Uint8Array,
  signature: Uint8Array,
): Promise<void> {
  const last = entries.at(-1);
  if (last?.name !== manifestEntry) {
    const found = last === undefined ? 'nothing' : displayName(last.name);
    throw new SignatureFault(`a manifest was signed, but its entry is not there: in its place is ${found}`);
  }
  if (manifestSize(manifest.subarray(-trailerSize)) !== manifest.length) {
    throw new SignatureFault('the manifest is cut, or runs into another entry');
  }
  const [head, frame, ...rest] = fromBytes(manifest).split('\n');
  const lines = rest.slice(0, -2);
  const framed = /^frame (0|[1-9]\d{0,9}) ([0-9a-f]{64}) ([0-9a-f]{64})$/.exec(frame ?? '');
  if (head !== 'dfota-manifest 1' || framed === null) throw new SignatureFault('the manifest is of an unknown form');
  const [length, frameSha256, directorySha256] = [Number(framed[1]), framed[2], framed[3]];

  const end = await readEnd(file);
  const records = await readRecords(file, end);
  const listed = entries.slice(0, -1);
  if (lines.length !== listed.length || records.length !== listed.length + 2) {
    throw new SignatureFault(`the manifest lists ${lines.length} entries, the package has ${records.length - 2}`);
  }
  for (const [index, { name, size, sha256 }] of listed.entries()) {
    const mode = records[index]?.mode ?? 0;
    const expected = `${mode.toString(8).padStart(6, '0')} ${size} ${sha256} ${name}`;
    if (lines[index] === expected && records[index]?.name === name) continue;
    throw new SignatureFault(`${displayName(name)} is not as the manifest says: another name, size, mode or content`);
  }
  await holdFrame(file, { length, frameSha256, directorySha256 }, records);
  await holdRest(file, { length, manifest, signature, end, records });
}

interface End {
  readonly offset: number;
  readonly directoryOffset: number;
  readonly directorySize: number;
  readonly count: number;
}

async function readEnd(file: ByteSource): Promise<End> {
  const length = Math.min(file.size, 22 + 0xffff);
  const tail = await bytesAt(file, file.size - length, length);
  const at = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (at < 0 || at + 22 > length) throw new SignatureFault('the file is no zip');
  return {
    offset: file.size - length + at,
    count: tail.readUInt16LE(at + 10),
    directorySize: tail.readUInt32LE(at + 12),
    directoryOffset: tail.readUInt32LE(at + 16),
  };
}

async function readRecords(file: ByteSource, end: End): Promise<readonly Record[]> {
  const directory = await bytesAt(file, end.directoryOffset, end.directorySize);
  const records: Record[] = [];
  for (let at = 0; at < directory.length; ) {
    if (at + 46 > directory.length) throw new SignatureFault('the central directory is cut off');
    const [name, extra, comment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
    const next = at + 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    records.push({
      name: fromBytes(directory.subarray(at + 46, at + 46 + (name ?? 0))),
      mode: directory.readUInt32LE(at + 38) >>> 16,
      bytes: directory.subarray(at, next),
    });
    at = next;
  }
  return records;
}

interface Frame {
  readonly length: number;
  readonly frameSha256: string | undefined;
  readonly directorySha256: string | undefined;
}

async function holdFrame(file: ByteSource, frame: Frame, records: readonly Record[]): Promise<void> {
  const hash = createHash('sha256');
  if (frame.length > file.size) throw new SignatureFault('the package is shorter than the manifest says');
  await feed(file, 0, frame.length, (bytes) => hash.update(bytes));
  if (hash.digest('hex') !== frame.frameSha256) {
    throw new SignatureFault('bytes between the entries, or of their headers, are not as the manifest says');
  }
  const directory = createHash('sha256');
  for (const { bytes } of records.slice(0, -2)) directory.update(bytes);
  if (directory.digest('hex') !== frame.directorySha256) {
    throw new SignatureFault('the central directory is not as the manifest says');
  }
}

interface Rest {
  readonly length: number;
  readonly manifest: Uint8Array;
  readonly signature: Uint8Array;
  readonly end: End;
  readonly records: readonly Record[];
}

/** What stands behind the frame has one form, which is made here and compared byte by byte. */
async function holdRest(file: ByteSource, { length, manifest, signature, end, records }: Rest): Promise<void> {
  const fields = (name: string, data: Uint8Array): string =>
    `1400000000000000213a${hex32(crc32(data))}${hex32(data.length)}${hex32(data.length)}${hex16(name.length)}0000`;
  const local = (name: string, data: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from(`504b0304${fields(name, data)}`, 'hex'), Buffer.from(name, 'latin1'), data]);
  const central = (name: string, data: Uint8Array, offset: number): Buffer =>
    Buffer.concat([
      Buffer.from(`504b01021403${fields(name, data)}000000000000${hex32(0o100644 * 0x10000)}${hex32(offset)}`, 'hex'),
      Buffer.from(name, 'latin1'),
    ]);
  const entries = Buffer.concat([local(manifestEntry, manifest), local(signatureEntry, signature)]);
  const signatureOffset = length + local(manifestEntry, manifest).length;
  const directory = Buffer.concat([
    ...records.slice(0, -2).map(({ bytes }) => bytes),
    central(manifestEntry, manifest, length),
    central(signatureEntry, signature, signatureOffset),
  ]);
  const count = hex16(records.length);
  const numbers = `${count}${count}${hex32(directory.length)}${hex32(length + entries.length)}`;
  const expected = Buffer.concat([entries, directory, Buffer.from(`504b050600000000${numbers}`, 'hex')]);
  const found = await bytesAt(file, length, Math.min(expected.length, file.size - length));
  if (!found.equals(expected) || end.offset + 20 !== length + expected.length) {
    throw new SignatureFault(
      'headers of the manifest, of the signature, or the end of the zip are not as dfota writes them',
    );
  }
}

function hex16(value: number): string {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value & 0xffff);
  return bytes.toString('hex');
}

function hex32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes.toString('hex');
}
