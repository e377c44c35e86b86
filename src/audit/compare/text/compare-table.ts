import type { InnerFact } from '../../../model/inner.js';
import { fact } from '../fields.js';
import { showLine } from './lines.js';
import { maskValue } from './mask.js';
import { splitRow, type TableFormat } from './tables.js';

/** Compares two tables row by row and column by column. `undefined` when a key occurs twice: then only a diff is true. */
export function compareTable(
  before: readonly string[],
  after: readonly string[],
  format: TableFormat,
): readonly InnerFact[] | undefined {
  const old = rowsOf(before, format);
  const now = rowsOf(after, format);
  if (old === undefined || now === undefined) return undefined;
  const facts: InnerFact[] = [];
  for (const [key, row] of now) {
    const was = old.get(key);
    if (was === undefined)
      facts.push(
        graded(fact(`${format.title}: ${showLine(key)}`, undefined, showRow(row, format)), row, undefined, format),
      );
    else facts.push(...columns(key, was, row, format));
  }
  for (const [key, row] of old) {
    if (!now.has(key)) facts.push(fact(`${format.title}: ${showLine(key)}`, showRow(row, format), undefined));
  }
  return facts;
}

function rowsOf(lines: readonly string[], format: TableFormat): ReadonlyMap<string, readonly string[]> | undefined {
  const rows = new Map<string, readonly string[]>();
  for (const line of lines) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const row = splitRow(line, format);
    const key = row[format.key] ?? line;
    if (rows.has(key)) return undefined;
    rows.set(key, row);
  }
  return rows;
}

function columns(
  key: string,
  old: readonly string[],
  now: readonly string[],
  format: TableFormat,
): readonly InnerFact[] {
  const facts: InnerFact[] = [];
  for (let i = 0; i < Math.max(old.length, now.length); i++) {
    if (old[i] === now[i]) continue;
    const label = `${showLine(key)}: ${format.columns[i] ?? `column ${i + 1}`}`;
    facts.push(graded(fact(label, showColumn(old[i], i, format), showColumn(now[i], i, format)), now, old, format, i));
  }
  return facts;
}

function showColumn(value: string | undefined, column: number, format: TableFormat): string | undefined {
  if (value === undefined) return undefined;
  if (column !== format.secret) return showLine(value);
  if (value === '') return 'empty: no password is asked for';
  return isLocked(value) ? value : `${maskValue(value)}, set`;
}

function showRow(row: readonly string[], format: TableFormat): string {
  return row
    .map((value, i) => (i === format.secret && !isLocked(value) ? maskValue(value) : showLine(value)))
    .join(format.separator === ':' ? ':' : ' ');
}

/** `x`, `*`, `!`: no password that anyone could use or guess stands there. */
function isLocked(value: string): boolean {
  return value === 'x' || value === '*' || value === '!' || value === '!!' || value === '!*';
}

/** What makes it easier to get in: a second root, a password that is empty or was set where there was none. */
function graded(
  plain: InnerFact,
  row: readonly string[],
  old: readonly string[] | undefined,
  format: TableFormat,
  column?: number,
): InnerFact {
  if (format.secret === undefined) return plain;
  const user = row[format.key] ?? '';
  const uidColumn = format.columns.indexOf('uid');
  const isRoot = uidColumn >= 0 && row[uidColumn] === '0';
  if (isRoot && user !== 'root' && (old === undefined || column === uidColumn)) {
    return { ...plain, grade: 'regression', about: 'an account other than root has the rights of root' };
  }
  const password = row[format.secret] ?? '';
  if (format.columns[0] === 'user' && (column === format.secret || old === undefined)) {
    if (password === '') return { ...plain, grade: 'regression', about: 'no password is asked for' };
    if (old !== undefined && isLocked(old[format.secret] ?? '') && !isLocked(password)) {
      return { ...plain, grade: 'regression', about: 'the account was locked and has a password now' };
    }
  }
  return plain;
}
