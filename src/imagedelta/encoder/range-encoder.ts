/** Binary range coder: bits in, bytes out. */
export interface RangeEncoder {
  /** Codes a bit that is 1 with a probability of `one` / 65536. */
  readonly encode: (bit: number, one: number) => void;
  /** Ends the stream, and returns it in as few bytes as tell it apart: what follows them reads as zeros. */
  readonly finish: () => Uint8Array;
}

const top = 2 ** 24;

/** A coder whose output is at most `limit` bytes; more are dropped, and finish() tells by its length. */
export function openRangeEncoder(): RangeEncoder {
  let out = new Uint8Array(4096);
  let length = 0;
  let low = 0;
  let range = 2 ** 32 - 1;

  function put(byte: number): void {
    if (length === out.length) {
      const longer = new Uint8Array(2 * out.length);
      longer.set(out);
      out = longer;
    }
    out[length++] = byte;
  }

  function carry(): void {
    let at = length - 1;
    while (out[at] === 255) out[at--] = 0;
    out[at] = (out[at] ?? 0) + 1;
  }

  return {
    encode: (bit, one) => {
      const bound = Math.floor((range * one) / 65536);
      if (bit !== 0) range = bound;
      else {
        low += bound;
        range -= bound;
        if (low >= 2 ** 32) {
          low -= 2 ** 32;
          carry();
        }
      }
      while (range < top) {
        put(low >>> 24);
        low = (low << 8) >>> 0;
        range *= 256;
      }
    },
    finish: () => {
      // The number with the most zeros at its end in [low, low + range).
      let bits = 32;
      let value = low;
      for (; bits > 0; bits--) {
        const step = 2 ** bits;
        value = Math.ceil(low / step) * step;
        if (value < low + range) break;
        value = low;
      }
      if (value >= 2 ** 32) {
        value -= 2 ** 32;
        carry();
      }
      for (let i = 0; i < 4; i++) {
        put(value >>> 24);
        value = (value << 8) >>> 0;
      }
      while (length > 0 && out[length - 1] === 0) length--;
      return out.slice(0, length);
    },
  };
}
