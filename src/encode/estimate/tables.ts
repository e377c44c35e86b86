import { discard } from '../../model/discard.js';

/** Tables that were given back, for the next file: fresh memory for each would have to be cleared and collected again and again. */
const free: Int32Array<ArrayBuffer>[] = [];

/** So many are kept, none with more slots than this: those of a kernel, some ten megabytes, are of no use to any other file. */
const mostKept = 9;
const mostSlots = 2 ** 19;

/** A table with at least so many slots, all -1. Give it back with {@link giveBack}. */
export function takeTable(slots: number): Int32Array<ArrayBuffer> {
  const fitting = free.findIndex(({ length }) => length >= slots);
  const [found] = fitting < 0 ? [] : free.splice(fitting, 1);
  return (found ?? new Int32Array(Math.max(slots, 1024))).fill(-1, 0, slots);
}

/** Takes tables back, smallest first. Nobody may use them afterwards. */
export function giveBack(tables: readonly Int32Array<ArrayBuffer>[]): void {
  for (const table of tables) {
    if (table.length > mostSlots) discard(new Uint8Array(table.buffer));
    else free.push(table);
  }
  free.sort((a, b) => a.length - b.length);
  free.splice(0, Math.max(0, free.length - mostKept));
}
