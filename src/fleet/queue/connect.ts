/** The way to a queue on Redis or Valkey: its address, and what is wrong with it in words. The only importer of `ioredis`. */
import { InputError, UsageError } from '../../model/errors.js';
import { longestQueueSilenceMs } from '../../model/limits/fleet.js';
import { loadOptional, type OptionalPackage } from '../../model/optional-package.js';

/** Where a queue is. */
export interface QueueAddress {
  /** Without user and password, for people. */
  readonly shown: string;
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly username?: string | undefined;
    readonly password?: string | undefined;
    readonly db: number;
    readonly tls?: object | undefined;
  };
}

/** What the queue needs beside dfota. */
export const queuePackages: OptionalPackage = {
  names: 'bullmq ioredis',
  code: 'queue-missing',
  purpose: 'for a queue',
  instead: 'dfota fleet run without --queue, on this machine',
};

/** Reads `redis://HOST:PORT/DB` or `rediss://…`. Throws UsageError for anything else. */
export function queueAddress(text: string, password: string | undefined): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const db = url === undefined ? '' : url.pathname.replace(/^\//, '');
  const known = url !== undefined && /^rediss?:$/.test(url.protocol) && url.hostname !== '';
  if (!known || !/^\d{0,4}$/.test(db) || url.search !== '' || url.hash !== '') {
    throw new UsageError({
      code: 'queue-url',
      message: 'the address of the queue is not valid',
      // A password must not come to a log.
      found: text.replace(/\/\/.*@/, '//…@'),
      expected: 'redis://HOST:PORT or rediss://HOST:PORT, with the number of a database behind it where it is not 0',
      remedy: 'a password goes into the variable DFOTA_QUEUE_PASSWORD',
    });
  }
  const port = url.port === '' ? 6379 : Number(url.port);
  const secret = url.password === '' ? password : decodeURIComponent(url.password);
  const user = url.username === '' ? undefined : decodeURIComponent(url.username);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    shown: `${url.protocol}//${url.hostname}:${port}`,
    connection: {
      host,
      port,
      username: user,
      password: secret,
      db: Number(db),
      tls: url.protocol === 'rediss:' ? {} : undefined,
    },
  };
}

/** Asks the server once. Throws InputError where it cannot be reached or wants another password; nothing is tried for ever. */
export async function askQueue({ shown, connection }: QueueAddress): Promise<void> {
  const { Redis } = await loadOptional(queuePackages, () => import('ioredis'));
  const client = new Redis({
    ...connection,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: longestQueueSilenceMs,
    commandTimeout: longestQueueSilenceMs,
  });
  // connect() rejects with less than the event tells.
  let told: Error | undefined;
  client.on('error', (error: Error) => {
    told ??= error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw queueFault(shown, told ?? error);
  } finally {
    client.disconnect();
  }
}

/** What is wrong with a queue, in words. */
export function queueFault(shown: string, error: unknown): InputError {
  const found = error instanceof Error ? error.message || error.name : String(error);
  const refused = /NOAUTH|WRONGPASS|NOPERM|invalid username-password|without any password/i.test(found);
  return new InputError({
    code: refused ? 'queue-refused' : 'queue-unreachable',
    place: { file: shown },
    message: refused
      ? 'the queue asks for a password, or does not accept the one it was given'
      : 'the queue cannot be reached',
    found: found.slice(0, 200),
    remedy: refused
      ? 'put the password into the variable DFOTA_QUEUE_PASSWORD'
      : 'check the address, and that Redis or Valkey runs there',
  });
}
