/** Serves one file by HTTP or HTTPS, and nothing else whatever is asked for. */
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { type HttpServer, type ListenOptions, listen } from '../http/listen.js';
import { askedRange } from './ranges.js';

/** What is served. */
export interface ServedFile {
  readonly handle: FileHandle;
  readonly size: number;
  readonly sha256: string;
  /** The only path that is answered, with its slash: `/update.zip`. */
  readonly path: string;
}

/** How it is served. */
export interface ServeOptions extends ListenOptions {
  /** Bytes in a second, for each connection. */
  readonly limit?: number | undefined;
  /** Told for each piece that was sent: the byte of the file that comes next. */
  readonly onBytes?: ((next: number) => void) | undefined;
  /** A line for each request, when it has ended. */
  readonly onRequest: (line: string) => void;
  /** The last byte of the file was sent. */
  readonly onComplete: () => void;
}

/** Milliseconds between two pieces of a limited transfer. */
const tick = 50;

/** Starts the server. Rejects with the system's error where it cannot listen. */
export async function serveFile(file: ServedFile, options: ServeOptions): Promise<HttpServer> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    void respond(file, options, request, response);
  };
  return listen(answer, options);
}

async function respond(
  file: ServedFile,
  options: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { size } = file;
  const tag = `"${file.sha256}"`;
  const { method = '', url = '', headers } = request;
  let sent = 0;
  const end = (status: number, more: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, { 'content-length': '0', ...more });
    response.end();
  };
  response.on('close', () => {
    const asked = JSON.stringify(url.slice(0, 200));
    options.onRequest(`${request.socket.remoteAddress ?? '-'} ${method} ${asked} ${response.statusCode} ${sent} bytes`);
  });
  request.resume();
  if (url.replace(/\?.*$/, '') !== file.path) return end(404);
  if (method !== 'GET' && method !== 'HEAD') return end(405, { allow: 'GET, HEAD' });
  const common = {
    etag: tag,
    'accept-ranges': 'bytes',
    'content-type': 'application/zip',
    'cache-control': 'no-transform',
  };
  if (headers['if-none-match'] === tag) {
    response.writeHead(304, common);
    response.end();
    return;
  }
  const ifRange = headers['if-range'];
  const asked = askedRange(headers.range, typeof ifRange === 'string' ? ifRange : undefined, size, tag);
  if (asked === 'none') return end(416, { 'content-range': `bytes */${size}` });
  const { from, to } = asked === 'whole' ? { from: 0, to: size } : asked;
  if (asked !== 'whole') response.setHeader('content-range', `bytes ${from}-${to - 1}/${size}`);
  response.writeHead(asked === 'whole' ? 200 : 206, { ...common, 'content-length': String(to - from) });
  if (method === 'HEAD' || from === to) {
    response.end();
    return;
  }
  try {
    const bytes = piecesOf(file.handle, from, to, options.limit);
    const count = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        sent += chunk.length;
        options.onBytes?.(from + sent);
        done(null, chunk);
      },
    });
    await pipeline(bytes, count, response);
    if (to === size) options.onComplete();
  } catch {
    // Whoever asked went away: the line of the request tells how far it came.
    response.destroy();
  }
}

async function* piecesOf(
  handle: FileHandle,
  from: number,
  to: number,
  limit: number | undefined,
): AsyncIterable<Uint8Array> {
  const most = limit === undefined ? 2 ** 16 : Math.max(1, Math.min(2 ** 16, Math.floor((limit * tick) / 1000)));
  for (let at = from; at < to; ) {
    const { bytesRead, buffer } = await handle.read(
      new Uint8Array(Math.min(most, to - at)),
      0,
      Math.min(most, to - at),
      at,
    );
    if (bytesRead === 0) throw new Error('the file is shorter than it was');
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
    if (limit !== undefined && at < to) await setTimeout((bytesRead / limit) * 1000);
  }
}
