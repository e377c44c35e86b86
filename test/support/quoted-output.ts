/** What documents quote of a program's output, held against what it prints. */
import assert from 'node:assert/strict';

/** A line of a stage, without how long it took. */
export const withoutTimes = (line: string): string => line.replace(/ in \d+\.\d s$/, ' in a while');
const withoutFigures = (line: string): string => withoutTimes(line).replace(/\d+(\.\d+)?( [kM]?B\b)?/g, '#');

/**
 * For each line of the excerpt, the next printed line that is the same but for its figures; `…` stands for any lines.
 * Fails where a quoted line is not printed there.
 */
export function printedFor(excerpt: string, printed: string, document: string): readonly string[] {
  const lines = printed.split('\n');
  let at = 0;
  return excerpt.split('\n').map((line) => {
    if (line === '…' || line === '') return line;
    const found = lines.findIndex((other, index) => index >= at && withoutFigures(other) === withoutFigures(line));
    assert.ok(found >= 0, `${document} quotes what is not printed (there): ${line}\nprinted:\n${printed}`);
    at = found + 1;
    return lines[found] ?? '';
  });
}
