/** What a packed stream is made of: literals and matches, in the order of the text. */

/** Tokens by their number: a literal has the distance 0. */
export interface Tokens {
  readonly count: number;
  readonly lengths: Uint32Array;
  readonly distances: Uint16Array;
}

/** Collects tokens, however many come. */
export interface TokenList {
  readonly add: (length: number, distance: number) => void;
  readonly count: () => number;
  readonly tokens: () => Tokens;
}

/** An empty list. */
export function openTokenList(): TokenList {
  let lengths = new Uint32Array(4096);
  let distances = new Uint16Array(4096);
  let count = 0;
  return {
    add: (length, distance) => {
      if (count === lengths.length) {
        const [longer, further] = [new Uint32Array(2 * count), new Uint16Array(2 * count)];
        longer.set(lengths);
        further.set(distances);
        [lengths, distances] = [longer, further];
      }
      lengths[count] = length;
      distances[count++] = distance;
    },
    count: () => count,
    tokens: () => ({ count, lengths: lengths.subarray(0, count), distances: distances.subarray(0, count) }),
  };
}
