import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Sha256 } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { largestCacheBytes } from '../../model/limits/cache.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { entryFile, quietly, readUsedEntry, trimFolder, writeEntry } from './entries.js';
import { CacheFaults } from './faults.js';

export interface PatchCacheOptions {
  readonly directory: string;
  /** Bytes of all entries together, kept by trim(). 2 GiB by default. */
  readonly maxBytes?: number | undefined;
  /** Only this user's own runs write into it; true unless said otherwise. */
  readonly own?: boolean | undefined;
  /** Nothing is put. */
  readonly readOnly?: boolean | undefined;
}

/** The date of an entry that was used since then, in milliseconds, is left as it is: runs that follow each other write nothing. */
const refreshedAfter = 3600 * 1000;

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
 *  4. reading refreshes a date that is older than an hour; trim() removes the oldest. An entry that another process removes meanwhile is a miss.
 *
 * Throws InputError when the folder cannot be made. After that no fault of the disk is an error.
 */
export async function openPatchCache(options: PatchCacheOptions): Promise<PatchCache> {
  const { directory, own = true, readOnly = false } = options;
  const faults = new CacheFaults();
  const limit = options.maxBytes ?? largestCacheBytes;
  try {
    if (!readOnly) await mkdir(directory, { recursive: true });
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
  const fileOf = (key: Sha256): string => entryFile(directory, key);
  const remove = async (key: Sha256, what: string): Promise<void> => {
    if (!readOnly) await quietly(() => rm(fileOf(key), { force: true }));
    faults.add({
      code: 'cache-entry-wrong',
      place: { file: directory, entry: key },
      message: readOnly
        ? 'the patch cache gave what is wrong; it was made anew, and stays there, because nothing is written'
        : 'the patch cache gave what is wrong; it was made anew and replaced',
      found: what,
      remedy: 'check the disk, and who else writes into the folder',
    });
  };

  return {
    own,
    get: async (key) => {
      const found = await readUsedEntry(directory, key);
      if (found === 'damaged') await remove(key, 'a damaged entry');
      if (typeof found === 'string') return undefined;
      const now = Date.now();
      if (!readOnly && Math.abs(now - found.usedAt) >= refreshedAfter)
        await quietly(() => utimes(fileOf(key), now / 1000, now / 1000));
      return found.bytes;
    },
    has: async (key) => (await quietly(() => stat(fileOf(key)))) !== undefined,
    put: async (key, bytes) => {
      if (!readOnly) await quietly(() => writeEntry(directory, key, bytes));
    },
    reject: (key) => remove(key, 'a result that does not make what it is meant to make'),
    findings: () => faults.findings(),
    trim: async () => {
      if (!readOnly) await trimFolder(directory, { maxBytes: limit });
    },
  };
}
