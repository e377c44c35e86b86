/** One request by HTTP or HTTPS: bounded in bytes and time, without redirects, and with an error for half an answer. */
import { type Agent, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';

/** What is asked. */
export interface HttpQuestion {
  readonly method: 'GET' | 'PUT' | 'HEAD';
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  /** Most bytes of the answer. */
  readonly limit: number;
  /** Milliseconds without a byte, and for all of it. */
  readonly silenceMs: number;
  readonly wholeMs: number;
}

/** What was answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The answer had more bytes than may be: none is given. */
  readonly tooLong: boolean;
}

/** Asks. Rejects with an Error that says in words what went wrong on the way. */
export function ask(asked: HttpQuestion): Promise<HttpAnswer> {
  const { url, method, headers, body, agent, silenceMs, wholeMs } = asked;
  const start = url.protocol === 'https:' ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const request = start(url, { method, agent, headers: { ...headers } });
    if (body !== undefined) request.setHeader('content-length', body.length);
    const timer = setTimeout(() => request.destroy(new Error(`no whole answer within ${wholeMs} ms`)), wholeMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      request.destroy();
      reject(error);
    };
    request.setTimeout(silenceMs, () => request.destroy(new Error(`silent for ${silenceMs} ms`)));
    request.on('error', fail);
    request.on('response', (response) => {
      collect(response, asked.limit).then((bytes) => {
        clearTimeout(timer);
        const tooLong = bytes === undefined;
        // Without what is still to come there is no next request on this connection.
        if (tooLong) request.destroy();
        resolve({ status: response.statusCode ?? 0, body: bytes ?? new Uint8Array(0), tooLong });
      }, fail);
    });
    request.end(body);
  });
}

/** The bytes; undefined when there are more than the limit. */
function collect(response: IncomingMessage, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    response.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > limit) resolve(undefined);
      else chunks.push(chunk);
    });
    response.on('error', reject);
    response.on('aborted', () => reject(new Error(`the answer breaks off after ${size} bytes`)));
    response.on('end', () => resolve(joined(chunks, size)));
  });
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
