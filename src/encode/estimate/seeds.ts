import { giveBack, takeTable } from './tables.js';

/**
 * Where in a file some bytes stand, found by 8, 16 and 32 bytes at a time.
 *
 * Only every fourth position is kept, and of equal ones the last: enough to tell about how large a patch becomes, in a tenth of the
 * time that sorting all suffixes takes.
 */
export interface Seeds {
  /** Where bytes stand in the file that begin like those at `at`: the longest way of the three that is known; -1 for none. */
  readonly find: (bytes: Uint8Array, at: number) => number;
  /** Gives the tables back; nothing is found any more. */
  readonly close: () => void;
}

const step = 4;

/** A table has no fewer slots, and no more, as powers of two: those of a kernel take 64 MB. */
const fewestBits = 8;
const mostBits = 22;
const mostLongBits = 21;

/** Of a file with more words than this every second one is enough for what is long. */
const manyWords = 2 ** 20;

/** Indexes a file. */
export function seedsOf(bytes: Uint8Array): Seeds {
  const words = wordsOf(bytes);
  const count = words.length;
  const bits = Math.min(mostBits, Math.max(fewestBits, 32 - Math.clz32(count)));
  const shift = 32 - bits;
  const longShift = 32 - Math.min(mostLongBits, bits);
  const short = takeTable(2 ** (32 - shift));
  const middle = takeTable(2 ** (32 - longShift));
  const long = takeTable(2 ** (32 - longShift));
  let isOpen = true;
  // Hashes of two words, of four out of two of these, of eight out of two of those: for the word at `at` and those before it.
  let [pair1, pair2] = [0, 0];
  let [four1, four2, four3, four4] = [0, 0, 0, 0];
  const every = count > manyWords ? 1 : 0;
  for (let at = 0; at + 1 < count; at += 1) {
    const [first, second] = [words[at] ?? 0, words[at + 1] ?? 0];
    const pair = mix(first, second);
    // Padding is everywhere, and nothing is found by it.
    if ((at & every) === 0 && first !== second) short[pair >>> shift] = at;
    const four = mix(pair2, pair);
    if ((at & every) === 0 && at >= 2 && words[at - 2] !== words[at - 1]) middle[four >>> longShift] = at - 2;
    if ((at & every) === 0 && at >= 6 && words[at - 6] !== words[at - 5]) long[mix(four4, four) >>> longShift] = at - 6;
    pair2 = pair1;
    pair1 = pair;
    four4 = four3;
    four3 = four2;
    four2 = four1;
    four1 = four;
  }
  return {
    find: (target, at) => {
      if (at + 8 > target.length || !isOpen) return -1;
      const low = word(target, at);
      const high = word(target, at + 4);
      if (low === high) return -1;
      const pair = mix(low, high);
      const near = short[pair >>> shift] ?? -1;
      if (near < 0 || words[near] !== low || words[near + 1] !== high) return -1;
      if (at + 16 > target.length) return near * step;
      const last = word(target, at + 12);
      const four = mix(pair, mix(word(target, at + 8), last));
      if (at + 32 <= target.length) {
        const end = word(target, at + 28);
        const next = mix(mix(word(target, at + 16), word(target, at + 20)), mix(word(target, at + 24), end));
        const far = long[mix(four, next) >>> longShift] ?? -1;
        if (far >= 0 && words[far] === low && words[far + 7] === end) return far * step;
      }
      const mid = middle[four >>> longShift] ?? -1;
      return mid >= 0 && words[mid] === low && words[mid + 3] === last ? mid * step : near * step;
    },
    close: () => {
      if (isOpen) giveBack([short, middle, long]);
      isOpen = false;
    },
  };
}

function mix(a: number, b: number): number {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

function wordsOf(bytes: Uint8Array): Int32Array {
  const whole = bytes.byteOffset % step === 0 ? bytes : bytes.slice();
  return new Int32Array(whole.buffer, whole.byteOffset, Math.floor(whole.length / step));
}
