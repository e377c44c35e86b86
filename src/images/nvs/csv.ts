/** Rows of a CSV file as the original generator's reader parts them, each field with its place. */

import { InputError } from '../../model/errors.js';

/** A field: quoted fields keep their blanks. */
export interface CsvField {
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
}

/** A row; a quoted field may hold line ends. */
export type CsvRow = readonly CsvField[];

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Whether a field has blanks around it, which the original takes as part of the text. */
export function isSpaced({ text, quoted }: CsvField): boolean {
  return !quoted && text !== text.trim();
}

/** The rows that are not blank. Lines that begin with # are left out; within quotes, where the original leaves them out too, they are refused. */
export function readCsv(file: string, text: string): readonly CsvRow[] {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, index): Line => ({ number: index + 1, text: line }))
    .filter((line) => !line.text.startsWith('#'));
  const rows: CsvRow[] = [];
  let spaced = false;
  for (let at = 0; at < lines.length; ) {
    const { row, next } = readRow(file, lines, at, spaced);
    at = next;
    if (row.length === 1 && row[0]?.quoted === false && row[0].text.trim() === '') continue;
    if (rows.length === 0) spaced = row.some(isSpaced);
    rows.push(row);
  }
  return rows;
}

function readRow(file: string, lines: readonly Line[], first: number, spacedTable: boolean) {
  const row: CsvField[] = [];
  let spaced = spacedTable;
  let at = first;
  let from = 0;
  for (;;) {
    const line = lines[at];
    if (line === undefined) return { row, next: at };
    const blanks = blanksAt(line.text, from);
    const isQuote = line.text[from + blanks] === '"' && (blanks === 0 || spaced);
    const field = { line: line.number, column: from + 1 + (isQuote ? blanks : 0) };
    const ended = isQuote ? readQuoted(file, lines, at, from + blanks) : { text: '', line: at, from };
    const rest = lines[ended.line]?.text ?? '';
    const comma = rest.indexOf(',', ended.from);
    const tail = rest.slice(ended.from, comma < 0 ? undefined : comma);
    const text = `${ended.text}${isQuote && spaced ? tail.trim() : tail}`;
    row.push({ text, quoted: isQuote, ...field });
    spaced ||= isSpaced({ text, quoted: isQuote, ...field });
    at = ended.line;
    if (comma < 0) return { row, next: at + 1 };
    from = comma + 1;
  }
}

/** What is between quotes, and where it goes on behind them. */
function readQuoted(file: string, lines: readonly Line[], first: number, quote: number) {
  const parts: string[] = [];
  let from = quote + 1;
  for (let at = first; at < lines.length; at++, from = 0) {
    const text = lines[at]?.text ?? '';
    for (;;) {
      const end = text.indexOf('"', from);
      if (end < 0) break;
      parts.push(text.slice(from, end));
      from = end + 1;
      if (text[from] !== '"') return { text: parts.join(''), line: at, from };
      parts.push('"');
      from += 1;
    }
    parts.push(text.slice(from), '\n');
    const [here, next] = [lines[at]?.number ?? 0, lines[at + 1]?.number];
    if (next !== undefined && next !== here + 1) {
      throw new InputError({
        code: 'nvs-table',
        place: { file, line: here + 1, column: 1 },
        message:
          'a line within quotes begins with #: the original generator takes it as a comment and drops it from the value',
        remedy: 'close the quote before it, or put the value into a file, with a row of type file',
      });
    }
  }
  throw new InputError({
    code: 'nvs-table',
    place: { file, line: lines[first]?.number, column: quote + 1 },
    message: 'a quote is opened and never closed',
    remedy: 'close it; a quote within quotes is written twice',
  });
}

function blanksAt(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at - from;
}
