/** The table of an NVS partition: what its rows ask for, before values are encoded. */

import { Buffer } from 'node:buffer';
import { type Fault, InputError } from '../../model/errors.js';
import { mostNvsFaultsShown, mostNvsNamespaces } from '../../model/limits/nvs.js';
import { type CsvField, type CsvRow, isSpaced, readCsv } from './csv.js';
import { isNvsEncoding, type NvsEncoding, nvsEncodings } from './values.js';

/** A key that the table gives. */
export interface TableItem {
  readonly namespace: string;
  readonly key: string;
  readonly encoding: NvsEncoding;
  /** Whether `text` is the path of a file with the value. */
  readonly isFile: boolean;
  readonly text: string;
  readonly line: number;
  /** Where the value stands. */
  readonly column: number;
}

/** A row as the partition is written: the names of namespaces are entries too. */
export type TableRow = { readonly namespace: string } | TableItem;

/** What a table asks for, and what was read otherwise than the original reads it. */
export interface NvsTable {
  readonly rows: readonly TableRow[];
  readonly notes: readonly string[];
}

const columns = ['key', 'type', 'encoding', 'value'] as const;

/** Reads a table. Throws InputError with every fault at its line and column, up to a limit. */
export function readTable(file: string, bytes: Uint8Array): NvsTable {
  const [header, ...rows] = readCsv(file, textOf(file, bytes));
  const order = columnsOf(file, header);
  const notes: string[] = [];
  const faults: Fault[] = [];
  const made: TableRow[] = [];
  const seen = new Map<string, number>();
  const namespaces = new Set<string>();
  let namespace: string | undefined;
  const spacedTable = header?.some(isSpaced) === true;
  let spacedRow = spacedTable ? header?.[0]?.line : undefined;
  const wrong = (field: { readonly line: number; readonly column: number }, fault: Omit<Fault, 'place'>): void => {
    faults.push({ ...fault, place: { file, line: field.line, column: field.column } });
  };
  for (const row of rows) {
    if (faults.length >= mostNvsFaultsShown) break;
    const isLoose = spacedTable || order.slice(0, 3).some((at) => isSpacedAt(row, at));
    if (isLoose) spacedRow ??= row[0]?.line;
    const end = row.at(-1) ?? { line: 1, column: 1 };
    const [key, type, encoding, value] = order.map((at) => {
      const field: CsvField = row[at] ?? { text: '', quoted: false, line: end.line, column: end.column };
      return isLoose && !field.quoted ? tight(field) : field;
    });
    if (key === undefined || type === undefined || encoding === undefined || value === undefined) continue;
    const extra = row.slice(columns.length).find(({ text }) => text.trim() !== '');
    if (row.length > (header?.length ?? 0) && extra !== undefined) {
      wrong(extra, {
        code: 'nvs-row',
        message: 'the row has more columns than the header',
        found: shown(extra.text),
        remedy: 'put quotes around a value that contains a comma',
      });
      continue;
    }
    const size = Buffer.byteLength(key.text);
    if (size === 0 || size > 15 || key.text.includes('\0')) {
      const what = type.text === 'namespace' ? 'the name of the namespace' : 'the key';
      wrong(key, {
        code: 'nvs-key',
        message: size > 15 ? `${what} is too long` : `${what} is ${size === 0 ? 'empty' : 'no name'}`,
        found: `${shown(key.text)}, ${size} bytes`,
        expected: '1 to 15 bytes',
      });
      continue;
    }
    if (type.text === 'namespace') {
      namespace = key.text;
      if (namespaces.has(namespace)) {
        made.push({ namespace });
        continue;
      }
      namespaces.add(namespace);
      if (namespaces.size > mostNvsNamespaces) {
        wrong(key, {
          code: 'nvs-namespace',
          message: 'there are too many namespaces',
          expected: `at most ${mostNvsNamespaces}`,
        });
      }
      made.push({ namespace });
      continue;
    }
    if (type.text !== 'data' && type.text !== 'file') {
      wrong(type, {
        code: 'nvs-type',
        message: 'the type is not known',
        found: shown(type.text),
        expected: 'namespace, data or file',
      });
      continue;
    }
    if (!isNvsEncoding(encoding.text)) {
      wrong(encoding, {
        code: 'nvs-encoding',
        message: 'the encoding is not known',
        found: shown(encoding.text),
        expected: nvsEncodings.join(', '),
      });
      continue;
    }
    if (row.length < columns.length) {
      wrong(end, { code: 'nvs-row', message: 'the row has no value', expected: 'key,type,encoding,value' });
      continue;
    }
    if (namespace === undefined) {
      wrong(key, {
        code: 'nvs-namespace',
        message: 'the key stands before the first namespace',
        found: shown(key.text),
        remedy: 'put a row such as mass_prod,namespace,, before it',
      });
      continue;
    }
    const name = `${namespace}\0${key.text}`;
    const before = seen.get(name);
    if (before !== undefined) {
      wrong(key, {
        code: 'nvs-twice',
        message: `the key ${key.text} is given twice in the namespace ${namespace}`,
        found: `the first time in line ${before}`,
        remedy: 'delete one of the two rows',
      });
      continue;
    }
    seen.set(name, key.line);
    made.push({
      namespace,
      key: key.text,
      encoding: encoding.text,
      isFile: type.text === 'file',
      text: value.text,
      line: value.line,
      column: value.column,
    });
  }
  if (faults.length > 0) throw new InputError(faults);
  if (spacedRow !== undefined) {
    notes.push(
      `${file}:${spacedRow}: blanks around commas were left out; the original generator cannot read such a table. ` +
        'A value that begins or ends with blanks needs quotes',
    );
  }
  return { rows: made, notes };
}

function isSpacedAt(row: CsvRow, at: number): boolean {
  const field = row[at];
  return field !== undefined && isSpaced(field);
}

function tight(field: CsvField): CsvField {
  return {
    ...field,
    text: field.text.trim(),
    column: field.column + (field.text.length - field.text.trimStart().length),
  };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function textOf(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError({
      code: 'nvs-table',
      place: { file },
      message: 'the table is no text in UTF-8',
      remedy: 'save it as CSV (UTF-8)',
    });
  }
}

/** At which column of a row each of the four stands: they may be in another order. */
function columnsOf(file: string, header: CsvRow | undefined): readonly number[] {
  const names = header?.map(({ text }) => text.trim()) ?? [];
  const order = columns.map((name) => names.indexOf(name));
  if (!order.includes(-1)) return order;
  throw new InputError({
    code: 'nvs-header',
    place: { file, line: header?.[0]?.line ?? 1, column: 1 },
    message: 'the header is missing',
    found: header === undefined ? 'an empty table' : shown(header.map(({ text }) => text).join(',')),
    expected: 'key,type,encoding,value',
    remedy: 'write this as the first row; lines before it begin with #',
  });
}
