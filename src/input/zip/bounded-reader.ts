import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { RandomAccessReader } from 'yauzl';
import { mostReadAheadBytes } from '../../model/limits/input.js';
import { readAt } from './end-record.js';

const leastAhead = 512;

/**
 * The zip's bytes for yauzl. Its own reader hands any offset that a zip claims to fs.read, which throws on those beyond
 * 2^53 and leaves the reader locked for good: here such an offset is an end of file like any other. Headers are short
 * and stand side by side, so each read takes what follows along, the more the longer reads go on in order.
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
    this.#take(length, position).then(
      (bytes) => {
        bytes.copy(buffer, offset);
        callback(null);
      },
      (error) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #take(length: number, position: number): Promise<Buffer> {
    if (!(position >= 0 && length <= this.#fileSize && position <= this.#fileSize - length)) {
      throw new Error('unexpected EOF');
    }
    const end = this.#windowStart + this.#window.length;
    if (position < this.#windowStart || position + length > end) {
      const inOrder = position >= this.#windowStart && position <= end;
      this.#ahead = inOrder ? Math.min(mostReadAheadBytes, this.#ahead * 2) : leastAhead;
      const window = await readAt(
        this.#handle,
        position,
        Math.min(Math.max(length, this.#ahead), this.#fileSize - position),
      );
      if (window.length < length) throw new Error('unexpected EOF');
      this.#window = window;
      this.#windowStart = position;
    }
    const start = position - this.#windowStart;
    return this.#window.subarray(start, start + length);
  }
}
