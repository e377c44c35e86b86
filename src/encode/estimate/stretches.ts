import { newBytes } from '../../model/large-bytes.js';
import type { Seeds } from './seeds.js';

/** Where streams are gathered, one file after the other. */
let [diffRoom, extraRoom] = [new Uint8Array(0), new Uint8Array(0)];

/** What a patch would hold for some bytes of the target. It holds them until the next is made. */
export class Streams {
  /** Numbers of the control block, three for each stretch. */
  readonly control: number[] = [];
  /** How often the source was searched: what a walk costs, and a measure of how much differs. */
  searches = 0;
  readonly #diff: Uint8Array;
  readonly #extra: Uint8Array;
  #diffLength = 0;
  #extraLength = 0;

  /** With room for so many bytes of target. */
  constructor(bytes: number) {
    if (diffRoom.length < bytes) [diffRoom, extraRoom] = [newBytes(bytes), newBytes(bytes)];
    this.#diff = diffRoom;
    this.#extra = extraRoom;
  }

  /** Differences to the source. */
  get diff(): Uint8Array {
    return this.#diff.subarray(0, this.#diffLength);
  }

  /** Bytes that are not made from the source. */
  get extra(): Uint8Array {
    return this.#extra.subarray(0, this.#extraLength);
  }

  /** Appends `length` target bytes from `at` as differences to the source bytes from `position`. */
  add(source: Uint8Array, position: number, target: Uint8Array, at: number, length: number): void {
    for (let i = 0; i < length; i += 1)
      this.#diff[this.#diffLength++] = (target[at + i] ?? 0) - (source[position + i] ?? 0);
  }

  /** Appends target bytes as they are. */
  copy(bytes: Uint8Array): void {
    this.#extra.set(bytes, this.#extraLength);
    this.#extraLength += bytes.length;
  }
}

/** A source with what it is searched by, and the target. */
export interface Sides {
  readonly source: Uint8Array;
  readonly target: Uint8Array;
  readonly seeds: Seeds;
}

/** A match elsewhere has to be so many bytes better than going on where one is. */
const betterBy = 8;

/**
 * Appends what a patch holds for target bytes from `from` to `to`, greedily: it goes on at the same distance, bytes that differ
 * included, until a match elsewhere is longer by far than what this distance has to offer. It begins at the distance `home`,
 * and comes back to it where that is as good as another.
 */
export function walk(sides: Sides, from: number, to: number, home: number, out: Streams): void {
  const { source, target, seeds } = sides;
  let scan = from;
  let length = 0;
  let lastScan = from;
  let lastPosition = Math.max(0, from + home);
  let offset = lastPosition - from;
  let position = 0;
  while (scan < to) {
    let oldScore = 0;
    scan += length;
    let scored = scan;
    for (; scan < to; scan += 1) {
      position = scan + offset;
      length = equalBytes(sides, scan, position, to);
      // What goes on as before needs no search.
      if (length < betterBy) {
        out.searches += 1;
        position = seeds.find(target, scan);
        length = equalBytes(sides, scan, position, to);
        const back = offset === home ? 0 : equalBytes(sides, scan, scan + home, to);
        if (back >= betterBy && back >= length) {
          length = back;
          position = scan + home;
        }
      }
      for (; scored < scan + length; scored += 1) if (source[scored + offset] === target[scored]) oldScore += 1;
      if ((length === oldScore && length !== 0) || length > oldScore + betterBy) break;
      if (scored === scan) scored = scan + 1;
      else if (source[scan + offset] === target[scan]) oldScore -= 1;
    }
    if (length === oldScore && scan < to) continue;
    let forward = reachForward(sides, lastScan, lastPosition, scan);
    let back = scan < to ? reachBack(sides, scan, position, lastScan) : 0;
    const overlap = lastScan + forward - (scan - back);
    if (overlap > 0) {
      const kept = bestCut(
        sides,
        lastScan + forward - overlap,
        lastPosition + forward - overlap,
        position - back,
        overlap,
      );
      forward += kept - overlap;
      back -= kept;
    }
    const next = scan - back;
    out.add(source, lastPosition, target, lastScan, forward);
    out.copy(target.subarray(lastScan + forward, next));
    out.control.push(forward, next - lastScan - forward, position - back - (lastPosition + forward));
    lastScan = next;
    lastPosition = position - back;
    offset = position - scan;
  }
}

function equalBytes({ source, target }: Sides, scan: number, position: number, to: number): number {
  if (position < 0) return 0;
  const most = Math.min(to - scan, source.length - position);
  let i = 0;
  while (i < most && source[position + i] === target[scan + i]) i += 1;
  return i;
}

/** How far the stretch that begins at `at` is worth its while: more than half of its bytes are equal. */
function reachForward({ source, target }: Sides, at: number, position: number, end: number): number {
  let [same, best, length] = [0, 0, 0];
  for (let i = 0; at + i < end && position + i < source.length; ) {
    if (source[position + i] === target[at + i]) same += 1;
    i += 1;
    if (2 * same - i > best) {
      best = 2 * same - i;
      length = i;
    }
  }
  return length;
}

/** The same, backwards from a match. */
function reachBack({ source, target }: Sides, scan: number, position: number, end: number): number {
  let [same, best, length] = [0, 0, 0];
  for (let i = 1; scan >= end + i && position >= i; i += 1) {
    if (source[position - i] === target[scan - i]) same += 1;
    if (2 * same - i > best) {
      best = 2 * same - i;
      length = i;
    }
  }
  return length;
}

/** Where two stretches reach for the same bytes: how many of them the first one keeps. */
function bestCut({ source, target }: Sides, at: number, first: number, second: number, length: number): number {
  let [score, best, kept] = [0, 0, 0];
  for (let i = 0; i < length; i += 1) {
    if (target[at + i] === source[first + i]) score += 1;
    if (target[at + i] === source[second + i]) score -= 1;
    if (score > best) {
      best = score;
      kept = i + 1;
    }
  }
  return kept;
}
