/** Starts an HTTP or HTTPS server, and ends it with all its connections. What it answers is the caller's. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

/** Where a server listens. */
export interface ListenOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Certificate and key in PEM, for HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/** A running server. */
export interface HttpServer {
  readonly port: number;
  /** Ends it, and every connection. */
  readonly close: () => Promise<void>;
}

/** Starts the server. Rejects with the system's error where it cannot listen. */
export async function listen(answer: RequestListener, { host, port, tls }: ListenOptions): Promise<HttpServer> {
  const server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(port, host, done);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
