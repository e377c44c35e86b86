/**
 * A file that gets its name only when it is finished: a temporary file beside it, errors of the disk in words that help,
 * and one date for every zip.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../model/errors.js';

/** 2009-01-01 00:00:00 as a DOS date and time. */
export const zipDate = (((2009 - 1980) << 25) | (1 << 21) | (1 << 16)) >>> 0;

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Says of an error of the file system what the user can do about it; anything else stays as it is. */
function explain(error: unknown, output: string): unknown {
  const place = { file: output };
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new InputError(
        {
          code: 'output-folder',
          place,
          message: 'the folder of the output does not exist',
          remedy: `make ${dirname(output)} first`,
        },
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new InputError(
        { code: 'output-denied', place, message: 'the output cannot be written here' },
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new InputError(
        {
          code: 'disk-full',
          place,
          message: 'there is no space left for the output',
          remedy: `free some in ${dirname(output)}`,
        },
        { cause: error },
      );
    case 'EISDIR':
      return new InputError({ code: 'output-is-folder', place, message: 'the output is a folder' }, { cause: error });
    default:
      return error;
  }
}

/** Runs a step on the output's file system, whose errors are then explained. What others throw stays as it is. */
export async function onDisk<T>(output: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw explain(error, output);
  }
}

/** Throws an InputError where the output is a folder. */
export async function refuseFolder(output: string): Promise<void> {
  const found = await stat(output).catch(() => undefined);
  if (found?.isDirectory())
    throw new InputError({ code: 'output-is-folder', place: { file: output }, message: 'the output is a folder' });
}

/** A new file beside the output; a name in use (another run's) is passed over. */
export async function openTemporary(output: string): Promise<{ readonly file: string; readonly handle: FileHandle }> {
  for (let attempt = 0; ; attempt += 1) {
    const file = join(dirname(output), `.${basename(output)}.${process.pid}-${attempt}.tmp`);
    try {
      return { file, handle: await open(file, 'wx') };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST' || attempt >= 100) throw error;
    }
  }
}

/** Best effort: some file systems cannot sync a folder, and the package itself is safe by then. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
