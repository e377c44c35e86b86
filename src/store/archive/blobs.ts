/** The contents of an archive: files named after their SHA-256, deflated where that helps. What is read is held against that name. */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { writeBytes } from '../../files/output.js';
import { asInputError, systemCode } from '../../files/system-error.js';
import { isSha256, type Sha256, sha256Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { largestFileBytes } from '../../model/limits.js';
import { compareBytes } from '../../model/path.js';

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

/** What became of a content that was to be kept. */
export interface KeptBlob {
  readonly blob: StoredBlob;
  /** `there`: it was, and has its digest. `repaired`: what was there was damaged, and has been replaced. `new`: it was not there. */
  readonly outcome: 'there' | 'repaired' | 'new';
}

function blobFolder(folder: string, sha256: Sha256): string {
  return join(folder, 'blobs', sha256.slice(0, 2));
}

function blobFile(folder: string, sha256: Sha256, deflated: boolean): string {
  return join(blobFolder(folder, sha256), deflated ? `${sha256}.z` : sha256);
}

/** The files that a content lies in: one, or both forms, or none when the store does not have it. */
export async function findBlobs(folder: string, sha256: Sha256): Promise<readonly StoredBlob[]> {
  const blobs: StoredBlob[] = [];
  for (const deflated of [false, true]) {
    const file = blobFile(folder, sha256, deflated);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) blobs.push({ sha256, file, deflated, storedSize: found.size });
  }
  return blobs;
}

/**
 * Sees to it that the store has a content, whole: what is there is held against its digest, and replaced when it is damaged. What is
 * written need not be on the disk yet. Throws InputError when it cannot be written.
 */
export async function keepBlob(folder: string, sha256: Sha256, bytes: Uint8Array): Promise<KeptBlob> {
  const found = await findBlobs(folder, sha256);
  const damaged: StoredBlob[] = [];
  let whole: StoredBlob | undefined;
  for (const blob of found) {
    if (!(await isWhole(blob, bytes.length))) damaged.push(blob);
    else whole ??= blob;
  }
  const removeDamaged = async (but?: string): Promise<void> => {
    for (const { file } of damaged) if (file !== but) await rm(file, { force: true });
  };
  if (whole !== undefined) {
    await removeDamaged();
    return { blob: whole, outcome: damaged.length > 0 ? 'repaired' : 'there' };
  }
  const packed = deflateRawSync(bytes);
  const deflated = packed.length < bytes.length * worthwhile;
  const file = blobFile(folder, sha256, deflated);
  const content = deflated ? packed : bytes;
  await mkdir(blobFolder(folder, sha256), { recursive: true });
  await writeBytes(file, content, { durable: false });
  // The damaged one in the other form would be found first.
  await removeDamaged(file);
  const blob = { sha256, file, deflated, storedSize: content.length };
  return { blob, outcome: found.length > 0 ? 'repaired' : 'new' };
}

async function isWhole(blob: StoredBlob, size: number): Promise<boolean> {
  return blob.deflated || blob.storedSize === size ? (await checkBlob(blob)).whole : false;
}

/** A content of `size` bytes, held against its digest. Throws InputError when it is missing or damaged. */
export async function readBlob(folder: string, sha256: Sha256, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const found = await findBlobs(folder, sha256);
  for (const blob of found) {
    let stored: Uint8Array<ArrayBuffer>;
    try {
      stored = await readFile(blob.file);
    } catch (error) {
      throw asInputError(error, blob.file);
    }
    const bytes = unpack(blob, stored, size);
    if (bytes !== undefined && bytes.length === size && sha256Of(bytes) === sha256) return withOwnMemory(bytes);
  }
  const [damaged] = found;
  if (damaged !== undefined) throw damagedBlob(folder, damaged);
  throw new InputError({
    code: 'archive-blob-missing',
    place: { file: blobFile(folder, sha256, false) },
    message: 'content is missing from the archive',
    remedy: addAgain(folder),
  });
}

/** Small buffers lie in memory that Node shares among them, and that cannot be handed to a thread. */
function withOwnMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.buffer.byteLength === bytes.length ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
}

/** Holds a content against its digest. One that cannot be read is not whole. */
export async function checkBlob(blob: StoredBlob): Promise<{ readonly whole: boolean; readonly size: number }> {
  const stored = await readFile(blob.file).catch(() => undefined);
  const bytes = stored && unpack(blob, stored, largestFileBytes);
  return { whole: bytes !== undefined && sha256Of(bytes) === blob.sha256, size: bytes?.length ?? 0 };
}

/** What mends whatever is missing or damaged of a build in an archive. */
export function addAgain(folder: string): string {
  return `add a build that has it again, with dfota archive add BUILD --to ${folder}; or restore the archive from a copy`;
}

/** The error of a content that does not have its digest. */
export function damagedBlob(folder: string, blob: StoredBlob): InputError {
  return new InputError({
    code: 'archive-blob-damaged',
    place: { file: blob.file },
    message: 'content of the archive is damaged: its SHA-256 is not the one in its name',
    remedy: addAgain(folder),
  });
}

function unpack(
  { deflated }: StoredBlob,
  stored: Uint8Array<ArrayBuffer>,
  largest: number,
): Uint8Array<ArrayBuffer> | undefined {
  if (!deflated) return stored;
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(1, largest) });
  } catch {
    return undefined;
  }
}

/** All contents of the store, in byte order. Files with other names are passed over. */
export async function listBlobs(folder: string): Promise<readonly StoredBlob[]> {
  const blobs: StoredBlob[] = [];
  for (const part of await blobFolders(folder)) {
    for (const name of (await readdir(join(folder, 'blobs', part))).sort(compareBytes)) {
      const sha256 = name.replace(/\.z$/, '');
      const file = join(folder, 'blobs', part, name);
      const found = isSha256(sha256) ? await stat(file).catch(() => undefined) : undefined;
      if (!isSha256(sha256) || !found?.isFile()) continue;
      blobs.push({ sha256, file, deflated: name.endsWith('.z'), storedSize: found.size });
    }
  }
  return blobs;
}

/** The folders below blobs/ that are the store's, in byte order. */
export async function blobFolders(folder: string): Promise<readonly string[]> {
  const names = await namesIn(join(folder, 'blobs'));
  return names.filter((name) => /^[0-9a-f]{2}$/.test(name)).sort(compareBytes);
}

/** The names in a folder of the archive; none when the folder is lost. Throws InputError when it cannot be read. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw asInputError(error, folder);
  }
}
