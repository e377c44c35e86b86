/**
 * Writes update.zip.
 *
 * Every header is made of what the entry says and of constants, so the same entries give the same bytes whatever the
 * clock, the time zone and the umask.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type CompanionFile, type OutputSink, writeOutput } from '../files/output.js';
import { type Sha256, toSha256 } from '../model/digest.js';
import { InputError } from '../model/errors.js';
import type { OnProgress } from '../model/progress.js';
import { checkEntries, type PackageEntry, sizeLimit, tooLarge } from './entry.js';
import { centralHeader, endRecord, localHeader } from './zip-headers.js';

/** What was written. Sizes are bytes. */
export interface WrittenPackage {
  readonly file: string;
  readonly size: number;
  readonly sha256: Sha256;
  /** 32 hex digits: what the module compares after the download. */
  readonly md5: string;
  /** In the package's order. */
  readonly entries: readonly WrittenEntry[];
}

export interface WrittenEntry {
  readonly name: string;
  readonly method: PackageEntry['method'];
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes in the package, without headers. */
  readonly packedSize: number;
}

export interface WriteOptions {
  /** Files that come with the package, made when it was checked: all get their names, or none does. */
  readonly beside?: ((written: WrittenPackage) => Promise<readonly CompanionFile[]>) | undefined;
  /** Called with the finished temporary file, before it gets its name; what it throws, writePackage throws. */
  readonly check?: ((temporaryFile: string) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Headers are short and stand between contents that are short, too: they go to the disk together. */
const batchBytes = 2 ** 20;

/** Takes the bytes of the package, one call after the other: to the file and the digests, in batches. */
class Sink {
  readonly #batch = Buffer.allocUnsafeSlow(batchBytes);
  #batched = 0;
  readonly #sink: OutputSink;
  readonly #place: string;
  readonly #sha256 = createHash('sha256');
  readonly #md5 = createHash('md5');
  size = 0;

  constructor(sink: OutputSink, place: string) {
    this.#sink = sink;
    this.#place = place;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.size + bytes.length >= sizeLimit) throw new InputError(tooLarge(this.#place, this.size + bytes.length));
    if (this.#batched + bytes.length > batchBytes) await this.flush();
    if (bytes.length > batchBytes) await this.#store(bytes);
    else {
      this.#batch.set(bytes, this.#batched);
      this.#batched += bytes.length;
    }
    this.size += bytes.length;
  }

  /** Brings to the file what waits; to be called once more at the end. */
  async flush(): Promise<void> {
    if (this.#batched === 0) return;
    await this.#store(this.#batch.subarray(0, this.#batched));
    this.#batched = 0;
  }

  async #store(bytes: Uint8Array): Promise<void> {
    await this.#sink.write(bytes);
    this.#sha256.update(bytes);
    this.#md5.update(bytes);
  }

  digests(): { readonly sha256: Sha256; readonly md5: string } {
    return { sha256: toSha256(this.#sha256.digest('hex')), md5: this.#md5.digest('hex') };
  }
}

async function writeEntries(
  entries: readonly PackageEntry[],
  sink: Sink,
  options: WriteOptions,
): Promise<readonly WrittenEntry[]> {
  const totalBytes = entries.reduce((sum, { size }) => sum + size, 0);
  const written: WrittenEntry[] = [];
  const directory: Buffer[] = [];
  let doneBytes = 0;
  for (const { name, mode, method, bytes, crc32, size, packedSize } of entries) {
    options.signal?.throwIfAborted();
    const packed = typeof bytes === 'function' ? await bytes() : bytes;
    if (packedSize !== undefined && packed.length !== packedSize) {
      throw new Error(`${name}: ${packed.length} bytes in place of the ${packedSize} that were said before`);
    }
    if (method === 'stored' && packed.length !== size) {
      throw new Error(`${name}: stored ${packed.length} bytes for a content of ${size}`);
    }
    const fields = { name, mode, method, crc32, size, packedSize: packed.length };
    directory.push(centralHeader(fields, sink.size));
    await sink.write(localHeader(fields));
    await sink.write(packed);
    written.push({ name, method, size, packedSize: packed.length });
    doneBytes += size;
    options.onProgress?.({
      stage: 'write',
      doneBytes,
      totalBytes,
      doneItems: written.length,
      totalItems: entries.length,
      item: name,
    });
  }
  const start = sink.size;
  for (const header of directory) await sink.write(header);
  await sink.write(endRecord(entries.length, sink.size - start, start));
  return written;
}

/**
 * Writes the entries in their order as `output`: first under a temporary name in the same folder, synced and checked,
 * then renamed. On any failure, and when the signal aborts (its reason is thrown), the temporary file is removed and a
 * file that was there before stays.
 *
 * Throws an InputError for names, numbers and sizes that the device cannot read, and for an output that cannot be written.
 */
export async function writePackage(
  entries: readonly PackageEntry[],
  output: string,
  options: WriteOptions = {},
): Promise<WrittenPackage> {
  checkEntries(entries, output);
  const { check, beside, signal } = options;
  return writeOutput(
    output,
    async (file) => {
      const sink = new Sink(file, output);
      const written = await writeEntries(entries, sink, options);
      await sink.flush();
      return { file: output, size: sink.size, ...sink.digests(), entries: written };
    },
    { check, beside, signal },
  );
}
