/**
 * The store behind an archive of builds: a folder with
 *
 *   archive.json          says that it is one
 *   builds/NAME.json      a manifest for each build
 *   blobs/ab/SHA-256      contents by their digest; `.z` behind the name where they are deflated
 *
 * A content is stored once, however many builds and paths have it. Files are never changed: they are written under a temporary name
 * and renamed, manifests after all their contents.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { asInputError, systemCode } from '../../files/system-error.js';
import { isSha256, type Sha256, sha256Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { compareBytes } from '../../model/path.js';
import { type Manifest, parseManifest } from './manifest.js';

const marker = `${JSON.stringify({ format: 'dfota-archive', version: 1 })}\n`;
const largestManifest = 512 * 1024 * 1024;
/** Deflating what hardly gets smaller only costs time when it is read. */
const worthwhile = 0.95;

/** A content as it lies in the store. */
export interface StoredBlob {
  readonly sha256: Sha256;
  readonly file: string;
  readonly deflated: boolean;
  /** Bytes on disk. */
  readonly storedSize: number;
}

/** Throws InputError unless the folder is an archive. */
export async function requireArchive(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'archive.json'), 'utf8').catch(() => undefined);
  if (text === marker) return;
  throw new InputError({
    code: 'archive-none',
    place: { file: folder },
    message: text === undefined ? 'the folder is no archive of builds' : 'the archive is of a kind that is not known',
    remedy: 'make one with dfota archive add BUILD --to FOLDER',
  });
}

/** Makes an archive of a folder that is missing or empty; leaves one that is an archive as it is. Throws InputError for any other folder. */
export async function createArchive(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const names = await readdir(folder);
    if (names.includes('archive.json')) return await requireArchive(folder);
    if (names.length > 0) {
      throw new InputError({
        code: 'archive-folder-filled',
        place: { file: folder },
        message: 'the folder is no archive of builds, and it is not empty',
        remedy: 'name an archive, an empty folder, or one that does not exist yet',
      });
    }
    await mkdir(join(folder, 'builds'));
    await mkdir(join(folder, 'blobs'));
    await writeWhole(join(folder, 'archive.json'), Buffer.from(marker));
  } catch (error) {
    throw asInputError(error, folder);
  }
}

/**
 * Writes a file under a temporary name beside it, then renames it. `safe` waits until it is on the disk; contents need not, for what a power
 * cut takes of them shows by their digest, and waiting for each of thousands takes longer than all else.
 */
export async function writeWhole(file: string, bytes: Uint8Array, safe = true): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, 'w', 0o644);
    try {
      await handle.writeFile(bytes);
      if (safe) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Runs a step while no other process changes the archive. Throws InputError when one does. */
export async function locked<T>(folder: string, step: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'lock');
  try {
    await (await open(lock, 'wx')).close();
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw asInputError(error, folder);
    throw new InputError({
      code: 'archive-locked',
      place: { file: lock },
      message: 'another process is adding to this archive, or one was killed while it did',
      remedy: 'wait for it; if there is none, delete this file',
    });
  }
  try {
    return await step();
  } finally {
    await rm(lock, { force: true });
  }
}

function blobFolder(folder: string, sha256: Sha256): string {
  return join(folder, 'blobs', sha256.slice(0, 2));
}

/** Where a content lies; `undefined` when the store does not have it. */
export async function findBlob(folder: string, sha256: Sha256): Promise<StoredBlob | undefined> {
  for (const deflated of [false, true]) {
    const file = join(blobFolder(folder, sha256), deflated ? `${sha256}.z` : sha256);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return { sha256, file, deflated, storedSize: found.size };
  }
  return undefined;
}

/** Stores a content that the store does not have. Returns it as stored. */
export async function addBlob(folder: string, sha256: Sha256, bytes: Uint8Array): Promise<StoredBlob> {
  const packed = deflateRawSync(bytes);
  const deflated = packed.length < bytes.length * worthwhile;
  const file = join(blobFolder(folder, sha256), deflated ? `${sha256}.z` : sha256);
  const content = deflated ? packed : bytes;
  await mkdir(blobFolder(folder, sha256), { recursive: true });
  await writeWhole(file, content, false);
  return { sha256, file, deflated, storedSize: content.length };
}

