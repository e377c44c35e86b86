import type { IndexedSource } from './source.js';
import { Streams } from './streams.js';

/** How much of a target is walked through. */
export interface SampleSize {
  readonly pieceBytes: number;
  /** A sample has no fewer pieces, if the file has so many. */
  readonly fewestPieces: number;
  /** It ends when the source was searched so often: where much differs, few pieces tell, and where little does, all are quick. */
  readonly enoughSearches: number;
}

/** What a patch would hold for a part of the target. */
export interface Sample {
  readonly streams: Streams;
  /** Which share of the target that is, above 0 to 1. */
  readonly share: number;
}

/**
 * Walks through pieces of the target, spread evenly, until there is enough. It may end only at a sixteenth, an eighth, a quarter or half
 * of all: whoever stops as soon as a piece was expensive finds every file expensive.
 */
export function sample(
  source: Pick<IndexedSource, 'make'>,
  target: Uint8Array,
  { pieceBytes, fewestPieces, enoughSearches }: SampleSize,
): Sample {
  const size = target.length;
  const pieces = Math.ceil(size / pieceBytes);
  const rounds = 2 ** (32 - Math.clz32(Math.max(0, pieces - 1)));
  const streams = new Streams();
  const homes = new Map<number, number>();
  let walked = 0;
  for (let round = 0; round < rounds; round += 1) {
    const isLevel = [2, 4, 8, 16].some((part) => round * part === rounds);
    if (isLevel && streams.searches >= enoughSearches && homes.size >= fewestPieces) break;
    const piece = reversed(round, rounds);
    if (piece >= pieces) continue;
    const from = piece * pieceBytes;
    const to = Math.min(size, from + pieceBytes);
    let near = piece - 1;
    while (near >= 0 && !homes.has(near)) near -= 1;
    const made = source.make(target, { from, to, guess: homes.get(near) ?? 0 });
    homes.set(piece, made.home);
    streams.add(made);
    walked += to - from;
  }
  return { streams, share: walked / size };
}

/** The number with its bits in reverse, in a range that is a power of two. */
function reversed(number: number, range: number): number {
  let result = 0;
  for (let bit = 1, back = range / 2; bit < range; bit *= 2, back /= 2) if ((number & bit) !== 0) result |= back;
  return result;
}
