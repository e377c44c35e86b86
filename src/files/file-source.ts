import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import type { ByteSource } from '../model/byte-source.js';
import { InputError } from '../model/errors.js';
import { asInputError } from './system-error.js';

async function readFully(file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done === length ? bytes : bytes.slice(0, done);
}

/** Opens a file for positional reads. Throws InputError when it cannot be opened or is not a regular file. */
export async function openFileSource(path: string): Promise<ByteSource> {
  let file: FileHandle | undefined;
  try {
    // Before it is opened: opening a pipe waits for whoever writes to it.
    if (!(await stat(path)).isFile()) {
      throw new InputError({
        code: 'image-not-a-file',
        place: { file: path },
        message: 'an image must be a regular file',
      });
    }
    file = await open(path, 'r');
    const { size } = await file.stat();
    const handle = file;
    return {
      name: path,
      size,
      read: (position, length) => {
        const start = Math.min(Math.max(position, 0), size);
        return readFully(handle, start, Math.max(0, Math.min(length, size - start)));
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await file?.close();
    if (error instanceof InputError) throw error;
    throw asInputError(error, path);
  }
}