/** A content of `size` bytes, held against its digest. Throws InputError when it is missing or damaged. */
export async function readBlob(folder: string, sha256: Sha256, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await findBlob(folder, sha256);
  if (blob === undefined) {
    throw new InputError({
      code: 'archive-blob-missing',
      place: { file: join(blobFolder(folder, sha256), sha256) },
      message: 'a content of the archive is missing',
      remedy: 'restore the archive from a copy, or add the build again',
    });
  }
  const bytes = await unpack(blob, size);
  if (bytes !== undefined && bytes.length === size && sha256Of(bytes) === sha256) return bytes;
  throw damagedBlob(blob);
}

/** Holds a content against its digest without a size to expect. */
export async function checkBlob(
  blob: StoredBlob,
  largest: number,
): Promise<{ readonly whole: boolean; readonly size: number }> {
  const bytes = await unpack(blob, largest);
  return { whole: bytes !== undefined && sha256Of(bytes) === blob.sha256, size: bytes?.length ?? 0 };
}

/** The error of a content that does not have its digest. */
export function damagedBlob(blob: StoredBlob): InputError {
  return new InputError({
    code: 'archive-blob-damaged',
    place: { file: blob.file },
    message: 'a content of the archive does not have the digest of its name',
    remedy: 'delete the file and add a build that has this content again, or restore the archive from a copy',
  });
}

async function unpack(blob: StoredBlob, largest: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readFile(blob.file);
  } catch (error) {
    throw asInputError(error, blob.file);
  }
  if (!blob.deflated) return bytes;
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(1, largest) });
  } catch {
    return undefined;
  }
}

/** All contents of the store, in byte order. Files with other names are passed over. */
export async function listBlobs(folder: string): Promise<readonly StoredBlob[]> {
  const blobs: StoredBlob[] = [];
  for (const part of (await readdir(join(folder, 'blobs'))).sort(compareBytes)) {
    if (!/^[0-9a-f]{2}$/.test(part)) continue;
    for (const name of (await readdir(join(folder, 'blobs', part))).sort(compareBytes)) {
      const sha256 = name.replace(/\.z$/, '');
      if (!isSha256(sha256)) continue;
      const file = join(folder, 'blobs', part, name);
      blobs.push({ sha256, file, deflated: name.endsWith('.z'), storedSize: (await stat(file)).size });
    }
  }
  return blobs;
}

/** The file of a build's manifest: readable, and unique through its digest. */
export function manifestFile(folder: string, revision: string, digest: Sha256): string {
  const readable = revision
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 100);
  return join(folder, 'builds', `${readable}-${digest.slice(0, 12)}.json`);
}

/** Reads all manifests; what cannot be read is returned as errors. */
export async function readManifests(
  folder: string,
): Promise<{ readonly manifests: readonly Manifest[]; readonly errors: readonly InputError[] }> {
  await requireArchive(folder);
  const manifests: Manifest[] = [];
  const errors: InputError[] = [];
  const names = (await readdir(join(folder, 'builds'))).filter((name) => name.endsWith('.json'));
  for (const name of names.sort(compareBytes)) {
    const file = join(folder, 'builds', name);
    try {
      if ((await stat(file)).size > largestManifest) {
        throw new InputError({ code: 'archive-manifest', place: { file }, message: 'the manifest is too large' });
      }
      manifests.push(parseManifest(await readFile(file, 'utf8'), file));
    } catch (error) {
      const told = asInputError(error, file);
      if (!(told instanceof InputError)) throw told;
      errors.push(told);
    }
  }
  manifests.sort((a, b) => compareBytes(a.build.revision, b.build.revision));
  return { manifests, errors };
}
