/** What the covers tell of where old bytes went. */
import type { Cover } from './covers.js';

/** Pages of this many bytes have one displacement. */
const pageBits = 8;
const unknown = -0x80000000;

/** A displacement by place in the old image. */
export type ShiftMap = (at: number) => number | undefined;

/** The displacement of each page, as of the longest cover that comes from it. */
export function mapShifts(oldSize: number, covers: readonly Cover[]): ShiftMap {
  const shifts = new Int32Array((oldSize >> pageBits) + 1).fill(unknown);
  const lengths = new Int32Array(shifts.length);
  for (const { at, from, length, self } of covers) {
    if (self) continue;
    for (let page = from >> pageBits; page <= (from + length - 1) >> pageBits; page++) {
      if (length <= (lengths[page] ?? 0)) continue;
      lengths[page] = length;
      shifts[page] = at - from;
    }
  }
  return (at) => {
    const shift = at < 0 || at >= oldSize ? unknown : (shifts[at >> pageBits] ?? unknown);
    return shift === unknown ? undefined : shift;
  };
}
