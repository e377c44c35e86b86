/** Collects bits, the most significant first, into bytes. */
export class BitWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  #held = 0;
  #count = 0;

  /** Appends the `width` (1 to 24) low bits of `value`. */
  bits(width: number, value: number): void {
    this.#held = (this.#held << width) | value;
    this.#count += width;
    while (this.#count >= 8) {
      this.#count -= 8;
      if (this.#length === this.#bytes.length) {
        const larger = new Uint8Array(this.#length * 2);
        larger.set(this.#bytes);
        this.#bytes = larger;
      }
      this.#bytes[this.#length++] = (this.#held >>> this.#count) & 0xff;
    }
    this.#held &= (1 << this.#count) - 1;
  }

  /** Fills the last byte with zero bits and hands the bytes over. */
  finish(): Uint8Array {
    if (this.#count > 0) this.bits(8 - this.#count, 0);
    return this.#bytes.slice(0, this.#length);
  }
}
