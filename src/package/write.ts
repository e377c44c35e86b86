/**
 * Writes update.zip: the only importer of zip.js (why: docs/decisions/0006-zip-writer.md).
 *
 * Every header is made of what the entry says and of constants, so the same entries give the same bytes whatever the
 * clock, the time zone and the umask.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { type CompanionFile, type OutputSink, writeOutput } from '../files/output.js';
import { type Sha256, toSha256 } from '../model/digest.js';
import { InputError } from '../model/errors.js';
import type { OnProgress } from '../model/progress.js';
import { checkEntries, type PackageEntry, sizeLimit, tooLarge } from './entry.js';
import { zipDate } from './zip-date.js';

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

/** Made on Unix (3) by a program of version 2.0, which also suffices to extract. */
const madeBy = 0x0314;
const version = 20;

const regularFile = 0o100000;

/** Headers are short and stand between contents that are short, too: they go to the disk together. */
const batchBytes = 2 ** 20;

/** Takes what the zip writer makes: to the file and the digests, in batches. */
class Sink {
  readonly #batch = Buffer.allocUnsafeSlow(batchBytes);
  #batched = 0;
  readonly #sink: OutputSink;
  readonly #place: string;
  readonly #sha256 = createHash('sha256');
  readonly #md5 = createHash('md5');
  size = 0;
  /** What went wrong here, kept because the zip writer wraps it. */
  fault: unknown;

  constructor(sink: OutputSink, place: string) {
    this.#sink = sink;
    this.#place = place;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      if (this.size + bytes.length >= sizeLimit) {
        throw new InputError(tooLarge(this.#place, this.size + bytes.length));
      }
      if (this.#batched + bytes.length > batchBytes) await this.flush();
      if (bytes.length > batchBytes) await this.#store(bytes);
      else {
        this.#batch.set(bytes, this.#batched);
        this.#batched += bytes.length;
      }
    } catch (error) {
      this.fault ??= error;
      throw error;
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
  const zip = new ZipWriter(new WritableStream<Uint8Array>({ write: (bytes) => sink.write(bytes) }), {
    versionMadeBy: madeBy,
    version,
    rawLastModDate: zipDate,
    extendedTimestamp: false,
    dataDescriptor: false,
    zip64: false,
    useUnicodeFileNames: false,
    useWebWorkers: false,
    keepOrder: true,
  });
  const totalBytes = entries.reduce((sum, { size }) => sum + size, 0);
  const written: WrittenEntry[] = [];
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
    await zip.add(name, new Uint8ArrayReader(packed), {
      passThrough: 'compressed',
      compressionMethod: method === 'stored' ? 0 : 8,
      uncompressedSize: size,
      crc32: crc32 >>> 0,
      externalFileAttributes: ((regularFile | mode) << 16) >>> 0,
    });
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
  await zip.close();
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
      try {
        const written = await writeEntries(entries, sink, options);
        await sink.flush();
        return { file: output, size: sink.size, ...sink.digests(), entries: written };
      } catch (error) {
        throw sink.fault ?? error;
      }
    },
    { check, beside, signal },
  );
}
