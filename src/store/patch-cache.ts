import { Buffer } from 'node:buffer';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { writeBytes } from '../files/output.js';
import { isTemporaryName } from '../files/temporary.js';
import { type Sha256, sha256Of } from '../model/digest.js';
import { InputError } from '../model/errors.js';
import { largestCacheBytes } from '../model/limits/explain.js';
import type { PatchCache } from '../model/patch-cache.js';

export interface PatchCacheOptions {
  readonly directory: string;
  /** Bytes of all entries together, kept by trim(). 2 GiB by default. */
  readonly maxBytes?: number | undefined;
}

const magic = 'dfota patch cache 1\n';
const headerSize = magic.length + 64 + 1;

/** What a crashed process may have left is swept when it is this old, in milliseconds. */
const staleAfter = 24 * 3600 * 1000;

/** Where results are kept if nobody says otherwise: the user's cache folder of this system. */
export function defaultCacheDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string {
  const home = homedir();
  if (platform === 'win32') {
    return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'dfota', 'Cache', 'patches');
  }
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'dfota', 'patches');
  const xdg = environment.XDG_CACHE_HOME;
  // The specification: a relative path is to be ignored.
  return join(xdg?.startsWith('/') ? xdg : join(home, '.cache'), 'dfota', 'patches');
}

/**
 * A folder of results that any number of processes may use at once, on one machine or on a shared disk:
 *
 *  1. an entry is a file `ab/<key>`, with the digest of its bytes in front of them;
 *  2. it is written under a name of its own and renamed, so that it is there complete or not at all; two processes that
 *     write the same key write the same bytes, and the last one stays;
 *  3. it is read as a whole and held against its digest; what does not agree is removed, and is a miss;
 *  4. reading refreshes its date; trim() removes the oldest. An entry that another process removes meanwhile is a miss.
 *
 * Throws InputError when the folder cannot be made. After that no fault of the disk is an error.
 */
export async function openPatchCache(options: PatchCacheOptions): Promise<PatchCache> {
  const { directory } = options;
  const limit = options.maxBytes ?? largestCacheBytes;
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw new InputError(
      {
        code: 'cache-folder',
        place: { file: directory },
        message: 'the folder for the patch cache cannot be made',
        found: cause instanceof Error ? cause.message : String(cause),
        remedy: 'name another folder with --cache, or use --no-cache',
      },
      { cause },
    );
  }
  const folderOf = (key: Sha256): string => join(directory, key.slice(0, 2));
  const fileOf = (key: Sha256): string => join(folderOf(key), key);

  return {
    get: async (key) => {
      const file = fileOf(key);
      const stored = await quietly(() => readFile(file));
      if (stored === undefined) return undefined;
      const bytes = checked(stored);
      if (bytes === undefined) await quietly(() => rm(file, { force: true }));
      else await quietly(() => utimes(file, new Date(), new Date()));
      return bytes;
    },
    put: async (key, bytes) => {
      await quietly(async () => {
        await mkdir(folderOf(key), { recursive: true });
        const entry = Buffer.concat([Buffer.from(`${magic}${sha256Of(bytes)}\n`), bytes]);
        // What a loss of power takes of an entry shows by its digest.
        await writeBytes(fileOf(key), entry, { durable: false });
      });
    },
    trim: async () => {
      const entries = await listEntries(directory);
      let total = entries.reduce((sum, entry) => sum + entry.size, 0);
      for (const entry of entries.sort((a, b) => a.usedAt - b.usedAt)) {
        const isStale = entry.file.endsWith('.tmp') && Date.now() - entry.usedAt > staleAfter;
        if (total <= limit && !isStale) continue;
        await quietly(() => rm(entry.file, { force: true }));
        total -= entry.size;
      }
    },
  };
}

/** The bytes behind the header, if they are those that were written. */
function checked(stored: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const header = Buffer.from(stored.subarray(0, headerSize)).toString('latin1');
  const bytes = new Uint8Array(stored.subarray(headerSize));
  return header === `${magic}${sha256Of(bytes)}\n` ? bytes : undefined;
}

interface StoredEntry {
  readonly file: string;
  readonly size: number;
  readonly usedAt: number;
}

async function listEntries(directory: string): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for (const folder of (await quietly(() => readdir(directory))) ?? []) {
    // Nothing else in the folder is ours to remove.
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
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
async function quietly<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof InputError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}
