import type { DiffLine } from '../../../model/inner.js';
import { mostDiffLinesShown, mostOneSidedLinesShown } from '../../../model/limits/audit.js';
import { type Edit, editsBetween } from './edits.js';
import { showLine } from './lines.js';

/** Lines of context around a change. */
const context = 2;

/** Gives a line of a side by its index, with secrets masked. */
export interface Show {
  readonly before: (index: number) => string;
  readonly after: (index: number) => string;
}

/** A diff for people, or why there is none. */
export interface TextDiff {
  readonly lines: readonly DiffLine[];
  readonly notes: readonly string[];
}

/**
 * A unified diff of two lists of lines. `show` gives the same lines with secrets masked: comparing is done on the real
 * ones, so that a changed password is still seen as a change.
 */
export function unifiedDiff(before: readonly string[], after: readonly string[], show: Show): TextDiff {
  const edits = editsBetween(before, after);
  if (edits === undefined) {
    return {
      lines: [],
      notes: [`too different for a line by line view: ${before.length} lines before, ${after.length} after`],
    };
  }
  const limit = before.length === 0 || after.length === 0 ? mostOneSidedLinesShown : mostDiffLinesShown;
  const keep = new Uint8Array(edits.length);
  edits.forEach((edit, i) => {
    if (edit.sign !== ' ') keep.fill(1, Math.max(0, i - context), i + context + 1);
  });
  const lines: DiffLine[] = [];
  let changed = 0;
  let dropped = 0;
  let gap = false;
  edits.forEach((edit, i) => {
    if (keep[i] === 0) {
      gap = true;
      return;
    }
    if (lines.length >= limit) {
      if (edit.sign !== ' ') dropped++;
      return;
    }
    if (gap) lines.push({ sign: 'gap', text: place(edit) });
    gap = false;
    if (edit.sign !== ' ') changed++;
    lines.push({ sign: edit.sign, text: showLine(lineOf(edit, show)) });
  });
  return {
    lines,
    notes: dropped === 0 ? [] : [`the diff is cut: ${dropped} more changed lines after these ${changed}`],
  };
}

function lineOf(edit: Edit, show: Show): string {
  return edit.sign === '+' ? show.after(edit.after) : show.before(edit.before);
}

function place(edit: Edit): string {
  return edit.sign === '+' ? `line ${edit.after + 1} after` : `line ${edit.before + 1}`;
}
