/** What the numbers of copies cost, learned from how often each was coded. */

/** How often numbers of each length in bits were coded, by kind, and sources of copies, by whether bytes are sent before. */
export interface NumberCounts {
  /** 32 for each of the four kinds. */
  readonly lengths: Float64Array;
  /** 8 for copies right behind others, then 8 for those behind bytes that are sent. */
  readonly sources: Float64Array;
}

export function noCounts(): NumberCounts {
  return { lengths: new Float64Array(4 * 32), sources: new Float64Array(2 * 8) };
}

/** Prices in 1/32 bit: numbers by kind and length in bits, then sources. */
export const numberPricesLength = 4 * 32 + 2 * 8;

const unit = 32;
/** As if each length had been seen so often by itself, and more so the shorter ones. */
const seenBefore = 0.3;

/** Takes the bits that all numbers came to when they were coded: the coder knows more than these counts. */
export function priceNumbers({ lengths, sources }: NumberCounts, coded: number): Int32Array {
  const bits = [...tableBits(lengths, 32), ...tableBits(sources, 8)];
  const all = [...lengths, ...sources];
  const fixed = all.reduce((sum, count, i) => sum + count * evenBits(i), 0);
  const learned = all.reduce((sum, count, i) => sum + count * (bits[i] ?? 0), 0);
  const scale = learned < 64 ? 1 : Math.min(1.1, Math.max(0.4, (coded - fixed) / learned));
  return Int32Array.from(bits, (each, i) => Math.round(unit * (each * scale + evenBits(i))));
}

/** Bits of a number behind the highest, which are nearly even. */
function evenBits(i: number): number {
  return i < 4 * 32 ? i % 32 : 0;
}

function tableBits(counts: Float64Array, row: number): readonly number[] {
  const bits: number[] = [];
  for (let at = 0; at < counts.length; at += row) {
    const some = counts.subarray(at, at + row);
    const total = some.reduce((sum, count) => sum + count + seenBefore, 0);
    for (const count of some) bits.push(Math.log2(total / (count + seenBefore)));
  }
  return bits;
}
