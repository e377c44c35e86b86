/** Finds what the gaps between covers have in common with the new image as far as it has been made. */
import type { Cover } from './covers.js';
import type { Order, Span } from './place.js';

/** Shorter pieces cost more to tell than to send. */
const shortest = 12;
const ways = 4;
/** A cover of so many bytes stays in any case, and by how much a piece must be longer than a shorter one. */
const longCover = 256;
const clearlyLonger = 16;
/** What is left of a cover that was begun by another is copied from so many bytes on. */
const worthCopying = 4;

/** What of a cover lies behind `at`; `undefined` when it is not worth copying. */
function from(cover: Cover | undefined, at: number): Cover | undefined {
  if (cover === undefined || cover.at >= at) return cover;
  const lost = at - cover.at;
  const length = cover.length - lost;
  return length < worthCopying ? undefined : { at, length, from: cover.from + lost, self: cover.self };
}

/** Looks at segments in the order in which they are made. */
export interface SelfSearch {
  /** The covers of a segment with those added that copy the new image. */
  readonly fill: (span: Span, covers: readonly Cover[]) => readonly Cover[];
}

/** A search that knows nothing of the new image yet. */
export function openSelfSearch(fresh: Uint8Array, { segmentSize, downwards }: Order): SelfSearch {
  const bits = Math.max(8, Math.min(20, 31 - Math.clz32(fresh.length + 1)));
  const places = new Int32Array(ways << bits).fill(-1);
  const view = new DataView(fresh.buffer, fresh.byteOffset, fresh.byteLength);

  /** Where the places of what begins like the bytes at `at` are noted. */
  function bucketOf(at: number): number {
    const a = Math.imul(view.getUint32(at, true), 0x9e3779b1);
    const b = Math.imul(view.getUint32(at + 4, true), 0x85ebca6b);
    const c = Math.imul(view.getUint32(at + 8, true), 0xc2b2ae35);
    return (Math.imul(a ^ (b >>> 15) ^ c, 0x27d4eb2f) >>> (32 - bits)) * ways;
  }

  function note(at: number): void {
    if (at + shortest > fresh.length) return;
    places[bucketOf(at) + (at & (ways - 1))] = at;
  }

  function equalBytes(from: number, at: number, most: number): number {
    let length = 0;
    while (length < most && fresh[from + length] === fresh[at + length]) length++;
    return length;
  }

  /** The longest piece for [at, end) of at least `least` bytes that may be copied when the segment is made. */
  function longest(at: number, end: number, behind: number, least: number): Cover | undefined {
    const bucket = bucketOf(at);
    let best: Cover | undefined;
    for (let i = 0; i < ways; i++) {
      const from = places[bucket + i] ?? -1;
      if (from < 0) continue;
      const most = downwards && from >= behind ? Math.min(end - at, fresh.length - from) : end - at;
      // What is too short costs no more than its least length: the work grows with the image.
      if (most < least || equalBytes(from, at, least) < least) continue;
      const length = least + equalBytes(from + least, at + least, most - least);
      if (length > (best?.length ?? 0)) best = { at, length, from, self: true };
    }
    return best;
  }

  return {
    fill: (span, covers) => {
      const behind = (span.index + 1) * segmentSize;
      const filled: Cover[] = [];
      let at = span.start;
      let k = 0;
      const take = (cover: Cover): void => {
        filled.push(cover);
        for (const until = at + cover.length; at < until; at++) note(at);
      };
      while (at < span.end) {
        const next = from(covers[k], at);
        if (next === undefined && k < covers.length) {
          k++;
          continue;
        }
        const isGap = next === undefined || next.at > at;
        // A short cover gives way to a piece of the new image that goes well past it.
        const least = isGap
          ? shortest
          : Math.max(shortest, next.length + Math.max(clearlyLonger, next.length - longCover));
        const end = isGap && next !== undefined && next.length >= longCover ? next.at : span.end;
        const found = at + least <= end ? longest(at, end, behind, least) : undefined;
        if (found !== undefined) take(found);
        else if (next !== undefined && !isGap) take(next);
        else note(at++);
      }
      return filled;
    },
  };
}
