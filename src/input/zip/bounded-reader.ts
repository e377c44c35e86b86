import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { RandomAccessReader } from 'yauzl';
import { mostReadAheadBytes } from '../../model/limits/input.js';

const leastAhead = 512;

/**
 * The zip's bytes for yauzl. Its own reader hands any offset that a zip claims to fs.read, which throws on those beyond
 * 2^53 and leaves the reader locked for good: here such an offset is an end of file like any other. Headers are short
 * and stand side by side, so each read takes what follows along, the more the longer reads go on in order. It reads at once: a zip has
 * thousands of headers of some bytes, and each wait for another thread costs more than the read.
 */
export class BoundedReader extends RandomAccessReader {
  readonly #handle: FileHandle;
  readonly #fileSize: number;
  #window = Buffer.alloc(0);
  #windowStart = 0;
  #ahead = leastAhead;

  constructor(handle: FileHandle, fileSize: number) {
    super();
    this.#handle = handle;
    this.#fileSize = fileSize;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    let failed: Error | null = null;
    try {
      this.#take(length, position).copy(buffer, offset);
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
    }
    // yauzl goes on from within the call: as many headers as the zip has must not lie on the stack.
    queueMicrotask(() => callback(failed));
  }

  #take(length: number, position: number): Buffer {
    if (!(position >= 0 && length <= this.#fileSize && position <= this.#fileSize - length)) {
      throw new Error('unexpected EOF');
    }
    const end = this.#windowStart + this.#window.length;
    if (position < this.#windowStart || position + length > end) {
      const inOrder = position >= this.#windowStart && position <= end;
      this.#ahead = inOrder ? Math.min(mostReadAheadBytes, this.#ahead * 2) : leastAhead;
      const window = this.#readAt(position, Math.min(Math.max(length, this.#ahead), this.#fileSize - position));
      if (window.length < length) throw new Error('unexpected EOF');
      this.#window = window;
      this.#windowStart = position;
    }
    const start = position - this.#windowStart;
    return this.#window.subarray(start, start + length);
  }

  #readAt(position: number, length: number): Buffer<ArrayBuffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length) {
      const count = readSync(this.#handle.fd, bytes, done, length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }
}
