/**
 * Serves the folder of a patch cache by the protocol of shared caches, so that one machine's cache becomes that of a team. What local runs have
 * made is there under /ac/KEY and /cas/SHA-256, and what is put lies in the folder as if it had been made here.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpServer, listen } from '../../http/listen.js';
import { isSha256, type Sha256, sha256Of } from '../../model/digest.js';
import { largestActionResultBytes, largestCacheEntryBytes } from '../../model/limits/cache.js';
import { readActionResult, writeActionResult } from './action-result.js';
import { entryKeys, readEntry, readWaiting, removeWaiting, trimFolder, writeEntry, writeWaiting } from './entries.js';

/** What is served, and to whom. */
export interface CacheServerOptions {
  readonly directory: string;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Whoever asks must give it as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** Bytes that the folder may take. */
  readonly maxBytes: number;
  /** A line for each request, when it is answered. */
  readonly onRequest: (line: string) => void;
}

/** So many bytes may be put until the folder is brought to its size again. */
const trimEvery = 2 ** 26;

/** An answer: a status, and bytes where there are some. */
interface Answer {
  readonly status: number;
  readonly body?: Uint8Array | undefined;
}

/** Starts the server. Rejects with the system's error where it cannot listen. */
export async function serveCache(options: CacheServerOptions): Promise<HttpServer> {
  const folder = new ServedFolder(options.directory, options.maxBytes);
  await folder.index();
  return listen((request, response) => {
    void respond(folder, options, request, response);
  }, options);
}

async function respond(
  folder: ServedFolder,
  { token, onRequest }: CacheServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '', headers } = request;
  let answer: Answer;
  try {
    answer = mayAsk(token, headers.authorization) ? await answerTo(folder, request) : { status: 401 };
  } catch {
    // The disk is full or gone: the client goes on without.
    answer = { status: 507 };
  }
  const { status, body = new Uint8Array(0) } = answer;
  onRequest(`${method} ${JSON.stringify(url.slice(0, 80))} ${status} ${body.length} bytes`);
  // What was not read of a request must not be taken for the next one.
  const unread = !request.complete;
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  response.writeHead(status, {
    'content-length': String(body.length),
    'content-type': 'application/octet-stream',
    connection: unread ? 'close' : 'keep-alive',
  });
  response.end(method === 'HEAD' ? undefined : body);
  if (unread) request.resume();
}

function mayAsk(token: string | undefined, given: string | undefined): boolean {
  if (token === undefined) return true;
  const digest = (text: string): Buffer => Buffer.from(sha256Of(Buffer.from(text)));
  return timingSafeEqual(digest(`Bearer ${token}`), digest(given ?? ''));
}

async function answerTo(folder: ServedFolder, request: IncomingMessage): Promise<Answer> {
  const [, space, name = ''] = /^\/(ac|cas)\/([^/?]+)$/.exec(request.url ?? '') ?? [];
  if (space === undefined || !isSha256(name)) return { status: 404 };
  switch (request.method) {
    case 'GET':
    case 'HEAD': {
      const body = space === 'ac' ? await folder.record(name) : await folder.content(name);
      return body === undefined ? { status: 404 } : { status: 200, body };
    }
    case 'PUT': {
      const bytes = await bodyOf(request, space === 'ac' ? largestActionResultBytes : largestCacheEntryBytes);
      if (bytes === undefined) return { status: 413 };
      const kept = space === 'ac' ? await folder.keepRecord(name, bytes) : await folder.keepContent(name, bytes);
      return { status: kept ? 201 : 400 };
    }
    default:
      return { status: 405 };
  }
}

async function bodyOf(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The folder, and where in it each content lies. */
class ServedFolder {
  readonly #directory: string;
  readonly #maxBytes: number;
  /** The key of an entry that has the content. */
  readonly #keys = new Map<Sha256, Sha256>();
  #put = 0;

  constructor(directory: string, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  async index(): Promise<void> {
    for await (const { key, digest } of entryKeys(this.#directory)) this.#keys.set(digest, key);
  }

  async record(key: Sha256): Promise<Uint8Array | undefined> {
    const bytes = await readEntry(this.#directory, key);
    if (typeof bytes === 'string') return undefined;
    const sha256 = sha256Of(bytes);
    this.#keys.set(sha256, key);
    return writeActionResult({ sha256, size: bytes.length });
  }

  async content(sha256: Sha256): Promise<Uint8Array | undefined> {
    const key = this.#keys.get(sha256);
    const bytes = key === undefined ? 'missing' : await readEntry(this.#directory, key);
    if (typeof bytes !== 'string' && sha256Of(bytes) === sha256) return bytes;
    return readWaiting(this.#directory, sha256);
  }

  /** Only under its own digest. */
  async keepContent(sha256: Sha256, bytes: Uint8Array): Promise<boolean> {
    if (sha256Of(bytes) !== sha256) return false;
    await writeWaiting(this.#directory, sha256, bytes);
    await this.#count(bytes.length);
    return true;
  }

  /** Only a record of ours, whose content is there. */
  async keepRecord(key: Sha256, record: Uint8Array): Promise<boolean> {
    const named = readActionResult(record);
    const bytes = named && (await this.content(named.sha256));
    if (named === undefined || bytes?.length !== named.size) return false;
    await writeEntry(this.#directory, key, bytes);
    this.#keys.set(named.sha256, key);
    await removeWaiting(this.#directory, named.sha256);
    return true;
  }

  async #count(bytes: number): Promise<void> {
    this.#put += bytes;
    if (this.#put < trimEvery) return;
    this.#put = 0;
    await trimFolder(this.#directory, { maxBytes: this.#maxBytes });
  }
}
