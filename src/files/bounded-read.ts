/** Reads small files whole, up to a limit: what claims to be a key or a statement may be anything. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Code } from '../model/codes.js';
import { InputError } from '../model/errors.js';
import { asInputError, systemCode } from './system-error.js';

/** What the fault says of a file that is too large or no file at all. */
export interface BoundedRead {
  readonly limit: number;
  readonly code: Code;
  /** What the file is meant to be: `a key`. */
  readonly what: string;
}

/** Opening a pipe waits for whoever writes to it, unless it is told not to: Windows, which cannot be told, has none among its files. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The bytes of a regular file. Throws InputError when it cannot be read, is none, or has more bytes than the limit. */
export async function readBounded(path: string, limits: BoundedRead): Promise<Buffer<ArrayBuffer>> {
  return (await readBoundedFile(path, limits)).bytes;
}

/** The same, with the time at which it was last changed, in milliseconds of the epoch. */
export async function readBoundedFile(
  path: string,
  { limit, code, what }: BoundedRead,
): Promise<{ readonly bytes: Buffer<ArrayBuffer>; readonly changedAt: number }> {
  const notRegular = { code, place: { file: path }, message: `${what} must be a regular file` };
  try {
    const handle = await open(path, withoutWaiting);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new InputError(notRegular);
      // One byte more than it says: what is longer shows.
      const buffer = Buffer.alloc(Math.min(stats.size, limit) + 1);
      let size = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, size, buffer.length - size, size);
        size += bytesRead;
        if (bytesRead === 0 || size === buffer.length || size === stats.size) break;
      }
      if (size > limit || size < stats.size) {
        const [message, expected] = [`the file is too large for ${what}`, `at most ${limit} bytes`];
        throw new InputError({ ...notRegular, message, expected });
      }
      return { bytes: buffer.subarray(0, size), changedAt: stats.mtimeMs };
    } finally {
      await handle.close();
    }
  } catch (error) {
    // A socket is not even opened.
    if (systemCode(error) === 'ENXIO') throw new InputError(notRegular, { cause: error });
    throw asInputError(error, path);
  }
}
