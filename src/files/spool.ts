/**
 * Bytes by digest that a run needs again later: the first ones in memory, the others in one file, in a folder of its own in the
 * system's folder for temporary files, which is made when it is needed and taken away however the process ends.
 */
import { Buffer } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sha256, sha256Of } from '../model/digest.js';
import { InputError } from '../model/errors.js';
import { asOutputError } from './system-error.js';
import { makeTemporaryFolder, removeTemporary } from './temporary.js';

/** Bytes that are kept in memory where nothing else is said. */
const inMemory = 8 * 2 ** 20;

/** Where a content lies in the file. */
interface Place {
  readonly at: number;
  readonly length: number;
}

/** The file, and the folder that goes with it. */
interface SpoolFile {
  readonly folder: string;
  readonly file: string;
  readonly handle: FileHandle;
}

/** Keeps bytes until it is closed. Memory is bounded as long as whoever adds waits for {@link spill}. */
export class Spool {
  readonly #limit: number;
  readonly #held = new Map<Sha256, Uint8Array<ArrayBuffer>>();
  readonly #written = new Map<Sha256, Place>();
  #heldBytes = 0;
  #writtenBytes = 0;
  #file: Promise<SpoolFile> | undefined;
  /** One piece is written after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(limit: number = inMemory) {
    this.#limit = limit;
  }

  /** Bytes that are in memory now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Keeps the bytes under their SHA-256, which is returned; bytes that are kept already are kept once. */
  add(bytes: Uint8Array<ArrayBuffer>): Sha256 {
    const digest = sha256Of(bytes);
    if (this.#held.has(digest) || this.#written.has(digest)) return digest;
    this.#held.set(digest, bytes);
    this.#heldBytes += bytes.length;
    return digest;
  }

  /** Brings what memory is not meant for to the disk. Throws InputError when the disk takes no more. */
  spill(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#spillNow());
    return this.#writing;
  }

  /** The bytes again. A digest that was never added is a bug and throws. */
  async read(digest: Sha256): Promise<Uint8Array<ArrayBuffer>> {
    const held = this.#held.get(digest);
    if (held !== undefined) return held;
    const place = this.#written.get(digest);
    if (place === undefined) throw new Error(`bytes ${digest} were never kept`);
    const { handle, file } = await this.#open();
    const bytes = new Uint8Array(place.length);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, place.at + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    if (sha256Of(bytes) !== digest) {
      const message = 'a temporary file was changed while it was in use';
      throw new InputError({ code: 'input-changed', place: { file }, message, remedy: 'run it again' });
    }
    return bytes;
  }

  /** Forgets everything, and takes the file away. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {});
    this.#held.clear();
    this.#written.clear();
    this.#heldBytes = 0;
    this.#writtenBytes = 0;
    const opened = await this.#file?.catch(() => undefined);
    this.#file = undefined;
    if (opened === undefined) return;
    await opened.handle.close();
    await removeTemporary(opened.folder);
  }

  /** Writes the oldest together, down to half of what memory takes: so that not each content is a write of its own. */
  async #spillNow(): Promise<void> {
    if (this.#heldBytes <= this.#limit) return;
    const going: [Sha256, Uint8Array<ArrayBuffer>][] = [];
    let left = this.#heldBytes;
    for (const [digest, bytes] of this.#held) {
      if (left <= this.#limit / 2) break;
      going.push([digest, bytes]);
      left -= bytes.length;
    }
    const { handle, file } = await this.#open();
    const from = this.#writtenBytes;
    let length = 0;
    const places = going.map(([digest, bytes]): [Sha256, Place] => {
      const place = { at: from + length, length: bytes.length };
      length += bytes.length;
      return [digest, place];
    });
    try {
      await writeAt(
        handle,
        going.map(([, bytes]) => bytes),
        from,
      );
    } catch (error) {
      throw asOutputError(error, file);
    }
    this.#writtenBytes = from + length;
    for (const [digest, place] of places) {
      this.#written.set(digest, place);
      this.#held.delete(digest);
    }
    this.#heldBytes -= length;
  }

  #open(): Promise<SpoolFile> {
    this.#file ??= openSpoolFile();
    return this.#file;
  }
}

async function openSpoolFile(): Promise<SpoolFile> {
  const base = join(tmpdir(), 'dfota-run');
  let folder: string | undefined;
  try {
    folder = await makeTemporaryFolder(base);
    const file = join(folder, 'contents');
    return { folder, file, handle: await open(file, 'wx+') };
  } catch (error) {
    if (folder !== undefined) await removeTemporary(folder);
    throw asOutputError(error, base);
  }
}

/** Bytes that are put together for one write: what is longer is written by itself. */
const togetherBytes = 2 ** 16;

/** Writes the arrays one behind the other: short ones together. */
async function writeAt(handle: FileHandle, arrays: readonly Uint8Array[], from: number): Promise<void> {
  let at = from;
  let short: Uint8Array[] = [];
  let shortBytes = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
    at += bytes.length;
  };
  const flush = async (): Promise<void> => {
    await write(Buffer.concat(short));
    [short, shortBytes] = [[], 0];
  };
  for (const bytes of arrays) {
    if (shortBytes + bytes.length > togetherBytes) await flush();
    if (bytes.length > togetherBytes) await write(bytes);
    else {
      short.push(bytes);
      shortBytes += bytes.length;
    }
  }
  await flush();
}
