/** Codes one segment of the new image. */

import type { Reading } from './code.js';
import type { TableSizes } from './container.js';
import type { Cover, CoverCost } from './covers.js';
import type { Loops } from './loops.js';
import { type NumberCounts, noCounts } from './number-prices.js';
import type { Order, Span } from './place.js';

/** Bits by what they are for. */
export interface ContentBits {
  readonly covers: number;
  readonly literals: number;
  readonly data: number;
  readonly branches: number;
  readonly pages: number;
  readonly pointers: number;
}

/** How segments are coded. */
export interface Coding {
  readonly tables: TableSizes;
  readonly reading: Reading;
  readonly order: Order;
}

export interface SegmentCoder {
  readonly encode: (span: Span, covers: readonly Cover[]) => Uint8Array;
  /** What all segments so far have come to. */
  readonly cost: () => CoverCost;
  /** How often which numbers were coded. */
  readonly counts: () => NumberCounts;
  /** The same in bits, corrections in copies by what is corrected. */
  readonly content: () => ContentBits;
}

const numbers = { gap: 0, length: 1, move: 2, back: 3 } as const;

/** Bytes that are done in one call: the engine runs better code from one call to the next only. */
const slice = 8192;

export function openSegmentCoder({ call, openCoding, packed, spent }: Loops, coding: Coding): SegmentCoder {
  openCoding(coding.tables, coding.reading);

  const counts = noCounts();
  function count(table: Float64Array, at: number): void {
    table[at] = (table[at] ?? 0) + 1;
  }
  function number(kind: number, value: number): void {
    call('number', kind, value);
    count(counts.lengths, 32 * kind + 31 - Math.clz32(value + 1));
  }

  function literals(from: number, to: number): void {
    for (let at = from; at < to; at += slice) call('literals', at, Math.min(to, at + slice));
  }

  return {
    encode: ({ index, start, end }, covers) => {
      const behind = (index + 1) * coding.order.segmentSize;
      call('openSegment', start);
      let at = start;
      let expected = start;
      const known = [0, 0, 0];
      for (const cover of covers) {
        const gap = cover.at - at;
        number(numbers.gap, gap);
        literals(at, cover.at);
        at = cover.at;
        const by = at - cover.from;
        const place = cover.self ? -1 : known.indexOf(by);
        const ahead = cover.self && cover.from >= behind;
        const source = ahead ? 5 : cover.self ? 4 : place + 1;
        call('source', source, gap > 0 ? 1 : 0);
        count(counts.sources, source + (gap > 0 ? 8 : 0));
        if (cover.self) number(numbers.back, ahead ? cover.from - behind : at - cover.from - 1);
        else if (place < 0) {
          const distance = cover.from - expected;
          number(numbers.move, distance >= 0 ? 2 * distance : -2 * distance - 1);
        } else call('knownMove', place);
        number(numbers.length, cover.length - 1);
        if (!cover.self) {
          call('openCopy', cover.from, cover.length, by);
          while (call('copySome', slice) === 0);
          expected = cover.from + cover.length;
          if (place >= 0) known.splice(place, 1);
          known.unshift(by);
          known.length = 3;
        }
        at += cover.length;
      }
      if (at < end) {
        number(numbers.gap, end - at);
        literals(at, end);
      }
      return packed(call('closeSegment'));
    },
    cost: () => {
      const [ofNumbers = 0, ofLiterals = 0, ofCopies = 0] = spent();
      return {
        numbers: Math.ceil(ofNumbers / 8),
        literals: Math.ceil(ofLiterals / 8),
        copies: Math.ceil(ofCopies / 8),
      };
    },
    counts: () => counts,
    content: () => {
      const [covers = 0, literals = 0, , data = 0, branches = 0, pages = 0, low = 0, pointers = 0, local = 0] = spent();
      return { covers, literals, data, branches: branches + local, pages: pages + low, pointers };
    },
  };
}
