/** The values of a batch: a column for each key, a row for each device. */

import { type Fault, InputError } from '../../model/errors.js';
import { mostNvsFaultsShown } from '../../model/limits/nvs.js';
import { type CsvField, type CsvRow, readCsv } from './csv.js';
import { shown, textOf, tight } from './fields.js';
import type { MassConfigRow, MassKey } from './mass-config.js';
import type { TableRow } from './table.js';

/** A device of the batch. */
export interface MassDevice {
  /** What its file is called by. */
  readonly id: string;
  readonly line: number;
  readonly rows: readonly TableRow[];
}

/** How devices are told apart. */
export interface MassIdentity {
  /** The key whose value names the file; a number, counted from 1, without it. */
  readonly fileId?: string | undefined;
  /** Keys whose value no two devices share, beside those that the configuration marks. */
  readonly unique: readonly string[];
}

interface Column {
  readonly key: MassKey;
  readonly at: number;
}

/**
 * Reads the devices. Throws InputError with every fault at its line and column, up to a limit: a column that is no key, a key without a column, a
 * value that is missing, two devices with a value that only one may have.
 */
export function readMassValues(
  file: string,
  bytes: Uint8Array,
  config: readonly MassConfigRow[],
  identity: MassIdentity,
): readonly MassDevice[] {
  const [header, ...rows] = readCsv(file, textOf(file, bytes));
  const columns = columnsOf(file, header, config);
  const faults: Fault[] = [];
  const wrong = (field: { readonly line: number; readonly column: number }, fault: Omit<Fault, 'place'>): void => {
    faults.push({ ...fault, place: { file, line: field.line, column: field.column } });
  };
  const unique = new Map(
    columns
      .filter(({ key }) => key.isUnique || key.key === identity.fileId || identity.unique.includes(key.key))
      .map(({ key }) => [key.key, new Map<string, number>()]),
  );
  const last = new Map<string, CsvField>();
  const whole = new Map<string, number>();
  const devices: MassDevice[] = [];
  for (const row of rows) {
    if (faults.length >= mostNvsFaultsShown) break;
    const line = row[0]?.line ?? 1;
    const extra = row[header?.length ?? 0];
    if (extra !== undefined) {
      const remedy = 'put quotes around a value that contains a comma';
      wrong(extra, {
        code: 'nvs-row',
        message: 'the row has more columns than the header',
        found: shown(extra.text),
        remedy,
      });
      continue;
    }
    const given = new Map<string, CsvField>();
    for (const { key, at } of columns) {
      const value = fieldAt(row, at, key, last);
      if ('missing' in value) wrong(value.missing, missing(key));
      else given.set(key.key, value.field);
    }
    for (const [key, seen] of unique) {
      const field = given.get(key);
      const before = field && seen.get(sameText(key, field, identity));
      if (field !== undefined && before !== undefined) wrong(field, shared(key, field.text, before));
      else if (field !== undefined) seen.set(sameText(key, field, identity), line);
    }
    if (unique.size === 0) {
      const all = JSON.stringify([...given].map(([key, { text }]) => [key, text]));
      const before = whole.get(all);
      if (before !== undefined && row[0] !== undefined) wrong(row[0], twins(before));
      whole.set(all, line);
    }
    const id = identity.fileId === undefined ? `${devices.length + 1}` : (given.get(identity.fileId)?.text ?? '');
    const idField = identity.fileId === undefined ? undefined : given.get(identity.fileId);
    if (idField !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(id)) wrong(idField, noName(id));
    devices.push({ id, line, rows: rowsOf(config, given) });
  }
  if (faults.length === 0 && devices.length === 0) {
    const remedy = 'write the keys into the first row and a row for each device below';
    faults.push({ code: 'nvs-mass-values', place: { file }, message: 'the table of values has no device', remedy });
  }
  if (faults.length > 0) throw new InputError(faults);
  return devices;
}

/** File names are compared as a file system may that does not tell upper from lower case. */
function sameText(key: string, { text }: CsvField, { fileId }: MassIdentity): string {
  return key === fileId ? text.toLowerCase() : text;
}

function fieldAt(row: CsvRow, at: number, key: MassKey, last: Map<string, CsvField>) {
  const end = row.at(-1) ?? { text: '', quoted: false, line: 1, column: 1 };
  const found = row[at];
  const field = found === undefined ? { ...end, text: '', quoted: false } : tight(found);
  if (field.text !== '' || field.quoted) {
    last.set(key.key, field);
    return { field };
  }
  const before = key.repeats ? last.get(key.key) : undefined;
  return before === undefined ? { missing: field } : { field: before };
}

function rowsOf(config: readonly MassConfigRow[], given: ReadonlyMap<string, CsvField>): readonly TableRow[] {
  return config.map((row): TableRow => {
    if (!('key' in row)) return row;
    const { namespace, key, encoding, isFile } = row;
    const { text, line, column } = given.get(key) ?? { text: '', line: row.line, column: 1 };
    return { namespace, key, encoding, isFile, text, line, column };
  });
}

function columnsOf(file: string, header: CsvRow | undefined, config: readonly MassConfigRow[]): readonly Column[] {
  const keys = new Map(config.flatMap((row) => ('key' in row ? [[row.key, row] as const] : [])));
  const faults: Fault[] = [];
  const columns = new Map<string, Column>();
  for (const [at, field] of (header ?? []).map(tight).entries()) {
    const key = keys.get(field.text);
    const place = { file, line: field.line, column: field.column };
    const found = shown(field.text);
    if (key === undefined) {
      const expected = [...keys.keys()].join(', ');
      const message = 'the column is no key of the configuration';
      faults.push({
        code: 'nvs-mass-column',
        place,
        message,
        found,
        expected,
        remedy: 'correct the name, or add the key',
      });
    } else if (columns.has(field.text)) {
      faults.push({ code: 'nvs-mass-column', place, message: 'the column is there twice', found });
    } else columns.set(field.text, { key, at });
  }
  for (const key of keys.keys()) {
    if (columns.has(key)) continue;
    const place = { file, line: header?.[0]?.line ?? 1, column: 1 };
    const message = `the key ${key} of the configuration has no column`;
    faults.push({ code: 'nvs-mass-column', place, message, remedy: 'add a column with its values' });
  }
  if (faults.length > 0) throw new InputError(faults.slice(0, mostNvsFaultsShown));
  return [...columns.values()];
}

function missing({ key }: MassKey): Omit<Fault, 'place'> {
  const remedy = 'write the value; two quotes for an empty one; a key marked REPEAT takes that of the row before';
  return { code: 'nvs-mass-values', message: `the value of ${key} is missing`, remedy };
}

function shared(key: string, text: string, line: number): Omit<Fault, 'place'> {
  const message = `two devices have the same ${key}`;
  return { code: 'nvs-mass-same', message, found: `${shown(text)}, the first time in line ${line}` };
}

function twins(line: number): Omit<Fault, 'place'> {
  return { code: 'nvs-mass-same', message: 'two devices have the same values', found: `the first one in line ${line}` };
}

function noName(id: string): Omit<Fault, 'place'> {
  const expected = 'at most 100 letters without marks, digits, and . _ -, not a dot or a hyphen first';
  return { code: 'nvs-mass-values', message: 'the value cannot name a file', found: shown(id), expected };
}
