/**
 * A patch cache on a server that speaks the simple protocol of Bazel's remote cache: GET, PUT and HEAD of /cas/SHA-256 and /ac/KEY.
 * Nothing that it answers is trusted, and nothing that it does ends a run.
 */
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { ask, type HttpAnswer } from '../../http/ask.js';
import { type Sha256, sha256Of } from '../../model/digest.js';
import {
  largestActionResultBytes,
  largestCacheEntryBytes,
  longestCacheRequestMs,
  longestCacheSilenceMs,
  longestContentRequestMs,
  mostCacheFailures,
  mostCacheTries,
} from '../../model/limits/cache.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { readActionResult, writeActionResult } from './action-result.js';
import { cacheAddress } from './address.js';
import { CacheFaults } from './faults.js';

/** Where a shared cache is, and how it is used. */
export interface HttpCacheOptions {
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** Nothing is put: for runs whose results others must not get. */
  readonly readOnly?: boolean | undefined;
  /** Milliseconds without a byte, and for one whole request. */
  readonly silenceMs?: number | undefined;
  readonly wholeMs?: number | undefined;
}

/**
 * Opens a shared cache, and asks it once. Throws UsageError for an address that is none; whatever the server does, at once or later, is told by
 * findings(): a server that refuses, cannot be reached or keeps failing is not asked again in this run.
 */
export async function openHttpCache(options: HttpCacheOptions): Promise<PatchCache> {
  const cache = new HttpCache(cacheAddress(options.url), options);
  await cache.probe();
  return {
    own: false,
    get: (key) => cache.get(key),
    has: (key) => cache.has(key),
    put: (key, bytes) => cache.put(key, bytes),
    contents: {
      get: (sha256, size) => cache.getContent(sha256, size),
      put: (sha256, bytes) => cache.putContent(sha256, bytes),
    },
    reject: async (key) => cache.reject(key),
    // The server's own business.
    trim: async () => {},
    findings: () => cache.findings(),
  };
}

const nowhere = sha256Of(new Uint8Array(0));

class HttpCache {
  readonly #base: string;
  readonly #options: HttpCacheOptions;
  readonly #agent: Agent;
  readonly #faults = new CacheFaults();
  /** Keys whose entry is wrong: the next put() replaces all of it. */
  readonly #wrong = new Set<Sha256>();
  #off = false;
  #writesOff: boolean;
  #failures = 0;
  #refusals = 0;

  constructor(url: URL, options: HttpCacheOptions) {
    this.#base = url.href.replace(/\/+$/, '');
    this.#options = options;
    this.#writesOff = options.readOnly === true;
    const kept = { keepAlive: true, maxSockets: 8 };
    this.#agent = url.protocol === 'https:' ? new SecureAgent(kept) : new Agent(kept);
  }

  findings() {
    return this.#faults.findings();
  }

  /** A server that cannot be used is known before the work begins. */
  async probe(): Promise<void> {
    this.#failures = mostCacheFailures - 1;
    await this.#ask('HEAD', `/ac/${nowhere}`, 0);
  }

