/** Reads small files whole, up to a limit: what claims to be a key or a statement may be anything. */
import { open, stat } from 'node:fs/promises';
import type { Code } from '../model/codes.js';
import { InputError } from '../model/errors.js';
import { asInputError } from './system-error.js';

/** What the fault says of a file that is too large or no file at all. */
export interface BoundedRead {
  readonly limit: number;
  readonly code: Code;
  /** What the file is meant to be: `a key`. */
  readonly what: string;
}

/** The bytes of a regular file. Throws InputError when it cannot be read, is none, or has more bytes than the limit. */
export async function readBounded(path: string, { limit, code, what }: BoundedRead): Promise<Buffer<ArrayBuffer>> {
  try {
    const place = { file: path };
    // Before it is opened: opening a pipe waits for whoever writes to it.
    if (!(await stat(path)).isFile()) throw new InputError({ code, place, message: `${what} must be a regular file` });
    const handle = await open(path, 'r');
    try {
      const stats = await handle.stat();
      const buffer = Buffer.alloc(Math.min(stats.size, limit) + 1);
      let size = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, size, buffer.length - size, size);
        size += bytesRead;
        if (bytesRead === 0 || size === buffer.length) break;
      }
      if (size > limit || size < stats.size) {
        const [message, expected] = [`the file is too large for ${what}`, `at most ${limit} bytes`];
        throw new InputError({ code, place, message, expected });
      }
      return buffer.subarray(0, size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asInputError(error, path);
  }
}
