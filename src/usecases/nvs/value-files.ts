import { dirname, resolve } from 'node:path';
import { readBounded } from '../../files/bounded-read.js';
import type { TableItem, TableRow } from '../../images/nvs/table.js';
import { type Fault, InputError } from '../../model/errors.js';
import { largestNvsImageBytes, largestNvsValueFileBytes, mostNvsFaultsShown } from '../../model/limits/nvs.js';

/** The files that a table names, by their name in it; they are relative to the table. */
export function valueFiles(table: string, rows: readonly TableRow[]): ReadonlyMap<string, string> {
  return new Map(
    rows.flatMap((row) => ('key' in row && row.isFile ? [[row.text, resolve(dirname(table), row.text)] as const] : [])),
  );
}

/** The bytes of these files, each read once. Throws InputError at the rows that name what cannot be read. */
export async function readValueFiles(
  table: string,
  rows: readonly TableRow[],
  paths: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  const faults: Fault[] = [];
  let sum = 0;
  for (const row of rows) {
    if (!('key' in row) || !row.isFile || contents.has(row.text) || faults.length >= mostNvsFaultsShown) continue;
    const path = paths.get(row.text) ?? '';
    try {
      const limit = largestNvsValueFileBytes;
      const bytes = await readBounded(path, { limit, code: 'nvs-file', what: 'a value' });
      sum += bytes.length;
      contents.set(row.text, bytes);
      if (sum > 2 * largestNvsImageBytes) {
        faults.push(fileFault(table, row, 'the files of the table are more than any partition holds', path));
        break;
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const [fault] = error.faults;
      faults.push(fileFault(table, row, `the file cannot be read: ${fault?.message ?? 'it is damaged'}`, path));
    }
  }
  if (faults.length > 0) throw new InputError(faults);
  return contents;
}

function fileFault(file: string, { line, column }: TableItem, message: string, path: string): Fault {
  const remedy = 'check the path: it is relative to the folder of the table';
  return { code: 'nvs-file', place: { file, line, column }, message, found: path, remedy };
}
