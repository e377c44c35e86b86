import { linesOf, trimBlanks } from '../../formats/text/text-lines.js';
import type { Code } from '../../model/codes.js';
import type { Fault } from '../../model/errors.js';
import { longestListLineBytes } from '../../model/limits/input.js';
import type { ListName, RuleAt } from '../../model/list-rules.js';
import { displayName, type NameFault, unsafeName } from '../../model/path.js';

/** A line of a list that says something: not blank, not a comment. */
export interface ListLine {
  readonly at: RuleAt;
  /** One unit a byte, without white space at the ends. */
  readonly text: string;
  /** Units before `text` on its line. */
  readonly indent: string;
}

/** What a list parser returns: its rules, and a fault for each line that does not parse. */
export interface Parsed<Rule> {
  readonly rules: readonly Rule[];
  readonly faults: readonly Fault[];
}

/** The lines of a list, and those too long to be lines. A byte order mark, CRLF, blanks at the ends, comments and exact repetitions are left out. */
export function listLines(
  list: ListName,
  file: string,
  text: string,
): { readonly lines: readonly ListLine[]; readonly faults: readonly Fault[] } {
  const seen = new Set<string>();
  const lines: ListLine[] = [];
  const faults: Fault[] = [];
  for (const { number, text: whole } of linesOf(text)) {
    const { text: trimmed, indent } = trimBlanks(whole);
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    // In the chmod list the last row for a path wins, so a repetition is not idle: it may undo a row between.
    if (list !== 'chmod' && seen.has(trimmed)) continue;
    const line = { at: { list, file, line: number }, text: trimmed, indent: whole.slice(0, indent) };
    if (trimmed.length > longestListLineBytes) {
      faults.push(
        lineFault(line, 0, 'the line is too long: is this a text file?', `at most ${longestListLineBytes} bytes`),
      );
      continue;
    }
    seen.add(trimmed);
    lines.push(line);
  }
  return { lines, faults };
}

const lineCodes = {
  noota: 'noota-line',
  fullota: 'fullota-line',
  chmod: 'chmod-line',
  multifota: 'multifota-line',
} as const satisfies Record<ListName, Code>;

/** A fault at a unit of the line's text; the column counts characters as an editor shows them. */
export function lineFault(line: ListLine, offset: number, message: string, expected: string, remedy?: string): Fault {
  const before = Buffer.from(line.indent + line.text.slice(0, offset), 'latin1').toString('utf8');
  const found = displayName(line.text.slice(offset, offset + 120));
  return {
    code: lineCodes[line.at.list],
    place: { file: line.at.file, line: line.at.line, column: [...before].length + 1 },
    message,
    found: found === '' ? 'the end of the line' : found,
    expected,
    remedy,
  };
}

const partFaults: Readonly<Record<NameFault, string>> = {
  empty: 'the path is empty',
  absolute: 'the path starts with a slash',
  'parent-part': 'the path has a part `..`',
  'dot-part': 'the path has a part `.`',
  'empty-part': 'the path has two slashes in a row',
  'nul-byte': 'the line has a NUL byte: is this a text file?',
  'backslash-root': 'the path starts like a path of Windows',
};

/** Why a path of a list cannot name anything in a build, or `undefined`. The path has no trailing slash. */
export function pathFault(path: string): string | undefined {
  const fault = unsafeName(path);
  return fault === undefined ? undefined : partFaults[fault];
}
