/** The configuration of a batch: which keys every device has, in which namespaces; the values come from another table. */

import { type Fault, InputError } from '../../model/errors.js';
import { mostNvsFaultsShown } from '../../model/limits/nvs.js';
import { type CsvField, readCsv } from './csv.js';
import { encodingOf, type FieldFault, nameFault, shown, textOf, tight, valueType } from './fields.js';
import { type KeySpace, keySpace } from './key-space.js';
import type { NvsEncoding } from './values.js';

/** A key of every device. */
export interface MassKey {
  readonly namespace: string;
  readonly key: string;
  readonly encoding: NvsEncoding;
  readonly isFile: boolean;
  /** An empty value is that of the row before. */
  readonly repeats: boolean;
  /** No two devices have the same value. */
  readonly isUnique: boolean;
  readonly line: number;
}

/** A row of the configuration. */
export type MassConfigRow = { readonly namespace: string } | MassKey;

const marks = ['REPEAT', 'UNIQUE'];

/** Reads the rows `name,namespace` and `key,type,encoding[,REPEAT|UNIQUE]`. Throws InputError with every fault at its line and column, up to a limit. */
export function readMassConfig(file: string, bytes: Uint8Array): readonly MassConfigRow[] {
  const space = keySpace('mass_prod,namespace,');
  const faults: Fault[] = [];
  const made: MassConfigRow[] = [];
  const keys = new Map<string, number>();
  for (const fields of readCsv(file, textOf(file, bytes))) {
    if (faults.length >= mostNvsFaultsShown) break;
    const read = rowOf(fields.map(tight), space, keys);
    if ('fault' in read) {
      const { line, column } = read.at;
      faults.push({ ...read.fault, place: { file, line, column } });
    } else made.push(read.row);
  }
  if (faults.length === 0 && keys.size === 0) {
    faults.push({
      code: 'nvs-mass-config',
      place: { file },
      message: 'the configuration has no key',
      expected: 'rows such as mass_prod,namespace, and serial,data,string',
    });
  }
  if (faults.length > 0) throw new InputError(faults);
  return made;
}

type RowRead = { readonly row: MassConfigRow } | { readonly fault: FieldFault; readonly at: CsvField };

function rowOf(row: readonly CsvField[], space: KeySpace, keys: Map<string, number>): RowRead {
  const [key, type, encoding, mark, ...rest] = row;
  const end = row.at(-1) ?? { text: '', quoted: false, line: 1, column: 1 };
  if (key === undefined || type === undefined || (type.text !== 'namespace' && encoding === undefined)) {
    const message = 'the row has too few columns';
    const expected = 'name,namespace or key,type,encoding';
    return { fault: { code: 'nvs-mass-config', message, expected }, at: end };
  }
  const isNamespace = type.text === 'namespace';
  const unfit = nameFault(key.text, isNamespace);
  if (unfit !== undefined) return { fault: unfit, at: key };
  const extra = (isNamespace ? row.slice(2) : rest).find(({ text }) => text !== '');
  if (extra !== undefined) {
    const message = 'the row has too many columns: values stand in a table of their own';
    return { fault: { code: 'nvs-mass-config', message, found: shown(extra.text) }, at: extra };
  }
  if (isNamespace) {
    const full = space.open(key.text);
    return full === undefined ? { row: { namespace: key.text } } : { fault: full, at: key };
  }
  const kind = valueType(type.text);
  if ('fault' in kind) return { fault: kind.fault, at: type };
  const known = encodingOf(encoding?.text ?? '');
  if ('fault' in known) return { fault: known.fault, at: encoding ?? end };
  const word = mark?.text.toUpperCase() ?? '';
  if (mark !== undefined && word !== '' && !marks.includes(word)) {
    const message = 'the mark of the key is not known';
    return {
      fault: { code: 'nvs-mass-config', message, found: shown(mark.text), expected: marks.join(' or ') },
      at: mark,
    };
  }
  const added = space.add(key.text, key.line);
  if ('fault' in added) return { fault: added.fault, at: key };
  const before = keys.get(key.text);
  if (before !== undefined) {
    const message = `the key ${key.text} is in two namespaces: a column of values could belong to either`;
    return { fault: { code: 'nvs-mass-config', message, found: `the first time in line ${before}` }, at: key };
  }
  keys.set(key.text, key.line);
  const marked = { repeats: word === 'REPEAT', isUnique: word === 'UNIQUE' };
  return { row: { ...added, key: key.text, ...known, ...kind, ...marked, line: key.line } };
}
