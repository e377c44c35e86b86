/** Fits covers to the segments and to what may be read when each is made. */
import type { Cover } from './covers.js';

/** How the new image is cut and made. */
export interface Order {
  readonly segmentSize: number;
  readonly inPlace: boolean;
  readonly downwards: boolean;
}

/** Bytes of the new image that are made together. */
export interface Span {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** The segments in the order of their places. */
export function spansOf(size: number, segmentSize: number): readonly Span[] {
  return Array.from({ length: Math.ceil(size / segmentSize) }, (_, index) => ({
    index,
    start: index * segmentSize,
    end: Math.min(size, (index + 1) * segmentSize),
  }));
}

/** A copy of fewer bytes costs more than it saves. */
const worthCopying = 4;

/** What of the covers lies in a segment and may be copied when it is made. */
export function coversOfSpan(covers: readonly Cover[], span: Span, order: Order, newSize: number): readonly Cover[] {
  const fitted: Cover[] = [];
  for (let k = firstIn(covers, span.start); k < covers.length; k++) {
    const cover = covers[k];
    if (cover === undefined || cover.at >= span.end) break;
    const cut = allowed(within(cover, span), span, order, newSize);
    if (cut.length >= (cut.length === cover.length ? 1 : worthCopying)) fitted.push(cut);
  }
  return fitted;
}

/** The first cover that ends behind `at`. */
function firstIn(covers: readonly Cover[], at: number): number {
  let low = 0;
  let high = covers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const cover = covers[middle];
    if (cover !== undefined && cover.at + cover.length <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function within(cover: Cover, span: Span): Cover {
  const start = Math.max(cover.at, span.start);
  const end = Math.min(cover.at + cover.length, span.end);
  return { at: start, length: end - start, from: cover.from + start - cover.at, self: cover.self };
}

/** What of a cover within the segment may be read: see the format, section 4. */
function allowed(cover: Cover, span: Span, { inPlace, downwards, segmentSize }: Order, newSize: number): Cover {
  if (cover.self || !inPlace) return cover;
  if (!downwards) {
    const lost = Math.max(0, span.start - cover.from);
    return { at: cover.at + lost, length: cover.length - lost, from: cover.from + lost, self: false };
  }
  if (span.end === newSize) return cover;
  const most = (span.index + 1) * segmentSize - cover.from;
  return { at: cover.at, length: Math.min(cover.length, most), from: cover.from, self: false };
}
