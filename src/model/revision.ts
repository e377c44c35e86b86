/** The order of project revisions: which of two firmware versions is the later one. */
import { compareBytes } from './path.js';

/**
 * The numbers by which revisions of one project are ordered, most significant first: `R01A02` and a trailing `_01.003`.
 * `undefined` where a revision has no such numbers.
 */
export function revisionNumbers(revision: string): readonly number[] | undefined {
  const main = /R(\d+)A(\d+)/.exec(revision);
  if (main === null) return undefined;
  const tail = /_(\d+)\.(\d+)(?:\D.*)?$/.exec(revision);
  return [main[1], main[2], tail?.[1], tail?.[2]].map((digits) => Number(digits ?? 0));
}

/** Whether the second revision is a lower one than the first; false where their numbers do not tell. */
export function countsDown(before: string | undefined, after: string | undefined): boolean {
  const [left, right] = [revisionNumbers(before ?? ''), revisionNumbers(after ?? '')];
  if (left === undefined || right === undefined) return false;
  return difference(left, right) < 0;
}

/** What the second is more than the first, by the first number that differs. */
function difference(left: readonly number[], right: readonly number[]): number {
  for (const [index, number] of left.entries()) {
    const more = (right[index] ?? 0) - number;
    if (more !== 0) return more;
  }
  return 0;
}

/** Orders revisions from old to new: by their numbers where both have them, else by all numbers in them, at last by their bytes. */
export function compareRevisions(a: string, b: string): number {
  const [left, right] = [revisionNumbers(a), revisionNumbers(b)];
  const byNumbers = left === undefined || right === undefined ? 0 : -difference(left, right);
  return byNumbers || naturally(a, b) || compareBytes(a, b);
}

function naturally(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.match(/\d{1,15}|\D+/g) ?? []);
  for (const [at, one] of (left ?? []).entries()) {
    const other = right?.[at];
    if (other === undefined) return 1;
    const numbers = [one, other].map(Number);
    const [x = Number.NaN, y = Number.NaN] = numbers;
    const order = Number.isNaN(x) || Number.isNaN(y) ? compareBytes(one, other) : x - y;
    if (order !== 0) return order;
  }
  return (left?.length ?? 0) - (right?.length ?? 0);
}
