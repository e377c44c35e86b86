/** Serves a folder by HTTP for tests, and misbehaves as it is told to. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** What is done with a request instead of the right answer; `cut` sends half of the bytes and ends the connection. */
export type Twist = (
  path: string,
  bytes: Uint8Array,
) => { status?: number; body?: Uint8Array; cut?: boolean } | undefined;

/** A running server. */
export interface FolderServer {
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: string[];
  /** The tokens that were given. */
  readonly tokens: Set<string>;
  twist: Twist | undefined;
  readonly close: () => Promise<void>;
}

/** Starts it on a free port of this machine. */
export async function serveFolder(folder: string): Promise<FolderServer> {
  const asked: string[] = [];
  const tokens = new Set<string>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    asked.push(path);
    tokens.add(request.headers.authorization ?? '');
    const file = join(folder, path);
    const bytes = existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined;
    const told = running.twist?.(path, bytes ?? new Uint8Array(0));
    const body = told?.body ?? bytes ?? new Uint8Array(0);
    const status = told?.status ?? (bytes === undefined && told?.body === undefined ? 404 : 200);
    response.writeHead(status, { 'content-length': body.length });
    if (told?.cut === true) {
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
    } else response.end(body);
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const running: FolderServer = {
    url: `http://127.0.0.1:${port}`,
    asked,
    tokens,
    twist: undefined,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return running;
}
