/**
 * A small picture of a file's content, to find files that share parts without comparing all with all.
 *
 * 1. A rolling hash runs over windows of 16 bytes.
 * 2. Of the windows whose hash has its low bits clear, those with the smallest hashes are kept (bottom-k sampling),
 *    so that files with equal parts keep equal hashes whatever stands around these parts.
 *
 * What it does not do: it says nothing of code that was compiled again with other addresses; names find those.
 */

/** The kept hashes, ascending, without repeats. */
export interface Sketch {
  readonly hashes: readonly number[];
}

const windowBytes = 16;
const keptHashes = 192;
const factor = 0x01000193;

/** From this size on only windows at multiples of four bytes are looked at: code and tables are aligned, and it is four times faster. */
const alignedFrom = 64 * 1024;

function leavingFactor(units: number): number {
  let power = 1;
  for (let i = 0; i < units; i += 1) power = Math.imul(power, factor);
  return power;
}

function scramble(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Hashes that are gathered before the smallest of them are picked out. */
const gathered = 512;

/** Keeps the smallest hashes of a stream of them, without repeats. */
class Smallest {
  readonly #kept = new Uint32Array(gathered);
  #count = 0;
  /** No hash above it can be one of the smallest. */
  ceiling = 0xffffffff;

  /** The hash is not above the ceiling. */
  add(hash: number): void {
    this.#kept[this.#count++] = hash;
    if (this.#count === gathered) this.#pick();
  }

  sorted(): readonly number[] {
    this.#pick();
    return [...this.#kept.subarray(0, this.#count)];
  }

  #pick(): void {
    const kept = this.#kept.subarray(0, this.#count).sort();
    let count = 0;
    for (let i = 0; i < kept.length && count < keptHashes; i += 1) {
      const hash = kept[i] ?? 0;
      if (count > 0 && kept[count - 1] === hash) continue;
      kept[count++] = hash;
    }
    this.#count = count;
    if (count === keptHashes) this.ceiling = kept[count - 1] ?? this.ceiling;
  }
}

/** Sketches the bytes. Runs of one value are passed over: padding is no likeness. */
export function sketchOf(bytes: Uint8Array): Sketch {
  const smallest = new Smallest();
  if (bytes.length >= alignedFrom) addWords(wordsOf(bytes), smallest);
  else addBytes(bytes, smallest);
  return { hashes: smallest.sorted() };
}

/** One window of eight is taken, by its highest bits: the low ones of a polynomial hash know only the units' low bits. */
const passedOver = 29;

const factor2 = Math.imul(factor, factor);
const factor3 = Math.imul(factor2, factor);

/** Hashes windows of four words, each from its words: quicker than from the window before. */
function addWords(words: Int32Array, smallest: Smallest): void {
  let [first, second, third] = [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0];
  for (let i = 3; i < words.length; i += 1) {
    const fourth = words[i] ?? 0;
    const hash =
      (Math.imul(first + 1, factor3) + Math.imul(second + 1, factor2) + Math.imul(third + 1, factor) + fourth + 1) | 0;
    if (hash >>> passedOver === 0 && (fourth !== third || third !== second)) {
      const scrambled = scramble(hash);
      if (scrambled <= smallest.ceiling) smallest.add(scrambled);
    }
    first = second;
    second = third;
    third = fourth;
  }
}

/** `factor` to the power of the window's length, modulo 2^32: what the byte that leaves the window has become. */
const leaving = leavingFactor(windowBytes);

/** Hashes windows of bytes, each from the one before. */
function addBytes(bytes: Uint8Array, smallest: Smallest): void {
  let hash = 0;
  let run = 0;
  let before = -1;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    run = byte === before ? run + 1 : 0;
    before = byte;
    hash = (Math.imul(hash, factor) + byte + 1) | 0;
    if (i >= windowBytes) hash = (hash - Math.imul(leaving, (bytes[i - windowBytes] ?? 0) + 1)) | 0;
    if (hash >>> passedOver !== 0 || i < windowBytes - 1 || run >= windowBytes / 2) continue;
    const scrambled = scramble(hash);
    if (scrambled <= smallest.ceiling) smallest.add(scrambled);
  }
}

function wordsOf(bytes: Uint8Array): Int32Array {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(whole.buffer, whole.byteOffset, Math.floor(whole.length / 4));
}

/** How much of the first file's sampled parts the second has too, 0 to 1, corrected for the smaller sample. */
export function sharedParts(a: Sketch | undefined, b: Sketch | undefined): number {
  if (a === undefined || b === undefined || a.hashes.length === 0 || b.hashes.length === 0) return 0;
  // Only hashes below both samples' ceilings can be compared, unless a sample is complete.
  const top = (sketch: Sketch): number =>
    sketch.hashes.length < keptHashes ? 0xffffffff : (sketch.hashes[sketch.hashes.length - 1] ?? 0);
  const ceiling = Math.min(top(a), top(b));
  let compared = 0;
  let shared = 0;
  let other = 0;
  // Both rise.
  for (const hash of a.hashes) {
    if (hash > ceiling) break;
    compared += 1;
    while ((b.hashes[other] ?? Number.POSITIVE_INFINITY) < hash) other += 1;
    if (b.hashes[other] === hash) shared += 1;
  }
  return compared === 0 ? 0 : shared / compared;
}
