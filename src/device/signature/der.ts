/** Reads DER strictly: definite, shortest lengths, nothing left over. */
import { SignatureFault } from './found.js';

/** Elements one after the other. */
export class DerReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The tag of the next element; -1 at the end. */
  get tag(): number {
    return this.#bytes[this.#at] ?? -1;
  }

  /** The next element with its header. */
  whole(tag: number): Buffer {
    const start = this.#at;
    this.#content(tag);
    return this.#bytes.subarray(start, this.#at);
  }

  /** The content of the next element. */
  content(tag: number): Buffer {
    return this.#content(tag);
  }

  /** The elements inside the next one. */
  inside(tag: number): DerReader {
    return new DerReader(this.#content(tag));
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new SignatureFault('the signature holds more than it should');
  }

  #content(tag: number): Buffer {
    const bad = new SignatureFault('the signature is not well-formed DER');
    const [found, first] = [this.#bytes[this.#at], this.#bytes[this.#at + 1]];
    if (found !== tag || first === undefined) throw bad;
    let [length, at] = [first, this.#at + 2];
    if (first >= 0x80) {
      const digits = first & 0x7f;
      if (digits < 1 || digits > 3 || at + digits > this.#bytes.length) throw bad;
      length = this.#bytes.readUIntBE(at, digits);
      at += digits;
      if (length < 0x80 || length < 2 ** (8 * (digits - 1))) throw bad;
    }
    if (at + length > this.#bytes.length) throw bad;
    this.#at = at + length;
    return this.#bytes.subarray(at, this.#at);
  }
}
