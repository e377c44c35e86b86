/**
 * Writes a targetfiles.zip as the note's `zip -qry0` does: entries stored, links as links, directories present, Unix modes.
 * Unlike that one it depends on nothing but its entries: byte order, one fixed date, no extra fields with the packer's ids.
 * Why zip.js and not archiver: docs/decisions/0010-targetfiles-writer.md.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { type OutputSink, writeOutput } from '../files/output.js';
import { type Sha256, toSha256 } from '../model/digest.js';
import { compareBytes, displayName, toBytes } from '../model/path.js';
import { type OnProgress, silent } from '../model/progress.js';
import { zipDate } from './zip-date.js';

/** An entry of a targetfiles.zip. `mode` has no type bits. */
export type TargetFilesEntry = {
  /** One unit a byte, without a trailing slash. */
  readonly path: string;
} & (
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'link'; readonly destination: string }
  | { readonly kind: 'file'; readonly mode: number; readonly size: number; readonly read: () => Promise<Uint8Array> }
);

/** What was written. */
export interface WrittenTargetFiles {
  /** Bytes. */
  readonly size: number;
  readonly sha256: Sha256;
}

export interface TargetFilesOptions {
  /** Called with the finished temporary file, before it gets its name. */
  readonly check?: ((temporaryFile: string) => Promise<void>) | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Made on Unix (3) by a program of version 3.0, as Info-ZIP says. */
const madeBy = 0x031e;
const directoryMark = 0x10;

function attributesOf(entry: TargetFilesEntry): number {
  switch (entry.kind) {
    case 'directory':
      return (((0o040000 | entry.mode) << 16) | directoryMark) >>> 0;
    case 'link':
      return (0o120777 << 16) >>> 0;
    case 'file':
      return ((0o100000 | entry.mode) << 16) >>> 0;
    default:
      return entry satisfies never;
  }
}

async function bytesOf(entry: TargetFilesEntry): Promise<Uint8Array> {
  switch (entry.kind) {
    case 'directory':
      return new Uint8Array(0);
    case 'link':
      return toBytes(entry.destination);
    case 'file':
      return entry.read();
    default:
      return entry satisfies never;
  }
}

/**
 * Writes the entries in byte order of their paths as `output`: under a temporary name beside it, checked, then renamed. A file
 * that was there is replaced in that last step; on failure it stays and nothing else is left. Same entries, same bytes.
 * Throws InputError when the output cannot be written.
 */
export async function writeTargetFilesZip(
  entries: readonly TargetFilesEntry[],
  output: string,
  options: TargetFilesOptions = {},
): Promise<WrittenTargetFiles> {
  const { check, signal } = options;
  return writeOutput(output, (file) => writeEntries(entries, file, options), { check, signal });
}

async function writeEntries(
  entries: readonly TargetFilesEntry[],
  file: OutputSink,
  options: TargetFilesOptions,
): Promise<WrittenTargetFiles> {
  const hash = createHash('sha256');
  let size = 0;
  const sink = new WritableStream<Uint8Array>({
    write: async (bytes) => {
      await file.write(bytes);
      hash.update(bytes);
      size += bytes.length;
    },
  });
  const zip = new ZipWriter(sink, {
    versionMadeBy: madeBy,
    version: 20,
    rawLastModDate: zipDate,
    extendedTimestamp: false,
    dataDescriptor: false,
    useUnicodeFileNames: false,
    // Names are bytes already, one a unit.
    encodeText: (text) => Uint8Array.from(toBytes(text)),
    useWebWorkers: false,
    keepOrder: true,
  });
  const sorted = [...entries].sort((a, b) => compareBytes(nameOf(a), nameOf(b)));
  const totalBytes = sorted.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
  let doneBytes = 0;
  for (const [index, entry] of sorted.entries()) {
    options.signal?.throwIfAborted();
    const bytes = await bytesOf(entry);
    await zip.add(nameOf(entry), new Uint8ArrayReader(Uint8Array.from(bytes)), {
      directory: entry.kind === 'directory',
      passThrough: 'compressed',
      compressionMethod: 0,
      uncompressedSize: bytes.length,
      crc32: crc32(bytes),
      externalFileAttributes: attributesOf(entry),
    });
    doneBytes += entry.kind === 'file' ? bytes.length : 0;
    (options.onProgress ?? silent)({
      stage: 'write',
      doneBytes,
      totalBytes,
      doneItems: index + 1,
      totalItems: sorted.length,
      item: displayName(entry.path),
    });
  }
  await zip.close();
  return { size, sha256: toSha256(hash.digest('hex')) };
}

function nameOf(entry: TargetFilesEntry): string {
  return entry.kind === 'directory' ? `${entry.path}/` : entry.path;
}
