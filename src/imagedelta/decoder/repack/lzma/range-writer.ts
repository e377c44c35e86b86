/** The range coder of LZMA, as it writes: bits with adaptive probabilities, and bits without. */

/** Writes bits into bytes that grow as they come. */
export interface RangeWriter {
  /** A bit, with the probability at `index` of the table, which learns it. */
  bit(probabilities: Uint16Array, index: number, value: number): void;
  /** `count` bits of the same chance each, the highest first. */
  direct(value: number, count: number): void;
  /** Ends the stream with its five bytes. */
  flush(): void;
  readonly written: () => number;
  readonly bytes: () => Uint8Array;
}

const top = 2 ** 24;
const word = 2 ** 32;

/** A writer; `limit` bytes are the most that it writes, and `onFull` is called, and must throw, when there would be more. */
export function openRangeWriter(limit: number, onFull: () => never): RangeWriter {
  let out = new Uint8Array(Math.min(limit, 4096));
  let size = 0;
  let low = 0;
  let range = 0xffffffff;
  let cache = 0;
  let waiting = 1;
  const put = (byte: number): void => {
    if (size === out.length) {
      if (size >= limit) onFull();
      const larger = new Uint8Array(Math.min(limit, 2 * size));
      larger.set(out);
      out = larger;
    }
    out[size++] = byte;
  };
  const shift = (): void => {
    if (low < 0xff000000 || low >= word) {
      const carry = low >= word ? 1 : 0;
      for (; waiting > 0; waiting--) {
        put((cache + carry) & 0xff);
        cache = 0xff;
      }
      cache = Math.floor(low / top) & 0xff;
    }
    waiting++;
    low = (low % top) * 256;
  };
  return {
    bit: (probabilities, index, value) => {
      const probability = probabilities[index] ?? 0;
      const bound = (range >>> 11) * probability;
      if (value === 0) {
        range = bound;
        probabilities[index] = probability + ((2048 - probability) >> 5);
      } else {
        low += bound;
        range -= bound;
        probabilities[index] = probability - (probability >> 5);
      }
      while (range < top) {
        range = (range * 256) >>> 0;
        shift();
      }
    },
    direct: (value, count) => {
      for (let i = count - 1; i >= 0; i--) {
        range >>>= 1;
        if (((value >>> i) & 1) === 1) low += range;
        while (range < top) {
          range = (range * 256) >>> 0;
          shift();
        }
      }
    },
    flush: () => {
      for (let i = 0; i < 5; i++) shift();
    },
    written: () => size,
    bytes: () => out.subarray(0, size),
  };
}
