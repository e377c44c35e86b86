/**
 * Bytes by digest that a run needs again later: the first ones in memory, the others in a folder of its own in the system's
 * folder for temporary files, which is made when it is needed and taken away however the process ends.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sha256, sha256Of } from '../model/digest.js';
import { InputError } from '../model/errors.js';
import { asOutputError } from './system-error.js';
import { makeTemporaryFolder, removeTemporary } from './temporary.js';

/** Bytes that are kept in memory where nothing else is said. */
const inMemory = 8 * 2 ** 20;

/** Keeps bytes until it is closed. Memory is bounded as long as whoever adds waits for {@link spill}. */
export class Spool {
  readonly #limit: number;
  readonly #held = new Map<Sha256, Uint8Array<ArrayBuffer>>();
  readonly #written = new Set<Sha256>();
  #heldBytes = 0;
  #folder: Promise<string> | undefined;
  /** One file is written after the other. */
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
    if (!this.#written.has(digest)) throw new Error(`bytes ${digest} were never kept`);
    const file = await this.#fileOf(digest);
    const bytes = new Uint8Array(await readFile(file));
    if (sha256Of(bytes) !== digest) {
      const message = 'a temporary file was changed while it was in use';
      throw new InputError({ code: 'input-changed', place: { file }, message, remedy: 'run it again' });
    }
    return bytes;
  }

  /** Forgets everything, and takes the folder away. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {});
    this.#held.clear();
    this.#written.clear();
    this.#heldBytes = 0;
    const folder = await this.#folder?.catch(() => undefined);
    this.#folder = undefined;
    if (folder !== undefined) await removeTemporary(folder);
  }

  async #spillNow(): Promise<void> {
    for (const [digest, bytes] of this.#held) {
      if (this.#heldBytes <= this.#limit) return;
      const file = await this.#fileOf(digest);
      try {
        await writeFile(file, bytes, { flag: 'wx' });
      } catch (error) {
        throw asOutputError(error, file);
      }
      this.#written.add(digest);
      this.#held.delete(digest);
      this.#heldBytes -= bytes.length;
    }
  }

  async #fileOf(digest: Sha256): Promise<string> {
    const base = join(tmpdir(), 'dfota-run');
    this.#folder ??= makeTemporaryFolder(base).catch((error: unknown) => {
      throw asOutputError(error, base);
    });
    return join(await this.#folder, digest);
  }
}
