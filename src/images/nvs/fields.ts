/** Fields of a table, and what is wrong with one on its own: names, types, encodings. */

import { Buffer } from 'node:buffer';
import { type Fault, InputError } from '../../model/errors.js';
import { type CsvField, type CsvRow, isSpaced } from './csv.js';
import { isNvsEncoding, type NvsEncoding, nvsEncodings } from './values.js';

/** A fault of a table before its place is known. */
export type FieldFault = Omit<Fault, 'place'>;

/** A field without the blanks around it, unless quotes keep them. */
export function tight(field: CsvField): CsvField {
  if (field.quoted) return field;
  const column = field.column + (field.text.length - field.text.trimStart().length);
  return { ...field, text: field.text.trim(), column };
}

/** Whether a row has such a field, and blanks around it. */
export function isSpacedAt(row: CsvRow, at: number): boolean {
  const field = row[at];
  return field !== undefined && isSpaced(field);
}

/** What stands in a table, short enough for a message. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** The text of a table. Throws InputError when it is none. */
export function textOf(file: string, bytes: Uint8Array): string {
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

/** Why a name cannot be that of a key or a namespace. */
export function nameFault(name: string, isNamespace: boolean): FieldFault | undefined {
  const size = Buffer.byteLength(name);
  if (size > 0 && size <= 15 && !name.includes('\0')) return undefined;
  const what = isNamespace ? 'the name of the namespace' : 'the key';
  return {
    code: 'nvs-key',
    message: size > 15 ? `${what} is too long` : `${what} is ${size === 0 ? 'empty' : 'no name'}`,
    found: `${shown(name)}, ${size} bytes`,
    expected: '1 to 15 bytes',
  };
}

/** The type of a row that gives a value, or why it is none. */
export function valueType(word: string): { readonly isFile: boolean } | { readonly fault: FieldFault } {
  if (word === 'data' || word === 'file') return { isFile: word === 'file' };
  return {
    fault: {
      code: 'nvs-type',
      message: 'the type is not known',
      found: shown(word),
      expected: 'namespace, data or file',
    },
  };
}

/** The encoding of a row, or why it is none. */
export function encodingOf(word: string): { readonly encoding: NvsEncoding } | { readonly fault: FieldFault } {
  if (isNvsEncoding(word)) return { encoding: word };
  return {
    fault: {
      code: 'nvs-encoding',
      message: 'the encoding is not known',
      found: shown(word),
      expected: nvsEncodings.join(', '),
    },
  };
}
