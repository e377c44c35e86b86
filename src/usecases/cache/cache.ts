/** Looks after the folder of a patch cache: `dfota cache ls|prune|verify|serve`. */
import { stat } from 'node:fs/promises';
import { asInputError } from '../../files/system-error.js';
import type { CacheCheck, CachedEntry, CacheListing, CachePruning } from '../../model/cache.js';
import { InputError, UsageError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { largestCacheBytes } from '../../model/limits/cache.js';
import type { Ports } from '../../model/ports.js';
import { isCacheUrl } from '../../store/cache/address.js';
import { entryKeys, listEntries, readEntry, type StoredEntry, trimFolder } from '../../store/cache/entries.js';
import { serveCache } from '../../store/cache/server.js';
import { patchCacheFolder } from '../generate/generate-defaults.js';
import { cacheToken } from '../generate/open-cache.js';
import { tcpAddress } from '../module/address.js';

/** Which cache is looked at: plain data. */
export interface CacheRequest {
  /** Its folder; the user's cache without it. */
  readonly cache?: string | undefined;
}

/** What is taken out of a cache: plain data. */
export interface CachePruneRequest extends CacheRequest {
  /** Bytes that may stay. */
  readonly maxSize?: number | undefined;
  /** Days without use after which an entry goes. */
  readonly unusedDays?: number | undefined;
}

/** How a cache is served: plain data. */
export interface CacheServeRequest extends CacheRequest {
  /** `tcp://HOST:PORT`; port 0 is a free one. */
  readonly listen: string;
  readonly maxSize?: number | undefined;
}

/** Ports of the server. */
export interface CacheServePorts extends Ports {
  /** Told once: the address, and whether a token is asked for. */
  readonly onServing?: ((url: string, withToken: boolean) => void) | undefined;
  readonly onRequest?: ((line: string) => void) | undefined;
}

/** What is in the cache. Throws InputError when there is none. */
export async function cacheList(request: CacheRequest): Promise<CacheListing> {
  const cache = await folderOf(request);
  const entries: CachedEntry[] = [];
  for await (const { key, entry } of entryKeys(cache)) {
    entries.push({ key, bytes: entry.size, used: new Date(entry.usedAt).toISOString() });
  }
  entries.sort((a, b) => (a.used === b.used ? (a.key < b.key ? -1 : 1) : a.used < b.used ? 1 : -1));
  return { cache, bytes: bytesOf(await listEntries(cache)), entries };
}

/** Takes out what was not used for longest, and what crashed runs left. Throws InputError when there is no cache. */
export async function cachePrune(
  request: CachePruneRequest,
  { now = () => new Date() }: Ports = {},
): Promise<CachePruning> {
  const cache = await folderOf(request);
  const { maxSize: maxBytes = largestCacheBytes, unusedDays } = request;
  const olderThan = unusedDays === undefined ? 0 : now().getTime() - unusedDays * 24 * 3600 * 1000;
  const removed = await trimFolder(cache, { maxBytes, olderThan });
  const kept = await listEntries(cache);
  return {
    cache,
    removedEntries: removed.length,
    removedBytes: bytesOf(removed),
    keptEntries: kept.length,
    keptBytes: bytesOf(kept),
  };
}

/** Holds every entry against its digest. Whether a patch does what it says is proved when it is used. Throws InputError when there is no cache. */
export async function cacheVerify(request: CacheRequest, { onProgress, signal }: Ports = {}): Promise<CacheCheck> {
  const cache = await folderOf(request);
  const all = await listEntries(cache);
  const totalBytes = bytesOf(all);
  const findings: Finding[] = [];
  const keys = new Set<string>();
  let doneBytes = 0;
  for await (const { key, entry } of entryKeys(cache)) {
    signal?.throwIfAborted();
    keys.add(entry.file);
    if ((await readEntry(cache, key)) === 'damaged') findings.push(damaged(cache, entry));
    doneBytes += entry.size;
    const [doneItems, totalItems] = [keys.size, all.length];
    onProgress?.({ stage: 'cache-verify', doneBytes, totalBytes, doneItems, totalItems, item: key });
  }
  for (const entry of all) if (!keys.has(entry.file) && !isUnderWay(entry)) findings.push(damaged(cache, entry));
  return { cache, entries: all.length, bytes: totalBytes, findings };
}

/** Another run may be writing it, or a server may wait for its record. */
function isUnderWay({ file }: StoredEntry): boolean {
  return file.endsWith('.tmp') || /[\\/]waiting[\\/][^\\/]*$/.test(file);
}

function damaged(cache: string, { file, size }: StoredEntry): Finding {
  return {
    severity: 'error',
    code: 'cache-entry-wrong',
    place: { file },
    message: 'an entry of the cache does not have the digest that it states',
    found: `${size} bytes`,
    remedy: `check the disk; the entry is made anew by the run that meets it, or delete ${cache}, which costs time and nothing else`,
  };
}

function bytesOf(entries: readonly StoredEntry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}

async function folderOf({ cache = patchCacheFolder() }: CacheRequest): Promise<string> {
  if (cache !== undefined && isCacheUrl(cache)) {
    throw new UsageError({
      code: 'cache-url',
      message: 'a shared cache looks after itself: this command is about a folder',
      found: cache,
      remedy: 'run it on the machine that has the folder',
    });
  }
  const found = cache === undefined ? undefined : await stat(cache).catch(() => undefined);
  if (cache !== undefined && found?.isDirectory() === true) return cache;
  throw new InputError({
    code: 'cache-none',
    place: { file: cache ?? '--cache' },
    message: 'there is no folder of a patch cache',
    remedy: 'name one; dfota generate makes it when it first keeps something',
  });
}

/** Serves the folder until the signal; it is made when it is missing. Throws UsageError and InputError. */
export async function cacheServe(request: CacheServeRequest, ports: CacheServePorts = {}): Promise<void> {
  const { signal = new AbortController().signal, onRequest = () => {} } = ports;
  const { host, port } = tcpAddress('--listen', request.listen);
  const directory = await folderOf(request);
  const token = cacheToken();
  const maxBytes = request.maxSize ?? largestCacheBytes;
  const server = await serveCache({ directory, host, port, token, maxBytes, onRequest }).catch((error: unknown) => {
    throw asInputError(error, `${host}:${port}`);
  });
  try {
    const shown = host.includes(':') ? `[${host}]` : host;
    ports.onServing?.(`http://${shown}:${server.port}`, token !== undefined);
    if (signal.aborted) return;
    await new Promise<void>((done) => {
      signal.addEventListener('abort', () => done(), { once: true });
    });
  } finally {
    await server.close();
  }
}
