/** The files of a cache's folder: an entry is the digest of its bytes and the bytes, under its key. */
import { Buffer } from 'node:buffer';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readBounded, readBoundedFile } from '../../files/bounded-read.js';
import { writeBytes } from '../../files/output.js';
import { isTemporaryName } from '../../files/temporary.js';
import { isSha256, type Sha256, sha256Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { largestCacheEntryBytes } from '../../model/limits/cache.js';

const magic = 'dfota patch cache 1\n';
const headerSize = magic.length + 64 + 1;

const readLimits = {
  limit: largestCacheEntryBytes + headerSize,
  code: 'cache-entry-wrong',
  what: 'an entry of a cache',
} as const;

/** What a crashed process may have left is swept when it is this old, in milliseconds. */
const staleAfter = 24 * 3600 * 1000;

/** What is taken away. */
interface Trimming {
  readonly maxBytes: number;
  /** Entries that were not used since then, in milliseconds of the epoch. */
  readonly olderThan?: number | undefined;
}

/** Takes away what crashed runs left, what was not used since a day, and what was not used for longest until the limit is kept. */
export async function trimFolder(
  directory: string,
  { maxBytes, olderThan = 0 }: Trimming,
): Promise<readonly StoredEntry[]> {
  const removed: StoredEntry[] = [];
  const entries = [...(await listEntries(directory))];
  let total = entries.reduce((sum, entry) => sum + entry.size, 0);
  for (const entry of entries.sort((a, b) => a.usedAt - b.usedAt)) {
    const isStale = entry.file.endsWith('.tmp') && Date.now() - entry.usedAt > staleAfter;
    if (total <= maxBytes && !isStale && entry.usedAt >= olderThan) continue;
    await quietly(() => rm(entry.file, { force: true }));
    total -= entry.size;
    removed.push(entry);
  }
  return removed;
}

/** Where an entry lies. */
export function entryFile(directory: string, key: Sha256): string {
  return join(directory, key.slice(0, 2), key);
}

/** Writes an entry: it is there complete or not at all. Rejects with the disk's error. */
export async function writeEntry(directory: string, key: Sha256, bytes: Uint8Array): Promise<void> {
  await mkdir(join(directory, key.slice(0, 2)), { recursive: true });
  const entry = Buffer.concat([Buffer.from(`${magic}${sha256Of(bytes)}\n`), bytes]);
  // What a loss of power takes of an entry shows by its digest.
  await writeBytes(entryFile(directory, key), entry, { durable: false });
}

/** The bytes behind the header, if they are those that were written. */
function checkedEntry(stored: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  if (stored.length < headerSize) return undefined;
  const header = Buffer.from(stored.subarray(0, headerSize)).toString('latin1');
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset + headerSize, stored.length - headerSize);
  return header === `${magic}${sha256Of(bytes)}\n` ? bytes : undefined;
}

/** An entry's bytes, and when it was last used, in milliseconds of the epoch. */
interface UsedEntry {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly usedAt: number;
}

/** An entry, whole and held against its digest. */
export async function readUsedEntry(directory: string, key: Sha256): Promise<UsedEntry | 'missing' | 'damaged'> {
  const stored = await quietly(() => readBoundedFile(entryFile(directory, key), readLimits));
  if (stored === undefined) return 'missing';
  const bytes = checkedEntry(stored.bytes);
  return bytes === undefined ? 'damaged' : { bytes, usedAt: stored.changedAt };
}

/** The bytes of an entry, whole and held against their digest. */
export async function readEntry(
  directory: string,
  key: Sha256,
): Promise<Uint8Array<ArrayBuffer> | 'missing' | 'damaged'> {
  const entry = await readUsedEntry(directory, key);
  return typeof entry === 'string' ? entry : entry.bytes;
}

/** What a server was given, and no record names yet: below this folder, by digest. */
const waitingFolder = 'waiting';

/** Keeps a content until a record names it. Rejects with the disk's error. */
export async function writeWaiting(directory: string, sha256: Sha256, bytes: Uint8Array): Promise<void> {
  await mkdir(join(directory, waitingFolder), { recursive: true });
  await writeBytes(join(directory, waitingFolder, sha256), bytes, { durable: false });
}

/** A content that waits, whole; undefined where there is none. */
export async function readWaiting(directory: string, sha256: Sha256): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await quietly(() => readBounded(join(directory, waitingFolder, sha256), readLimits));
  return bytes !== undefined && sha256Of(bytes) === sha256 ? bytes : undefined;
}

/** Takes a content away that waits no longer. */
export async function removeWaiting(directory: string, sha256: Sha256): Promise<void> {
  await quietly(() => rm(join(directory, waitingFolder, sha256), { force: true }));
}

/** The keys of all entries, with the digest that each states of its content. */
export async function* entryKeys(
  directory: string,
): AsyncGenerator<{ readonly key: Sha256; readonly digest: Sha256; readonly entry: StoredEntry }> {
  for (const entry of await listEntries(directory)) {
    const key = basename(entry.file);
    if (!isSha256(key) || basename(dirname(entry.file)) === waitingFolder) continue;
    const digest = await quietly(() => statedDigest(entry.file));
    if (digest !== undefined) yield { key, digest, entry };
  }
}

async function statedDigest(file: string): Promise<Sha256 | undefined> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerSize), 0, headerSize, 0);
    const header = buffer.subarray(0, bytesRead).toString('latin1');
    const digest = header.slice(magic.length, -1);
    return header.startsWith(magic) && isSha256(digest) ? digest : undefined;
  } finally {
    await handle.close();
  }
}

/** A file of the cache. */
export interface StoredEntry {
  readonly file: string;
  readonly size: number;
  readonly usedAt: number;
}

/** The files of the cache, left-overs of crashed runs among them. */
export async function listEntries(directory: string): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for (const folder of (await quietly(() => readdir(directory))) ?? []) {
    // Nothing else in the folder is ours to remove.
    if (!/^[0-9a-f]{2}$/.test(folder) && folder !== waitingFolder) continue;
    for (const name of (await quietly(() => readdir(join(directory, folder)))) ?? []) {
      if (!/^[0-9a-f]{64}(\.[0-9a-f-]{36}\.tmp)?$/.test(name) && !isTemporaryName(name)) continue;
      const file = join(directory, folder, name);
      const found = await quietly(() => stat(file));
      if (found !== undefined) entries.push({ file, size: found.size, usedAt: found.mtimeMs });
    }
  }
  return entries;
}

/** A disk that fails is a cache that has nothing. */
export async function quietly<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof InputError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}
