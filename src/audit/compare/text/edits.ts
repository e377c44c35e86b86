/**
 * The shortest list of line edits, by Myers' greedy algorithm:
 *   1. lines that both sides share at the start and the end are set aside;
 *   2. the furthest reaching path with d edits is extended until both ends are reached;
 *   3. the way back through the saved frontiers gives the edits.
 * Work grows with (lines × edits), so it gives up beyond `mostEdits`; whoever asks then says that the texts are too different.
 */

import { mostEdits, mostEditWork } from '../../../model/limits/audit.js';

/** A line that is kept, taken away or put in. Numbers are 0-based lines of the sides where the line is. */
export type Edit =
  | { readonly sign: ' '; readonly before: number; readonly after: number }
  | { readonly sign: '-'; readonly before: number }
  | { readonly sign: '+'; readonly after: number };

/** Edits that turn one list into the other; `undefined` when more than 1,500 would be needed, or fewer for long texts. */
export function editsBetween(before: readonly string[], after: readonly string[]): readonly Edit[] | undefined {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++;
  }
  const middle = greedy(before.slice(start, before.length - end), after.slice(start, after.length - end));
  if (middle === undefined) return undefined;
  const edits: Edit[] = [];
  for (let i = 0; i < start; i++) edits.push({ sign: ' ', before: i, after: i });
  for (const edit of middle) edits.push(shift(edit, start));
  for (let i = end; i > 0; i--) edits.push({ sign: ' ', before: before.length - i, after: after.length - i });
  return edits;
}

function shift(edit: Edit, by: number): Edit {
  if (edit.sign === ' ') return { sign: ' ', before: edit.before + by, after: edit.after + by };
  return edit.sign === '-' ? { sign: '-', before: edit.before + by } : { sign: '+', after: edit.after + by };
}

function greedy(a: readonly string[], b: readonly string[]): readonly Edit[] | undefined {
  const n = a.length;
  const m = b.length;
  if (n === 0) return b.map((_, i) => ({ sign: '+', after: i }));
  if (m === 0) return a.map((_, i) => ({ sign: '-', before: i }));
  const most = Math.min(mostEdits, n + m, Math.ceil(mostEditWork / (n + m)));
  const frontiers: Int32Array[] = [];
  let v = new Int32Array(3);
  // v holds, for diagonal k = x - y in -d-1 … d+1, the furthest x at index k + d + 1
  for (let d = 0; d <= most; d++) {
    const next = new Int32Array(2 * d + 5);
    const old = (k: number): number => v[k + d + 1] ?? 0;
    for (let k = -d; k <= d; k += 2) {
      let x = d === 0 ? 0 : k === -d || (k !== d && old(k - 1) < old(k + 1)) ? old(k + 1) : old(k - 1) + 1;
      while (x < n && x - k < m && x - k >= 0 && a[x] === b[x - k]) x++;
      next[k + d + 2] = x;
      if (x >= n && x - k >= m) {
        frontiers.push(next);
        return wayBack(frontiers, n, m);
      }
    }
    frontiers.push(next);
    v = next;
  }
  return undefined;
}

function wayBack(frontiers: readonly Int32Array[], n: number, m: number): readonly Edit[] {
  const edits: Edit[] = [];
  let x = n;
  let y = m;
  for (let d = frontiers.length - 1; d > 0; d--) {
    const previous = frontiers[d - 1];
    const at = (k: number): number => previous?.[k + d + 1] ?? 0;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const fromX = down ? at(k + 1) : at(k - 1);
    const fromY = fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY) edits.push({ sign: ' ', before: --x, after: --y });
    if (down) edits.push({ sign: '+', after: --y });
    else edits.push({ sign: '-', before: --x });
  }
  while (x > 0 && y > 0) edits.push({ sign: ' ', before: --x, after: --y });
  return edits.reverse();
}