  async get(key: Sha256): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const record = await this.#ask('GET', `/ac/${key}`, largestActionResultBytes);
    if (record?.status !== 200) return undefined;
    const named = readActionResult(record.body);
    if (named === undefined || named.size > largestCacheEntryBytes)
      return this.#refuse(key, 'a record of another form');
    const content = await this.#ask('GET', `/cas/${named.sha256}`, named.size);
    // A server may forget contents and keep the record.
    if (content?.status !== 200) return undefined;
    const { body } = content;
    if (!content.tooLong && body.length === named.size && sha256Of(body) === named.sha256) return body;
    return this.#refuse(key, 'bytes that are not those of its record');
  }

  async has(key: Sha256): Promise<boolean> {
    return (await this.#ask('HEAD', `/ac/${key}`, 0))?.status === 200;
  }

  async put(key: Sha256, bytes: Uint8Array): Promise<void> {
    if (this.#writesOff || this.#off) return;
    const sha256 = sha256Of(bytes);
    const known = this.#wrong.has(key) ? undefined : await this.#ask('HEAD', `/cas/${sha256}`, 0);
    const there = known?.status === 200 || (await this.#write(`/cas/${sha256}`, bytes));
    // The record comes last: whoever sees it finds the content.
    if (!there || !(await this.#write(`/ac/${key}`, writeActionResult({ sha256, size: bytes.length })))) return;
    this.#wrong.delete(key);
  }

  async getContent(sha256: Sha256, size: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = `/cas/${sha256}`;
    const content = await this.#ask('GET', path, size, undefined, longestContentRequestMs);
    if (content?.status !== 200) return undefined;
    if (!content.tooLong && content.body.length === size && sha256Of(content.body) === sha256) return content.body;
    this.#faults.add({
      code: 'cache-entry-wrong',
      place: { file: this.#base, entry: path.slice(1) },
      message: 'the shared cache gave other bytes than the digest in their name says; they were not used',
      remedy: 'find out who writes into the cache, and let only trusted runs do it',
    });
    return undefined;
  }

  async putContent(sha256: Sha256, bytes: Uint8Array): Promise<boolean> {
    if (this.#writesOff || this.#off) return false;
    return this.#write(`/cas/${sha256}`, bytes, longestContentRequestMs);
  }

  reject(key: Sha256): void {
    this.#refuse(key, 'a result that does not make what it is meant to make');
  }

  #refuse(key: Sha256, what: string): undefined {
    this.#wrong.add(key);
    this.#faults.add({
      code: 'cache-entry-wrong',
      place: { file: this.#base, entry: `ac/${key}` },
      message: this.#writesOff
        ? 'the shared cache gave what is wrong; it was made anew, and stays there, because nothing is written'
        : 'the shared cache gave what is wrong; it was made anew and replaced',
      found: what,
      remedy: 'find out who writes into the cache, and let only trusted runs do it',
    });
    return undefined;
  }

  async #write(path: string, bytes: Uint8Array, longest?: number): Promise<boolean> {
    const answer = await this.#ask('PUT', path, largestActionResultBytes, bytes, longest);
    if (answer === undefined) return false;
    if (answer.status >= 200 && answer.status < 300) return true;
    const { status } = answer;
    const tooLarge = status === 413;
    this.#refusals += 1;
    const closed = [403, 405, 501].includes(status) || this.#refusals >= mostCacheFailures;
    if (!tooLarge && closed) this.#writesOff = true;
    this.#faults.add({
      code: 'cache-not-kept',
      place: { file: this.#base, entry: path.slice(1) },
      message: 'the shared cache does not take what was made',
      found: `status ${status} for ${bytes.length} bytes`,
      remedy: tooLarge
        ? 'raise the server’s limit for one file (client_max_body_size of nginx)'
        : 'let the server take PUT below /ac and /cas, or use --cache-read-only',
    });
    return false;
  }

  /** The answer to a question that makes sense; undefined for everything that went wrong, which is noted. */
  async #ask(
    method: 'GET' | 'PUT' | 'HEAD',
    path: string,
    limit: number,
    body?: Uint8Array,
    longest: number = longestCacheRequestMs,
  ): Promise<HttpAnswer | undefined> {
    const { token, silenceMs = longestCacheSilenceMs, wholeMs = longest } = this.#options;
    const headers: Readonly<Record<string, string>> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    let reason = '';
    for (let attempt = 1; attempt <= mostCacheTries && !this.#off; attempt += 1) {
      try {
        const url = new URL(`${this.#base}${path}`);
        const answer = await ask({ method, url, agent: this.#agent, headers, body, limit, silenceMs, wholeMs });
        const { status } = answer;
        if (status === 401 || (status === 403 && method !== 'PUT')) return this.#refused(status);
        if (status < 500 && status !== 429 && (status < 300 || status >= 400)) {
          this.#failures = 0;
          return answer;
        }
        reason = `status ${status}`;
      } catch (error) {
        reason = error instanceof Error ? describe(error) : String(error);
      }
    }
    if (this.#off) return undefined;
    this.#failures += 1;
    if (this.#failures >= mostCacheFailures) {
      return this.#turnOff(
        'cache-unreachable',
        'the shared cache cannot be used, so this run goes on without it',
        reason,
      );
    }
    this.#faults.add({
      code: 'cache-fails',
      place: { file: this.#base, entry: path.slice(1) },
      message: 'the shared cache failed; what it did not give was made anew',
      found: reason,
      remedy: 'look at the server and at the way to it',
    });
    return undefined;
  }

  #refused(status: number): undefined {
    const { token } = this.#options;
    this.#turnOff(
      'cache-refused',
      token === undefined
        ? 'the shared cache wants a token, so this run goes on without it'
        : 'the shared cache does not accept the token, so this run goes on without it',
      `status ${status}`,
    );
    return undefined;
  }

  #turnOff(code: 'cache-unreachable' | 'cache-refused', message: string, found: string | undefined): undefined {
    if (this.#off) return undefined;
    this.#off = true;
    this.#faults.add({
      code,
      place: { file: this.#base },
      message,
      found,
      remedy:
        code === 'cache-refused'
          ? 'put the server’s token into the variable DFOTA_CACHE_TOKEN, or use --no-cache'
          : 'check the address and the server, or use --no-cache',
    });
    return undefined;
  }
}

/** What Node says of a connection that failed: of several tries the first. */
function describe(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? first.message : error.message;
}
