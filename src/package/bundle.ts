/**
 * Writes several files as a folder, a zip or a tar.gz: the only importer of archiver. The same files give the same bytes: names in byte order, one date,
 * one mode, stored in a zip, packed by pako in a tar.gz, because the bytes of node:zlib differ between releases of Node.
 */
import { createReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TarArchive, ZipArchive } from 'archiver';
import { Deflate } from 'pako';
import { type OutputSink, writeFolder, writeOutput } from '../files/output.js';
import { asOutputError, systemCode } from '../files/system-error.js';
import { makeTemporaryFolder, removeTemporary } from '../files/temporary.js';
import { InputError } from '../model/errors.js';
import { compareBytes, isWithin } from '../model/path.js';

/** What a bundle is, by the name of its output. */
export type BundleKind = 'folder' | 'zip' | 'tar.gz';

/** `x.zip`, `x.tar.gz`, `x.tgz`; any other name is that of a folder. */
export function bundleKind(output: string): BundleKind {
  if (/\.zip$/i.test(output)) return 'zip';
  return /\.(tar\.gz|tgz)$/i.test(output) ? 'tar.gz' : 'folder';
}

/** The date of everything in an archive. */
const date = new Date('2009-01-01T00:00:00Z');
const mode = 0o644;

/**
 * Makes a bundle of what `fill` writes into a folder; the output appears complete or not at all. Throws InputError when it cannot be written.
 */
export async function writeBundle<T>(
  output: string,
  fill: (folder: string) => Promise<T>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const kind = bundleKind(output);
  if (kind === 'folder') return writeFolder(output, (folder) => told(folder, output, fill), options);
  return writeOutput(
    output,
    async (sink) => {
      const folder = await onDisk(output, () => makeTemporaryFolder(output));
      try {
        const result = await told(folder, output, fill);
        await pack(folder, kind, sink, options.signal);
        return result;
      } finally {
        await removeTemporary(folder);
      }
    },
    options,
  );
}

/** Runs a step that writes into the temporary folder: faults name the bundle that the user asked for, and what of it they are about. */
async function told<T>(folder: string, output: string, fill: (folder: string) => Promise<T>): Promise<T> {
  try {
    return await fill(folder);
  } catch (error) {
    if (!(error instanceof InputError)) throw isFull(error) ? asOutputError(error, output) : error;
    throw new InputError(
      error.faults.map((fault) => {
        const { place } = fault;
        if (place === undefined || !isWithin(place.file, folder)) return fault;
        const entry = place.file.slice(folder.length + 1);
        return { ...fault, place: { ...place, file: output, entry: entry === '' ? place.entry : entry } };
      }),
      { cause: error },
    );
  }
}

/** Whether the file system has no room: a step that nobody else has put into words. */
function isFull(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

async function onDisk<T>(output: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw asOutputError(error, output);
  }
}

/** Makes the folder of a file of the bundle, and gives its path. */
export async function bundlePath(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  return path;
}

async function pack(
  folder: string,
  kind: 'zip' | 'tar.gz',
  sink: OutputSink,
  signal: AbortSignal | undefined,
): Promise<void> {
  const archive = kind === 'zip' ? new ZipArchive({ store: true }) : new TarArchive({ gzip: false });
  for (const name of await filesIn(folder)) archive.append(createReadStream(join(folder, name)), { name, date, mode });
  const ended = archive.finalize();
  // A fault of the archive is thrown by the reading of it too.
  ended.catch(() => {});
  const gzip = kind === 'tar.gz' ? new Deflate({ gzip: true, level: 9 }) : undefined;
  const packed: Uint8Array[] = [];
  if (gzip !== undefined)
    gzip.onData = (chunk) => void packed.push(typeof chunk === 'string' ? Buffer.from(chunk) : new Uint8Array(chunk));
  const take = async (chunk: unknown): Promise<void> => {
    signal?.throwIfAborted();
    if (!(chunk instanceof Uint8Array)) throw new TypeError('an archive gives bytes');
    if (gzip === undefined) await sink.write(chunk);
    else gzip.push(chunk, false);
    for (const bytes of packed.splice(0)) await sink.write(bytes);
  };
  let failed: { readonly error: unknown } | undefined;
  for await (const chunk of archive) {
    // An archive that nobody reads to its end throws where nobody catches, so the rest of it is read and dropped.
    if (failed !== undefined) continue;
    await take(chunk).catch((error: unknown) => {
      failed = { error };
    });
  }
  if (failed !== undefined) throw failed.error;
  await ended;
  gzip?.push(new Uint8Array(0), true);
  for (const bytes of packed.splice(0)) await sink.write(bytes);
}

/** The files below a folder with slashes, in byte order. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
  return names.sort(compareBytes);
}
