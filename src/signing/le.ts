/** The scheme of Linux-Embedded recoveries: the entry update.sig, a raw signature of the contents of all others. */
import { createHash } from 'node:crypto';
import type { ByteSource } from '../model/byte-source.js';
import { InputError } from '../model/errors.js';
import { sdx6x } from '../model/layout.js';
import { contentOf } from './entry-content.js';
import { type ManifestLine, manifestText } from './manifest.js';
import type { PackageLayout } from './package-layout.js';
import { bytesOf, keepEntries, type Piece } from './pieces.js';
import type { Signer } from './signer.js';
import { centralRecord, endRecord, localHeader } from './zip-records.js';

const signatureName = sdx6x.packageSignature;
const manifestName = sdx6x.packageManifest;

/** The number of entries that says that a zip is a zip64. */
const zip64Count = 0xffff;

/** A signed package that can be written. */
export interface SignedPieces {
  readonly pieces: readonly Piece[];
  /** What was signed, SHA-256. */
  readonly digest: Buffer;
}

/** Signs the contents, and the manifest as the last of them. A signature and a manifest that are there, and the comment, are left out. */
export async function signLe(source: ByteSource, layout: PackageLayout, signer: Signer): Promise<SignedPieces> {
  const kept = keepEntries(layout.entries, ({ name }) => name !== signatureName && name !== manifestName);
  const all = createHash('sha256');
  const lines: ManifestLine[] = [];
  for (const entry of layout.entries) {
    if (entry.name === signatureName || entry.name === manifestName) continue;
    const own = createHash('sha256');
    for await (const chunk of contentOf(source, entry)) {
      all.update(chunk);
      own.update(chunk);
    }
    const { name, mode, size } = entry;
    lines.push({ name, mode, size, sha256: own.digest('hex') });
  }
  const frame = createHash('sha256');
  for await (const chunk of bytesOf(source, kept.pieces)) frame.update(chunk);
  const manifest = manifestText(lines, {
    length: kept.length,
    sha256: frame.digest('hex'),
    directorySha256: createHash('sha256').update(Buffer.concat(kept.records)).digest('hex'),
  });
  const digest = all.update(manifest).digest();
  const signature = await signer.sign(digest);

  const manifestHeader = localHeader(manifestName, manifest);
  const signatureOffset = kept.length + manifestHeader.length + manifest.length;
  const signatureHeader = localHeader(signatureName, signature);
  const directoryOffset = signatureOffset + signatureHeader.length + signature.length;
  const directory = Buffer.concat([
    ...kept.records,
    centralRecord(manifestName, manifest, kept.length),
    centralRecord(signatureName, signature, signatureOffset),
  ]);
  const count = kept.records.length + 2;
  const tooMany = count >= zip64Count;
  if (tooMany || directoryOffset + directory.length >= 0xffff_ffff) {
    throw new InputError({
      code: tooMany ? 'package-entries' : 'package-size',
      place: { file: source.name },
      message: 'with the signature the package is larger than a device reads',
      remedy: 'update in two steps, or fewer parts at a time',
    });
  }
  const end = endRecord(count, directory.length, directoryOffset);
  return {
    pieces: [...kept.pieces, manifestHeader, manifest, signatureHeader, signature, directory, end],
    digest,
  };
}
