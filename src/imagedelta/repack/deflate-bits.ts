/** Bits and Huffman codes of a deflate stream. */

/** Thrown inside only: the stream is no stream, or none that can be brought back. */
export class NoStream extends Error {}

/** Bits of a stream from its beginning. */
export interface Bits {
  readonly take: (count: number) => number;
  readonly symbol: (code: Code) => number;
  readonly toByte: () => boolean;
  readonly place: () => number;
  readonly skip: (bytes: number) => void;
}

/** A Huffman code: how many symbols have each length, and the symbols in the order of their codes. */
export interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/** The code with these lengths. */
export function codeOf(lengths: Uint8Array): Code {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const first = new Uint16Array(17);
  let room = 1;
  for (let length = 1; length < 16; length++) {
    room = 2 * room - (counts[length] ?? 0);
    if (room < 0) throw new NoStream();
    first[length + 1] = (first[length] ?? 0) + (counts[length] ?? 0);
  }
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    symbols[first[length] ?? 0] = symbol;
    first[length] = (first[length] ?? 0) + 1;
  }
  return { counts, symbols };
}

/** The bits of a stream. */
export function openBits(bytes: Uint8Array): Bits {
  let at = 0;
  let held = 0;
  let count = 0;
  const fill = (wanted: number): void => {
    while (count < wanted) {
      if (at >= bytes.length) throw new NoStream();
      held |= (bytes[at++] ?? 0) << count;
      count += 8;
    }
  };
  return {
    take: (wanted) => {
      if (wanted === 0) return 0;
      fill(wanted);
      const value = held & ((1 << wanted) - 1);
      held >>>= wanted;
      count -= wanted;
      return value;
    },
    symbol: ({ counts, symbols }) => {
      let code = 0;
      let first = 0;
      let index = 0;
      for (let length = 1; length < 16; length++) {
        if (count === 0) fill(1);
        code |= held & 1;
        held >>>= 1;
        count--;
        const here = counts[length] ?? 0;
        if (code - here < first) return symbols[index + code - first] ?? 0;
        index += here;
        first = (first + here) << 1;
        code <<= 1;
      }
      throw new NoStream();
    },
    toByte: () => {
      const zeros = held === 0;
      [held, count] = [0, 0];
      return zeros;
    },
    place: () => at,
    skip: (more) => {
      at += more;
    },
  };
}
