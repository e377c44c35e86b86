/**
 * Writes outputs so that they are there complete or not at all: under a temporary name beside them, brought to the disk,
 * checked, and only then renamed. On any failure the temporary file or folder is gone, and what was there before stays.
 */
import { type FileHandle, lstat, open, readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '../model/errors.js';
import { type Destination, destinationOf, requireFolder } from './destination.js';
import { asOutputError, systemCode } from './system-error.js';
import { type Finished, takeNames } from './take-names.js';
import { keepTemporary, makeTemporaryFolder, openTemporary, removeTemporary } from './temporary.js';

/** Takes the bytes of an output, one call after the other. */
export interface OutputSink {
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** A small file that comes with an output. */
export interface CompanionFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** How an output is written. */
export interface OutputOptions<T = unknown> {
  /** Called with the finished temporary file, before it gets its name: what it throws keeps the output from being made. */
  readonly check?: ((temporaryFile: string) => Promise<void>) | undefined;
  /**
   * Files that come with it, made when it is complete and checked, of what `fill` returned: all of them get their names, or none does. They go
   * to files, never into a pipe.
   */
  readonly beside?: ((result: T) => Promise<readonly CompanionFile[]>) | undefined;
  /** Its reason is thrown, and nothing is written. */
  readonly signal?: AbortSignal | undefined;
  /** Waits until the file and its name are on the disk, so that they survive a loss of power; true unless said otherwise. */
  readonly durable?: boolean | undefined;
}

/** Runs a step on the output's file system, whose refusals become InputErrors. What others throw stays as it is. */
async function onDisk<T>(output: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw asOutputError(error, output);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
}

/** Best effort: some file systems cannot sync a folder, and the content itself is safe by then. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/**
 * Writes a file of what `fill` gives to the sink, and returns what `fill` returns. A file that was there is replaced in the
 * last step. Throws InputError when the output cannot be written, or is a pipe or a device: this file must be read back.
 */
export async function writeOutput<T>(
  output: string,
  fill: (sink: OutputSink) => Promise<T>,
  options: OutputOptions<T> = {},
): Promise<T> {
  options.signal?.throwIfAborted();
  const destination = await destinationOf(output, 'file');
  return replaceFile(output, destination, fill, options);
}

async function replaceFile<T>(
  output: string,
  { path }: Destination,
  fill: (sink: OutputSink) => Promise<T>,
  { check, beside, signal, durable = true }: OutputOptions<T>,
): Promise<T> {
  const { file, handle } = await onDisk(output, () => openTemporary(path));
  // What a zip writer is told by its stream it wraps; the cause is kept here.
  let refused: unknown;
  const companions: Finished[] = [];
  const write = async (bytes: Uint8Array): Promise<void> => {
    try {
      await onDisk(output, () => writeAll(handle, bytes));
    } catch (error) {
      refused ??= error;
      throw error;
    }
  };
  try {
    let result: T;
    try {
      result = await fill({ write });
      if (durable) await onDisk(output, () => handle.sync());
    } finally {
      await onDisk(output, () => handle.close());
    }
    await check?.(file);
    for (const companion of (await beside?.(result)) ?? []) companions.push(await finishCompanion(companion, durable));
    signal?.throwIfAborted();
    await takeNames([...companions, { output, temporary: file, path }]);
    if (durable)
      for (const folder of new Set([path, ...companions.map(({ path }) => path)].map(dirname)))
        await syncFolder(folder);
    return result;
  } catch (error) {
    for (const { temporary } of companions) await removeTemporary(temporary);
    await removeTemporary(file);
    throw refused ?? error;
  }
}

/** Writes a companion under a temporary name beside its own. */
async function finishCompanion({ path: output, bytes }: CompanionFile, durable: boolean): Promise<Finished> {
  const { path } = await destinationOf(output, 'file');
  const { file, handle } = await onDisk(output, () => openTemporary(path));
  try {
    await onDisk(output, async () => {
      try {
        await writeAll(handle, bytes);
        if (durable) await handle.sync();
      } finally {
        await handle.close();
      }
    });
    return { output, temporary: file, path };
  } catch (error) {
    await removeTemporary(file);
    throw error;
  }
}

/**
 * Writes a whole file. Where the output is a pipe or a character device (`/dev/stdout`, `/dev/null`), the bytes go into it.
 * Throws InputError when it cannot be written.
 */
export async function writeBytes(output: string, bytes: Uint8Array, options: OutputOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  const destination = await destinationOf(output);
  if (!destination.stream) return replaceFile(output, destination, (sink) => sink.write(bytes), options);
  await onDisk(output, async () => {
    // 'a': what is open already and may be a file (`/dev/fd/3`) loses nothing that was written before.
    const handle = await open(destination.path, 'a');
    try {
      await writeAll(handle, bytes);
    } finally {
      await handle.close();
    }
  });
}

/** Writes a whole text in UTF-8, as writeBytes writes bytes. */
export async function writeText(output: string, text: string, options: OutputOptions = {}): Promise<void> {
  await writeBytes(output, Buffer.from(text), options);
}

/** Throws InputError unless the path is free for a new folder: nothing is there, or an empty folder. */
export async function requireFreeFolder(output: string): Promise<void> {
  const place = { file: output };
  const remedy = 'name a folder that does not exist yet, or an empty one';
  const path = resolve(output);
  const found = await lstat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw asOutputError(error, output);
  });
  if (found === undefined) return requireFolder(dirname(path), output);
  if (!found.isDirectory()) {
    throw new InputError({ code: 'output-not-folder', place, message: 'the output is not a folder', remedy });
  }
  const names = await onDisk(output, () => readdir(path));
  if (names.length === 0) return;
  throw notEmpty(output, `${names.length} names in it`);
}

function notEmpty(output: string, found: string): InputError {
  return new InputError({
    code: 'output-not-empty',
    place: { file: output },
    message: 'the output folder is not empty, and nothing is overwritten',
    found,
    remedy: 'name a folder that does not exist yet, or an empty one',
  });
}

/**
 * Makes a folder that appears with all its content: `fill` writes into a temporary folder beside it. Of two processes that
 * make the same folder one succeeds, and the other is told. Throws InputError when there is a file or a filled folder.
 */
export async function writeFolder<T>(
  output: string,
  fill: (folder: string) => Promise<T>,
  options: Pick<OutputOptions, 'signal'> = {},
): Promise<T> {
  await requireFreeFolder(output);
  const path = resolve(output);
  const folder = await onDisk(output, () => makeTemporaryFolder(path));
  try {
    const result = await fill(folder);
    options.signal?.throwIfAborted();
    await onDisk(output, () => takeName(folder, path, output));
    keepTemporary(folder);
    await syncFolder(dirname(path));
    return result;
  } catch (error) {
    await removeTemporary(folder);
    throw error;
  }
}

async function takeName(folder: string, path: string, output: string): Promise<void> {
  try {
    // POSIX puts a folder over an empty one; Windows does not.
    if (process.platform === 'win32') await rmdir(path).catch(() => {});
    await rename(folder, path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST') throw notEmpty(output, 'another run has filled it meanwhile');
    throw error;
  }
}
