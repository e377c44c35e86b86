/** Checks update.sig as Linux-Embedded recoveries do, `unzip -p … | openssl dgst -verify`, and the manifest that they do not know. */
import { createHash, createVerify, type KeyObject } from 'node:crypto';
import type { ByteSource } from '../../model/byte-source.js';
import { sdx6x } from '../../model/layout.js';
import { largestSignatureBytes, largestSignedManifestBytes } from '../../model/limits/signing.js';
import { largestPackageBytes } from '../../model/limits.js';
import { type PackageReader, UnreadablePackage } from '../zip-reader.js';
import { type Holds, SignatureFault } from './found.js';
import { holdManifest, manifestSize, type SignedEntry, trailerSize } from './manifest.js';

const signatureEntry = sdx6x.packageSignature;

/** Whether there is anything of the scheme: the signature, or, as the last entry, the manifest of one that was taken away. */
export function hasUpdateSig(reader: PackageReader): boolean {
  return (
    reader.rows.has(signatureEntry) || [...reader.rows.keys()].some((name) => name.startsWith('META-INF/com/dfota/'))
  );
}

/** Throws SignatureFault when the signature, or the manifest, does not hold. */
export async function checkUpdateSig(reader: PackageReader, file: ByteSource, key: KeyObject): Promise<Holds> {
  const row = reader.rows.get(signatureEntry);
  if (row === undefined) throw new SignatureFault('there is a manifest of a signed package, but no update.sig');
  if (row.size > largestSignatureBytes)
    throw new SignatureFault(`update.sig has ${row.size} bytes, more than any signature`);
  const signature = await read(reader, signatureEntry);
  const verify = createVerify('RSA-SHA256');
  const entries: SignedEntry[] = [];
  let [last, tail, total] = [Buffer.alloc(0), Buffer.alloc(0), 0];
  for (const { name, size } of reader.rows.values()) {
    if (name === signatureEntry) continue;
    total += size;
    if (total > largestPackageBytes) throw new SignatureFault('its entries claim more bytes than any module has');
    last = await read(reader, name);
    verify.update(last);
    tail = Buffer.concat([tail, last.subarray(-trailerSize)]).subarray(-trailerSize);
    entries.push({ name, size: last.length, sha256: createHash('sha256').update(last).digest('hex') });
  }
  if (!verify.verify(key, signature)) {
    throw new SignatureFault('update.sig does not hold: the contents were changed, or another key has signed them');
  }
  const size = manifestSize(tail);
  if (size === undefined) {
    const note =
      'names of entries, their boundaries and modes are not signed: dfota sign adds a manifest that says them';
    return { message: 'update.sig holds for the contents of all entries', notes: [note] };
  }
  if (size > largestSignedManifestBytes)
    throw new SignatureFault('the manifest claims more bytes than any package needs');
  await holdManifest(file, entries, last, signature);
  return { message: 'update.sig and the manifest hold for every byte of the package', notes: [] };
}

async function read(reader: PackageReader, name: string): Promise<Buffer<ArrayBuffer>> {
  try {
    const bytes = await reader.read(name);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    if (error instanceof UnreadablePackage) throw new SignatureFault(error.message);
    throw error;
  }
}
