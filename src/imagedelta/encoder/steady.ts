/**
 * Finds covers for what has no equal bytes in the old image but differs from it in a steady way: tables whose values all move by a
 * constant, pictures with other colours.
 */
import type { Cover } from './covers.js';
import { indexSteps, type StepIndex } from './steps.js';

/** Gaps are looked at in pieces of so many bytes; shorter gaps than the second are left. */
const piece = 512;
const leastGap = 32;
/** Stretches with the same displacement are one cover when fewer bytes than this lie between them. */
const joined = 16;
/** Places at which a piece is looked up, from its beginning and from its middle. */
const probes = 20;
const candidateLimit = 12;
/** What a byte that is sent takes in bits, and what a cover must save. */
const literalBits = 5;
const coverBits = 40;
/** What a difference takes that was foretold so often before. */
const foretold = [5, 3, 1.5, 0.8, 0.5, 0.3, 0.2, 0.15];

interface Found {
  readonly at: number;
  readonly length: number;
  readonly by: number;
  readonly saved: number;
}

/** Looks for steady covers of one pair of images. */
export interface SteadySearch {
  /** The covers, with steady ones added in the gaps between them. Whether they pay is for others to say. */
  readonly addTo: (covers: readonly Cover[]) => readonly Cover[];
}

export function openSteady(old: Uint8Array, fresh: Uint8Array): SteadySearch {
  let index: StepIndex | undefined;
  const lookUp: LookUp = (at) => {
    index ??= indexSteps(old);
    return index.lookUp(fresh, at);
  };
  // One choice of covers has most gaps of another.
  const known = new Map<string, readonly Cover[]>();
  const inGap = ({ start, end, near }: Gap): readonly Cover[] => {
    const key = [start, end, ...near].join();
    const found = known.get(key) ?? findInGap(old, fresh, lookUp, start, end, near);
    known.set(key, found);
    return found;
  };
  return {
    addTo: (covers) => {
      const added = gapsOf(covers, fresh.length).flatMap(inGap);
      return added.length === 0 ? covers : [...covers, ...added].sort((a, b) => a.at - b.at);
    },
  };
}

/** Places of the old image with the same steps as the new one has at a place. */
type LookUp = (at: number) => readonly number[];

interface Gap {
  readonly start: number;
  readonly end: number;
  /** Displacements of the covers around it. */
  readonly near: readonly number[];
}

function gapsOf(covers: readonly Cover[], size: number): readonly Gap[] {
  const gaps: Gap[] = [];
  let start = 0;
  let before: readonly number[] = [];
  for (const cover of [...covers, undefined]) {
    const end = cover?.at ?? size;
    const behind = cover === undefined ? [] : [cover.at - cover.from];
    if (end - start >= leastGap) gaps.push({ start, end, near: [...before, ...behind] });
    if (cover === undefined) break;
    start = cover.at + cover.length;
    before = behind;
  }
  return gaps;
}

function findInGap(
  old: Uint8Array,
  fresh: Uint8Array,
  lookUp: LookUp,
  start: number,
  end: number,
  near: readonly number[],
): readonly Cover[] {
  const found: Cover[] = [];
  let winner: number | undefined;
  for (let at = start; at < end; at += piece) {
    const stop = Math.min(end, at + piece);
    const candidates = new Set([0, ...near]);
    if (winner !== undefined) candidates.add(winner);
    let best = steadiestOf(old, fresh, at, stop, candidates);
    if ((best?.saved ?? 0) < 0.5 * literalBits * (stop - at)) {
      const more = new Set<number>();
      for (const first of [at, (at + stop) >> 1])
        for (let place = first; place < Math.min(stop, first + probes) && more.size < candidateLimit; place++)
          for (const from of lookUp(place)) if (!candidates.has(place - from)) more.add(place - from);
      const other = steadiestOf(old, fresh, at, stop, more);
      if (other !== undefined && other.saved > (best?.saved ?? 0)) best = other;
    }
    winner = best?.by;
    if (best === undefined) continue;
    const last = found.at(-1);
    if (last !== undefined && best.at - (last.at + last.length) < joined && last.at - last.from === best.by)
      found[found.length - 1] = { ...last, length: best.at + best.length - last.at };
    else found.push({ at: best.at, length: best.length, from: best.at - best.by, self: false });
  }
  return found;
}

function steadiestOf(
  old: Uint8Array,
  fresh: Uint8Array,
  start: number,
  end: number,
  displacements: ReadonlySet<number>,
): Found | undefined {
  let best: Found | undefined;
  for (const by of displacements) {
    const one = steadiest(old, fresh, start, end, by);
    if (one !== undefined && one.saved > (best?.saved ?? coverBits)) best = one;
  }
  return best;
}

/** The stretch of [start, end) that saves most when it is copied with a displacement; `undefined` when none saves anything. */
function steadiest(old: Uint8Array, fresh: Uint8Array, start: number, end: number, by: number): Found | undefined {
  const first = Math.max(start, by);
  const stop = Math.min(end, by + old.length);
  const last = [0, 0, 0, 0];
  const times = [0, 0, 0, 0];
  const ofOld = new Uint16Array(256);
  const timesOfOld = new Uint8Array(256);
  let carry = 0;
  let sum = 0;
  let from = first;
  let best: Found | undefined;
  for (let at = first; at < stop; at++) {
    const o = old[at - by] ?? 0;
    const d = ((fresh[at] ?? 0) - o) & 255;
    const phase = (at - by) & 3;
    // Of a number, the byte before may have carried into this one.
    const plain = (d - carry) & 255;
    const repeats = plain === last[phase] || d === last[phase] ? (times[phase] ?? 0) + 1 : 0;
    const repeatsOfOld = ofOld[o] === d + 1 ? (timesOfOld[o] ?? 0) + 1 : 0;
    const bits = Math.min(
      repeats > 0 ? (foretold[Math.min(repeats, 8) - 1] ?? 0) : 10,
      repeatsOfOld > 0 ? (foretold[Math.min(repeatsOfOld, 8) - 1] ?? 0) : 10,
    );
    last[phase] = plain;
    times[phase] = repeats;
    ofOld[o] = d + 1;
    timesOfOld[o] = Math.min(repeatsOfOld, 8);
    carry = o + d > 255 ? 1 : 0;
    sum += literalBits - bits;
    if (sum <= 0) {
      sum = 0;
      from = at + 1;
    } else if (sum > (best?.saved ?? 0)) best = { at: from, length: at + 1 - from, by, saved: sum };
  }
  return best;
}
