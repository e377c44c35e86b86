/** Archives on servers: their addresses, their token, and the folder in which this machine keeps what was fetched. */
import { dirname, join } from 'node:path';
import { InputError, UsageError } from '../../model/errors.js';
import { largestArchiveCopyBytes } from '../../model/limits/archive.js';
import type { PatchCache } from '../../model/patch-cache.js';
import type { RemoteArchiveOptions } from '../../store/archive/remote.js';
import { isCacheUrl } from '../../store/cache/address.js';
import { openPatchCache } from '../../store/cache/folder.js';
import { patchCacheFolder } from '../cache/user-folder.js';

/** Where what was fetched is kept: plain data. */
export interface ArchiveCopies {
  /** A folder; the user's own without it. */
  readonly folder?: string | undefined;
  readonly maxBytes?: number | undefined;
}

/** Whether the name of an archive, or of a folder, is an address. */
export function isArchiveUrl(name: string): boolean {
  return isCacheUrl(name);
}

/** The address without a slash at its end. Throws UsageError where it is none. */
export function archiveAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url !== undefined && /^https?:$/.test(url.protocol);
  if (known && [url.search, url.hash, url.username, url.password].every((part) => part === '')) {
    return url.href.replace(/\/+$/, '');
  }
  throw new UsageError({
    code: 'archive-url',
    message: 'the address of the archive is not valid',
    // A password must not come to a log.
    found: text.replace(/\/\/[^/@]*@/, '//…@'),
    expected: 'http://HOST:PORT/PATH or https://HOST/PATH, without user, password, query and fragment',
    remedy: 'a token goes into the variable DFOTA_ARCHIVE_TOKEN',
  });
}

/** What is needed to ask the server. Throws UsageError for an address that is none, InputError where the folder that was named cannot be made. */
export async function remoteArchive(
  address: string,
  { folder, maxBytes = largestArchiveCopyBytes }: ArchiveCopies = {},
): Promise<RemoteArchiveOptions> {
  const url = archiveAddress(address);
  const token = process.env.DFOTA_ARCHIVE_TOKEN || undefined;
  return { url, token, kept: await openCopies(folder, maxBytes) };
}

/** The user's own folder only saves time: without it everything is fetched anew. */
async function openCopies(folder: string | undefined, maxBytes: number): Promise<PatchCache | undefined> {
  if (folder !== undefined) return openPatchCache({ directory: folder, own: false, maxBytes });
  const patches = patchCacheFolder();
  if (patches === undefined) return undefined;
  try {
    return await openPatchCache({ directory: join(dirname(patches), 'builds'), own: false, maxBytes });
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
