/** Reads a table of what runs in the field: a line for each version, with how many devices report it. */
import { type Fault, InputError } from '../../model/errors.js';
import type { FieldRow } from '../../model/fleet.js';

/**
 * Parses the table: `version` and `count`, separated by commas, semicolons or tabs. The first line may name the columns, in any order and among
 * others; without it the version comes first. A table without counts counts each line as one. Throws InputError with every wrong line.
 */
export function parseField(text: string, file: string): readonly FieldRow[] {
  const faults: Fault[] = [];
  const rows: FieldRow[] = [];
  let columns: { readonly version: number; readonly count: number } | undefined;
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const place = { file, line: index + 1 };
    const cells = cellsOf(line);
    if (columns === undefined) {
      const names = cells.map((cell) => cell.toLowerCase());
      const version = names.findIndex((name) => /^(?:version|revision)$/.test(name));
      columns =
        version < 0
          ? { version: 0, count: 1 }
          : { version, count: names.findIndex((name) => /^(?:count|devices)$/.test(name)) };
      if (version >= 0) continue;
    }
    const version = cells[columns.version] ?? '';
    const count = columns.count < 0 ? '1' : (cells[columns.count] ?? '1');
    if (version === '') {
      faults.push({ code: 'fleet-field', place, message: 'the line has no version', found: line.slice(0, 100) });
    } else if (!/^\d{1,12}$/.test(count)) {
      faults.push({
        code: 'fleet-field',
        place,
        message: 'the number of devices is not valid',
        found: count.slice(0, 100),
        expected: 'a whole number, as in RG520NNADAR01A01,1200',
      });
    } else rows.push({ version, count: Number(count), place });
  }
  if (faults.length > 0) throw new InputError(faults);
  if (rows.length === 0) {
    throw new InputError({
      code: 'fleet-field',
      place: { file },
      message: 'the table of versions in the field is empty',
      expected: 'a line for each version, as in RG520NNADAR01A01,1200',
    });
  }
  return rows;
}

/** The cells of a line; quotation marks around one are taken off. */
function cellsOf(line: string): readonly string[] {
  return line.split(/[,;\t]/).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .replaceAll('""', '"'),
  );
}
