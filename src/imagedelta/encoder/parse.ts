/** Chooses what each byte of the new image is made by, by prices that were learned from an earlier draft. */
import { type Cover, pricesOf } from './covers.js';
import { type Choose, type Draft, type DraftOf, oldCopies } from './drafts.js';
import { priceNumbers } from './number-prices.js';
import { coversOfSpan, type Order } from './place.js';

/** Places that are done in one call: the engine runs better code from one call to the next only. */
const slice = 8192;

/** Covers of so many bytes that the earlier draft had too stay as they are. */
const longCover = 256;

/** Counts speak for what was coded, and against what is still to be found. */
const asCounted = { difference: 1, copy: 1, turn: 1 };

/**
 * Chooses between bytes as they are, pieces of the new image, the copies of the draft that was coded last, and other covers. What that
 * draft came to says what each would cost, byte by byte where it had the same.
 */
export function chooseByPrice(
  { loops, old, fresh }: DraftOf,
  last: Draft,
  covers: readonly Cover[],
  order: Order,
): Choose {
  const measured = oldCopies(last);
  loops.openSelf(order.downwards);
  loops.openParse(
    pricesOf(old, fresh, last.copies, last.cost, asCounted),
    priceNumbers(last.counts, last.content.covers),
  );
  return (span) => {
    const [some = [], others = []] = [measured, covers].map((each) => coversOfSpan(each, span, order, fresh.length));
    loops.beginParse(span, (span.index + 1) * order.segmentSize, [some, others, longCommon(some, others)]);
    while (loops.call('parseSome', slice) === 0);
    return loops.chosen();
  };
}

/** Where two lists have the same long copies. */
function longCommon(some: readonly Cover[], others: readonly Cover[]): readonly Cover[] {
  const common: Cover[] = [];
  let k = 0;
  for (const one of some) {
    for (; k < others.length; k++) {
      const other = others[k];
      if (other === undefined || other.at >= one.at + one.length) break;
      const at = Math.max(one.at, other.at);
      const length = Math.min(one.at + one.length, other.at + other.length) - at;
      if (length >= longCover && one.at - one.from === other.at - other.from)
        common.push({ at, length, from: at - one.at + one.from, self: false });
      if (other.at + other.length > one.at + one.length) break;
    }
  }
  return common;
}
