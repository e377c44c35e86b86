/** The form in which opkg and dpkg keep their records: stanzas of `Field: value`, parted by empty lines. */
import { mostInstalledPackages, mostPackageRecordLines } from '../../model/limits/software.js';
import { displayName, fromBytes } from '../../model/path.js';
import { FormatError } from '../format-error.js';
import { linesOf } from '../text/text-lines.js';

/** One record. Names of fields are in lower case; the lines of a longer value are parted by `\n`, their first blank left out. */
export interface Stanza {
  /** Where it begins, 1-based. */
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** A name of a field: what is printed, but for a colon. */
const field = /^([!-9;-~]+):[ \t]*/;

/** The records of a text. Throws FormatError, with the line, for what is none. */
export function parseStanzas(bytes: Uint8Array): readonly Stanza[] {
  const stanzas: Stanza[] = [];
  let fields: Map<string, string[]> | undefined;
  let current: string[] | undefined;
  let begun = 0;
  const close = (): void => {
    if (fields === undefined) return;
    if (stanzas.length >= mostInstalledPackages) {
      throw new FormatError(`line ${begun}: more than ${mostInstalledPackages} records`);
    }
    stanzas.push({ line: begun, fields: new Map([...fields].map(([name, lines]) => [name, lines.join('\n')])) });
    fields = undefined;
    current = undefined;
  };
  for (const { number, text } of linesOf(fromBytes(bytes))) {
    if (/^[ \t]*$/.test(text)) {
      close();
      continue;
    }
    if (text.includes('\0')) throw new FormatError(`line ${number}: a NUL byte, so this is no text`);
    if (/^[ \t]/.test(text)) {
      if (current === undefined) throw new FormatError(`line ${number}: it goes on with a field, but none was begun`);
      if (current.length >= mostPackageRecordLines)
        throw new FormatError(`line ${number}: the field has too many lines`);
      current.push(text.slice(1));
      continue;
    }
    const [head, named = ''] = field.exec(text) ?? [];
    if (head === undefined) {
      throw new FormatError(`line ${number}: not of the form "Field: value": ${displayName(text.slice(0, 60))}`);
    }
    if (fields === undefined) {
      fields = new Map();
      begun = number;
    }
    const name = named.toLowerCase();
    // An empty line that is missing would make one package of two.
    if (fields.has(name)) throw new FormatError(`line ${number}: the field ${named} stands twice in one record`);
    current = [text.slice(head.length).trimEnd()];
    fields.set(name, current);
  }
  close();
  return stanzas;
}
