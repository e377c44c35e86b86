/** Codes all segments once, by one choice of what is copied from where. */
import { crc32 } from 'node:zlib';
import type { Reading } from './code.js';
import type { PackedSegment, TableSizes } from './container.js';
import type { Cover, CoverCost } from './covers.js';
import type { Loops } from './loops.js';
import type { NumberCounts } from './number-prices.js';
import { coversOfSpan, type Order, type Span, spansOf } from './place.js';
import { type ContentBits, openSegmentCoder } from './segment.js';

/** Chooses for each segment, in the order in which they are made, what its bytes are copied from. */
export type Choose = (span: Span) => readonly Cover[];

/** A whole patch but for its header, and what it came of. */
export interface Draft {
  readonly segments: readonly PackedSegment[];
  readonly size: number;
  readonly reading: Reading;
  readonly downwards: boolean;
  /** All copies, of the old and of the new image, in the order of their places. */
  readonly copies: readonly Cover[];
  readonly cost: CoverCost;
  readonly counts: NumberCounts;
  readonly content: ContentBits;
}

/** Both images and what is the same for all drafts of a patch. */
export interface DraftOf {
  readonly loops: Loops;
  readonly old: Uint8Array;
  readonly fresh: Uint8Array;
  readonly tables: TableSizes;
}

/** Codes all segments. `onDone` is told of the bytes that have been coded. */
export function codeDraft(
  { loops, old, fresh, tables }: DraftOf,
  reading: Reading,
  order: Order,
  choose: Choose,
  onDone: (bytes: number) => void,
): Draft {
  const coder = openSegmentCoder(loops, { tables, reading, order });
  const spans = spansOf(fresh.length, order.segmentSize);
  const made = (order.downwards ? spans.toReversed() : spans).map((span) => {
    const bytes = fresh.subarray(span.start, span.end);
    const copies = choose(span);
    const same = span.end <= old.length && Buffer.compare(bytes, old.subarray(span.start, span.end)) === 0;
    const segment: PackedSegment = { packed: same ? undefined : coder.encode(span, copies), newCrc: crc32(bytes) };
    onDone(bytes.length);
    return { segment, copies };
  });
  if (order.downwards) made.reverse();
  const segments = made.map(({ segment }) => segment);
  return {
    segments,
    size: payloadOf(segments) + 12 * reading.ranges.length,
    reading,
    downwards: order.downwards,
    copies: made.flatMap(({ copies }) => copies),
    cost: coder.cost(),
    counts: coder.counts(),
    content: coder.content(),
  };
}

/** Chooses what an earlier choice was. */
export function asBefore(copies: readonly Cover[], order: Order, newSize: number): Choose {
  return (span) => coversOfSpan(copies, span, order, newSize);
}

/** Bytes of all packed segments. */
export function payloadOf(segments: readonly PackedSegment[]): number {
  return segments.reduce((sum, { packed }) => sum + (packed?.length ?? 0), 0);
}

/** Of two drafts the smaller one, the first where they are equal. */
export function smaller(a: Draft, b: Draft): Draft {
  return b.size < a.size ? b : a;
}

/** The copies of the old image alone. */
export function oldCopies({ copies }: Draft): readonly Cover[] {
  return copies.filter(({ self }) => !self);
}
