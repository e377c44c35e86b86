/**
 * An archive of builds that a server gives by HTTP or HTTPS, read only: the files of its folder under their paths. Nothing that it answers is trusted:
 * manifests are held against the digest of the build's contents, contents against their own. What was fetched is kept in a folder of this machine.
 */
import { Buffer } from 'node:buffer';
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { inflateRawSync } from 'node:zlib';
import { ask } from '../../http/ask.js';
import { type Sha256, sha256Of } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import {
  largestIndexBytes,
  longestArchiveRequestMs,
  longestArchiveSilenceMs,
  mostArchiveTries,
} from '../../model/limits/archive.js';
import { largestManifestBytes } from '../../model/limits.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { displayName } from '../../model/path.js';
import { type IndexedBuild, indexName, parseIndex } from './index-file.js';
import { type Manifest, parseManifest } from './manifest.js';
import { manifestName } from './store.js';

/** Where the archive is, and how it is asked. */
export interface RemoteArchiveOptions {
  /** `https://HOST/PATH` of the archive's folder. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** Keeps what was fetched, by digest; without it everything is fetched each time. */
  readonly kept?: PatchCache | undefined;
  readonly silenceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const agents = {
  'http:': new Agent({ keepAlive: true, maxSockets: 8 }),
  'https:': new SecureAgent({ keepAlive: true }),
};

/** The builds of the archive, by its index. Throws InputError where the server does not give it. */
export async function readRemoteIndex(options: RemoteArchiveOptions): Promise<readonly IndexedBuild[]> {
  const bytes = await get(options, indexName, largestIndexBytes);
  const file = `${options.url}/${indexName}`;
  if (bytes !== undefined && bytes !== 'too-long') return parseIndex(Buffer.from(bytes).toString('utf8'), file);
  throw new InputError({
    code: 'archive-none',
    place: { file },
    message:
      bytes === undefined ? 'the server has no index of an archive there' : 'the index of the archive is too large',
    remedy: 'name the folder of an archive, with its index.json: dfota archive add of any build writes it',
  });
}

/** The manifest of a build, which has the contents of that digest. Throws InputError where the server gives another, or none. */
export async function readRemoteManifest(
  options: RemoteArchiveOptions,
  { revision, digest, content }: Pick<IndexedBuild, 'revision' | 'digest' | 'content'>,
): Promise<Manifest> {
  const name = `builds/${manifestName(revision, digest)}`;
  const file = `${options.url}/${name}`;
  const key = sha256Of(Buffer.from(`manifest ${digest} ${content}`));
  const kept = await options.kept?.get(key);
  const bytes = kept ?? (await get(options, name, largestManifestBytes));
  if (bytes === undefined || bytes === 'too-long') {
    throw new InputError({
      code: 'archive-manifest',
      place: { file },
      message:
        bytes === undefined
          ? `the archive has no build ${displayName(revision)} with the digest ${digest.slice(0, 12)}…`
          : 'the manifest is too large',
      remedy: 'plan again, or bring the archive up to date on the server',
    });
  }
  const manifest = parseManifest(Buffer.from(bytes).toString('utf8'), file);
  if (manifest.build.digest !== digest || manifest.contentDigest !== content) {
    throw new InputError({
      code: 'archive-manifest',
      place: { file },
      message: 'the server gives the manifest of another build',
      found: `digest ${manifest.build.digest.slice(0, 12)}…, contents ${manifest.contentDigest.slice(0, 12)}…`,
      expected: `digest ${digest.slice(0, 12)}…, contents ${content.slice(0, 12)}…`,
      remedy: 'find out who changed the archive on the server',
    });
  }
  if (kept === undefined) await options.kept?.put(key, bytes);
  return manifest;
}

/** A content of `size` bytes, held against its digest. Throws InputError where the server has not got it, or gives other bytes. */
export async function readRemoteBlob(
  options: RemoteArchiveOptions,
  sha256: Sha256,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const kept = await options.kept?.get(sha256);
  if (kept !== undefined && kept.length === size && sha256Of(kept) === sha256) return kept;
  let damaged: string | undefined;
  for (const ending of ['.z', '']) {
    const name = `blobs/${sha256.slice(0, 2)}/${sha256}${ending}`;
    const stored = await get(options, name, size);
    if (stored === undefined) continue;
    const bytes = stored === 'too-long' ? undefined : ending === '' ? stored : inflated(stored, size);
    if (bytes?.length === size && sha256Of(bytes) === sha256) {
      await options.kept?.put(sha256, bytes);
      return bytes;
    }
    damaged = name;
  }
  throw new InputError({
    code: damaged === undefined ? 'archive-blob-missing' : 'archive-blob-damaged',
    place: { file: `${options.url}/${damaged ?? `blobs/${sha256.slice(0, 2)}/${sha256}`}` },
    message:
      damaged === undefined
        ? 'content is missing from the archive on the server'
        : 'the server gives other content than the digest in its name says',
    remedy:
      'hold the archive against its digests where it lies, with dfota archive verify, and bring it to the server again',
  });
}

/** A file below an address, as it is there; undefined where the server has none of that name. Throws InputError. */
export async function readRemoteFile(
  options: RemoteArchiveOptions,
  name: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await get(options, name, limit);
  return bytes === 'too-long' ? undefined : bytes;
}

function inflated(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) }));
  } catch {
    return undefined;
  }
}

/** The bytes of a file on the server; what fails by chance is tried again. */
async function get(
  { url, token, signal, silenceMs = longestArchiveSilenceMs }: RemoteArchiveOptions,
  name: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | 'too-long' | undefined> {
  const address = new URL(`${url.replace(/\/+$/, '')}/${name.split('/').map(encodeURIComponent).join('/')}`);
  const agent = address.protocol === 'https:' ? agents['https:'] : agents['http:'];
  const headers: Readonly<Record<string, string>> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let found = '';
  for (let attempt = 0; attempt < mostArchiveTries; attempt += 1) {
    signal?.throwIfAborted();
    try {
      const times = { silenceMs, wholeMs: longestArchiveRequestMs };
      const { status, body, tooLong } = await ask({ method: 'GET', url: address, agent, headers, limit, ...times });
      if (status === 200) return tooLong ? 'too-long' : body;
      if (status === 404) return undefined;
      if (status === 401 || status === 403) throw refused(address.href, status, token);
      found = `status ${status}`;
    } catch (error) {
      if (error instanceof InputError) throw error;
      found = error instanceof Error ? error.message || error.name : String(error);
    }
  }
  throw new InputError({
    code: 'archive-unreachable',
    place: { file: address.href },
    message: 'the server of the archive does not give the file',
    found,
    remedy: 'look at the server and at the way to it; what was made is there for the next run',
  });
}

function refused(file: string, status: number, token: string | undefined): InputError {
  return new InputError({
    code: 'archive-refused',
    place: { file },
    message:
      token === undefined
        ? 'the server of the archive wants a token'
        : 'the server of the archive does not accept the token',
    found: `status ${status}`,
    remedy: 'put the token of the server into the variable DFOTA_ARCHIVE_TOKEN',
  });
}
