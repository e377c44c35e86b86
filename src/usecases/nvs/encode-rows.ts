import type { NvsEntry } from '../../images/nvs/pages.js';
import type { TableRow } from '../../images/nvs/table.js';
import { encodeValue } from '../../images/nvs/values.js';
import { type Fault, InputError } from '../../model/errors.js';
import { largestNvsImageBytes, mostNvsFaultsShown } from '../../model/limits/nvs.js';
import type { NvsType, NvsVersion } from '../../model/nvs.js';

/** A value that the image must hold. */
export interface Value {
  readonly namespace: string;
  readonly key: string;
  readonly type: NvsType;
  readonly bytes: Uint8Array;
}

/** The entries of the rows, and the namespaces in the order of their numbers. Throws InputError with every fault at its place. */
export function encodeRows(
  file: string,
  rows: readonly TableRow[],
  contents: ReadonlyMap<string, Uint8Array>,
  version: NvsVersion,
): { readonly entries: readonly NvsEntry[]; readonly namespaces: readonly string[] } {
  const numbers = new Map<string, number>();
  const entries: NvsEntry[] = [];
  const faults: Fault[] = [];
  let sum = 0;
  for (const row of rows) {
    if (faults.length >= mostNvsFaultsShown) break;
    const known = numbers.get(row.namespace);
    const number = known ?? numbers.size + 1;
    if (known === undefined) {
      numbers.set(row.namespace, number);
      entries.push({ kind: 'namespace', name: row.namespace, number });
    }
    if (!('key' in row)) continue;
    const raw = row.isFile ? contents.get(row.text) : Buffer.from(row.text);
    const place = { file, line: row.line, column: row.column };
    const encoded = encodeValue(row.encoding, raw ?? new Uint8Array(), version);
    if ('fault' in encoded) {
      faults.push({ ...encoded.fault, place, message: `${row.key}: ${encoded.fault.message}` });
      continue;
    }
    sum += encoded.content.bytes.length;
    if (sum > largestNvsImageBytes) {
      const message = 'the values up to here are more than any partition holds';
      faults.push({ code: 'nvs-too-small', place, message, expected: `at most ${largestNvsImageBytes} bytes` });
      break;
    }
    entries.push({ kind: 'value', namespace: number, key: row.key, content: encoded.content });
  }
  if (faults.length > 0) throw new InputError(faults);
  return { entries, namespaces: [...numbers.keys()] };
}
