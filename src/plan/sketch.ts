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

/** `factor` to the power of the window's length, modulo 2^32: what the byte that leaves the window has become. */
const leaving = (() => {
  let power = 1;
  for (let i = 0; i < windowBytes; i += 1) power = Math.imul(power, factor);
  return power;
})();

function scramble(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Sketches the bytes. Runs of one byte are passed over: padding is no likeness. */
export function sketchOf(bytes: Uint8Array): Sketch {
  const heapLimit = keptHashes * 8;
  let kept = new Set<number>();
  let ceiling = 0xffffffff;
  let hash = 0;
  let run = 0;
  let before = -1;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    run = byte === before ? run + 1 : 0;
    before = byte;
    hash = (Math.imul(hash, factor) + byte + 1) | 0;
    if (i >= windowBytes) hash = (hash - Math.imul(leaving, (bytes[i - windowBytes] ?? 0) + 1)) | 0;
    if (i < windowBytes - 1 || run >= windowBytes / 2 || (hash & 7) !== 0) continue;
    const mixed = scramble(hash);
    if (mixed > ceiling) continue;
    kept.add(mixed);
    if (kept.size >= heapLimit) {
      const smallest = [...kept].sort((a, b) => a - b).slice(0, keptHashes);
      ceiling = smallest[smallest.length - 1] ?? ceiling;
      kept = new Set(smallest);
    }
  }
  return { hashes: [...kept].sort((a, b) => a - b).slice(0, keptHashes) };
}

/** How much of the first file's sampled parts the second has too, 0 to 1, corrected for the smaller sample. */
export function sharedParts(a: Sketch | undefined, b: Sketch | undefined): number {
  if (a === undefined || b === undefined || a.hashes.length === 0 || b.hashes.length === 0) return 0;
  // Only hashes below both samples' ceilings can be compared, unless a sample is complete.
  const top = (sketch: Sketch): number =>
    sketch.hashes.length < keptHashes ? 0xffffffff : (sketch.hashes[sketch.hashes.length - 1] ?? 0);
  const ceiling = Math.min(top(a), top(b));
  const other = new Set(b.hashes);
  let compared = 0;
  let shared = 0;
  for (const hash of a.hashes) {
    if (hash > ceiling) break;
    compared += 1;
    if (other.has(hash)) shared += 1;
  }
  return compared === 0 ? 0 : shared / compared;
}
