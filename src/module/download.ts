/** The module's download of a package by HTTP or HTTPS. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Faults } from './faults.js';

/** What HTTPEND reports. */
export const downloadCodes = { done: 0, failed: 701, timedOut: 702 } as const;

/** What FTPEND reports of a download that fails. */
export const ftpCodes = { failed: 601, timedOut: 602 } as const;

/** Milliseconds without a byte after which a download has failed. */
const idle = 20_000;

/** Downloads a file; gives what HTTPEND reports. What is not whole is not kept. */
export async function download(
  url: URL,
  path: string,
  most: number,
  faults: Faults,
  signal: AbortSignal,
): Promise<number> {
  if (faults.has('download-timeout')) return downloadCodes.timedOut;
  const partial = `${path}.part`;
  try {
    const response = await request(url, signal);
    const size = Number(response.headers['content-length'] ?? Number.NaN);
    if (response.statusCode !== 200 || !(size <= most)) {
      response.destroy();
      return downloadCodes.failed;
    }
    const lost = faults.number('network-lost');
    const stopAt = lost === undefined ? most : Math.floor((size * lost) / 100);
    await pipeline(response, atMost(stopAt), createWriteStream(partial), { signal });
    await rename(partial, path);
    return downloadCodes.done;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof TimedOut ? downloadCodes.timedOut : downloadCodes.failed;
  } finally {
    await rm(partial, { force: true });
  }
}

class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

function request(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Modules of the family check no certificate unless they are told to.
    const options = { signal, timeout: idle, rejectUnauthorized: false };
    const asked = url.protocol === 'https:' ? httpsGet(url, options, resolve) : httpGet(url, options, resolve);
    asked.on('timeout', () => asked.destroy(new TimedOut('no answer')));
    asked.on('error', reject);
  });
}

function atMost(bytes: number): Transform {
  let count = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      count += chunk.length;
      if (count > bytes) done(new Error('the download ends here'));
      else done(null, chunk);
    },
  });
}
