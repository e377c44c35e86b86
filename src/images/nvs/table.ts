/** The table of an NVS partition: what its rows ask for, before values are encoded. */

import { type Fault, InputError } from '../../model/errors.js';
import { mostNvsFaultsShown } from '../../model/limits/nvs.js';
import { type CsvField, type CsvRow, isSpaced, readCsv } from './csv.js';
import { encodingOf, type FieldFault, isSpacedAt, nameFault, shown, textOf, tight, valueType } from './fields.js';
import { type KeySpace, keySpace } from './key-space.js';
import type { NvsEncoding } from './values.js';

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
  const isSpacedTable = header?.some(isSpaced) === true;
  let spacedLine = isSpacedTable ? header?.[0]?.line : undefined;
  const space = keySpace('mass_prod,namespace,,');
  const faults: Fault[] = [];
  const made: TableRow[] = [];
  for (const row of rows) {
    if (faults.length >= mostNvsFaultsShown) break;
    const isLoose = isSpacedTable || order.slice(0, 3).some((at) => isSpacedAt(row, at));
    if (isLoose) spacedLine ??= row[0]?.line;
    const read = rowOf(fieldsOf(row, order, isLoose, header?.length ?? 0), space);
    if ('fault' in read) {
      const { line, column } = read.at;
      faults.push({ ...read.fault, place: { file, line, column } });
    } else made.push(read.row);
  }
  if (faults.length > 0) throw new InputError(faults);
  return { rows: made, notes: spacedLine === undefined ? [] : [spacedNote(file, spacedLine)] };
}

/** The four fields of a row; what is missing is empty, at the end of the row. */
interface RowFields {
  readonly key: CsvField;
  readonly type: CsvField;
  readonly encoding: CsvField;
  readonly value: CsvField;
  /** The last field, when the row has no value of its own. */
  readonly short: CsvField | undefined;
  /** What stands beyond the columns of the header. */
  readonly extra: CsvField | undefined;
}

function fieldsOf(row: CsvRow, order: readonly number[], isLoose: boolean, headed: number): RowFields {
  const end = row.at(-1) ?? { text: '', quoted: false, line: 1, column: 1 };
  const field = (column: number): CsvField => {
    const found = row[order[column] ?? column] ?? { ...end, text: '', quoted: false };
    return isLoose ? tight(found) : found;
  };
  return {
    key: field(0),
    type: field(1),
    encoding: field(2),
    value: field(3),
    short: row.length < columns.length ? end : undefined,
    extra: row.length > headed ? row.slice(columns.length).find(({ text }) => text.trim() !== '') : undefined,
  };
}

type RowRead = { readonly row: TableRow } | { readonly fault: FieldFault; readonly at: CsvField };

/** What a row asks for; the first thing that is wrong with it otherwise. */
function rowOf({ key, type, encoding, value, short, extra }: RowFields, space: KeySpace): RowRead {
  if (extra !== undefined) {
    const message = 'the row has more columns than the header';
    const remedy = 'put quotes around a value that contains a comma';
    return { fault: { code: 'nvs-row', message, found: shown(extra.text), remedy }, at: extra };
  }
  const isNamespace = type.text === 'namespace';
  const unfit = nameFault(key.text, isNamespace);
  if (unfit !== undefined) return { fault: unfit, at: key };
  if (isNamespace) {
    const full = space.open(key.text);
    return full === undefined ? { row: { namespace: key.text } } : { fault: full, at: key };
  }
  const kind = valueType(type.text);
  if ('fault' in kind) return { fault: kind.fault, at: type };
  const known = encodingOf(encoding.text);
  if ('fault' in known) return { fault: known.fault, at: encoding };
  if (short !== undefined) {
    const message = 'the row has no value';
    return { fault: { code: 'nvs-row', message, expected: 'key,type,encoding,value' }, at: short };
  }
  const added = space.add(key.text, key.line);
  if ('fault' in added) return { fault: added.fault, at: key };
  const { text, line, column } = value;
  return { row: { ...added, key: key.text, ...known, ...kind, text, line, column } };
}

function spacedNote(file: string, line: number): string {
  return (
    `${file}:${line}: blanks around commas were left out; the original generator cannot read such a table. ` +
    'A value that begins or ends with blanks needs quotes'
  );
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
