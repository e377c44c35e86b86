import { Buffer } from 'node:buffer';
import { inflateRawSync } from 'node:zlib';
import type { ZipEntrySpec } from './zip-builder.js';

/** An entry of a finished package, unpacked. */
export interface PackageFile extends ZipEntrySpec {
  readonly data: Buffer;
  /** All of st_mode. */
  readonly mode: number;
}

/** The updater-script's entry. */
export const scriptEntry = 'META-INF/com/google/android/updater-script';

/**
 * Reads a zip that dfota has written, without a comment and without zip64, with nothing of dfota's own: the order of the
 * entries is that of the central directory. What {@link buildZip} makes of the result is the same package.
 */
export function readZip(zip: Buffer): readonly PackageFile[] {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new Error('no end record');
  const files: PackageFile[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error(`no entry at ${at}`);
    const [method, packed, nameLength] = [10, 20, 28].map((field) =>
      field === 20 ? zip.readUInt32LE(at + field) : zip.readUInt16LE(at + field),
    );
    if (method === undefined || packed === undefined || nameLength === undefined) throw new Error('three fields');
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const body = zip.subarray(start, start + packed);
    files.push({
      name: zip.toString('latin1', at + 46, at + 46 + nameLength),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      data: method === 0 ? Buffer.from(body) : inflateRawSync(body),
      ...(method === 0 ? { stored: true } : {}),
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

/** The script of a package, one unit a byte. */
export function scriptOf(files: readonly PackageFile[]): string {
  const entry = files.find(({ name }) => name === scriptEntry);
  if (entry === undefined) throw new Error('no updater-script');
  return entry.data.toString('latin1');
}
