/** A shared cache in memory, which takes everything and gives what it is told to. */
import { createServer } from 'node:http';

/** What is given for a path in place of what lies there; `half` ends the connection in the middle. */
export type CacheTwist = (path: string, bytes: Uint8Array) => Uint8Array | number | 'half' | undefined;

/** A running cache. */
export interface TwistedCache {
  readonly url: string;
  readonly stored: Map<string, Uint8Array>;
  twist: CacheTwist | undefined;
  readonly close: () => Promise<void>;
}

/** Starts it on a free port of this machine. */
export async function startTwistedCache(): Promise<TwistedCache> {
  const stored = new Map<string, Uint8Array>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    if (request.method === 'PUT') {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
      stored.set(path, Buffer.concat(chunks));
      response.writeHead(201).end();
      return;
    }
    const bytes = stored.get(path);
    const given = bytes === undefined ? 404 : (cache.twist?.(path, bytes) ?? bytes);
    if (typeof given === 'number') {
      response.writeHead(given, { 'content-length': 0 }).end();
      return;
    }
    const body = given === 'half' ? bytes : given;
    response.writeHead(200, { 'content-length': body?.length ?? 0 });
    if (request.method === 'HEAD') response.end();
    else if (given === 'half') {
      response.write(body?.subarray(0, Math.floor(body.length / 2)) ?? '', () => response.destroy());
    } else response.end(body);
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  const cache: TwistedCache = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    stored,
    twist: undefined,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return cache;
}
