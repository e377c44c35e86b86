/** Finds what the gaps between covers have in common with the new image as far as it has been made. */
import type { Cover } from './covers.js';
import type { Loops } from './loops.js';
import type { Order, Span } from './place.js';

/** Bytes that are done in one call: the engine runs better code from one call to the next only. */
const slice = 32_768;
/** A cover of so many bytes stays in any case, and by how much a piece must be longer than a shorter one. */
const longCover = 256;
const shortestOver = 12;
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
export function openSelfSearch({ call, openSelf }: Loops, { segmentSize, downwards }: Order): SelfSearch {
  openSelf(downwards);

  return {
    fill: (span, covers) => {
      const behind = (span.index + 1) * segmentSize;
      const filled: Cover[] = [];
      let at = span.start;
      let k = 0;
      const take = (cover: Cover): void => {
        filled.push(cover);
        const until = at + cover.length;
        for (; at < until; at = Math.min(until, at + slice)) call('note', at, Math.min(until, at + slice));
      };
      /** Goes on to the first place before `stop`, or at most a slice further, that has a piece which ends before `end`. */
      const seek = (stop: number, end: number): Cover | undefined => {
        at = call('seek', at, Math.min(stop, at + slice), stop, end, behind);
        return found();
      };
      const found = (): Cover | undefined => {
        const length = call('foundLength');
        return length === 0 ? undefined : { at, length, from: call('foundFrom'), self: true };
      };
      while (at < span.end) {
        const next = from(covers[k], at);
        if (next === undefined && k < covers.length) {
          k++;
          continue;
        }
        if (next === undefined || next.at > at) {
          const stop = next?.at ?? span.end;
          const end = next !== undefined && next.length >= longCover ? next.at : span.end;
          const piece = seek(stop, end);
          if (piece !== undefined) take(piece);
          continue;
        }
        // A short cover gives way to a piece of the new image that goes well past it.
        const least = Math.max(shortestOver, next.length + Math.max(clearlyLonger, next.length - longCover));
        call('look', at, span.end, behind, least);
        take(found() ?? next);
      }
      return filled;
    },
  };
}
