/** A package for modules to fetch: `dfota serve`. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { type ServeOptions, serveFile } from '../../delivery/file-server.js';
import { storedName } from '../../delivery/safe-name.js';
import { asInputError } from '../../files/system-error.js';
import type { HttpServer } from '../../http/listen.js';
import type { Ports } from '../../model/ports.js';
import { refuseOtherPackage } from '../given-package.js';
import { tcpAddress } from '../module/address.js';
import { tlsOf } from './tls.js';

/** What to serve, and how: plain data. */
export interface ServeRequest {
  readonly package: string;
  /** `tcp://HOST:PORT`; port 0 is a free one. */
  readonly listen: string;
  /** Files in PEM, both or none: HTTPS with them. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** HTTPS also without them: a certificate is made for the run. */
  readonly https?: boolean | undefined;
  /** Bytes in a second, for each connection. */
  readonly limit?: number | undefined;
  /** Ends after the first transfer that came to the last byte. */
  readonly once?: boolean | undefined;
}

/** Ports of a server. */
export interface ServePorts extends Ports {
  /** Told once: the address of the package. */
  readonly onServing?: ((url: string) => void) | undefined;
  /** A line for each request. */
  readonly onRequest?: ((line: string) => void) | undefined;
}

/** Serves the package until the signal, or once. Throws UsageError and InputError. */
export async function serve(request: ServeRequest, ports: ServePorts = {}): Promise<void> {
  const { signal = new AbortController().signal } = ports;
  const { host, port } = tcpAddress('--listen', request.listen);
  await refuseOtherPackage(request.package);
  const tls = await tlsOf(request, host === '0.0.0.0' || host === '::' ? [hostname()] : [host]);
  let finished = (): void => {};
  const ended = new Promise<void>((done) => {
    finished = done;
  });
  await withServer(
    request.package,
    {
      ...{ host, port, tls, limit: request.limit },
      onRequest: ports.onRequest ?? (() => {}),
      onComplete: () => {
        if (request.once === true) finished();
      },
    },
    async (_server, url) => {
      ports.onServing?.(url);
      if (signal.aborted) return;
      signal.addEventListener('abort', () => finished(), { once: true });
      await ended;
    },
  );
}

/** Serves a package for as long as `use` runs. */
export async function withServer<T>(
  file: string,
  options: ServeOptions,
  use: (server: HttpServer, url: string) => Promise<T>,
): Promise<T> {
  const path = `/${storedName(basename(file))}`;
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw asInputError(error, file);
  });
  try {
    const { size } = await handle.stat();
    const hash = createHash('sha256');
    for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) hash.update(chunk);
    const served = { handle, size, sha256: hash.digest('hex'), path };
    const server = await serveFile(served, options).catch((error: unknown) => {
      throw asInputError(error, `${options.host}:${options.port}`);
    });
    try {
      const host = options.host.includes(':') ? `[${options.host}]` : options.host;
      return await use(server, `${options.tls === undefined ? 'http' : 'https'}://${host}:${server.port}${path}`);
    } finally {
      await server.close();
    }
  } finally {
    await handle.close();
  }
}
