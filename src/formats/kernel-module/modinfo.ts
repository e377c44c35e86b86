import { mostModinfoEntries } from '../../model/limits/formats.js';
import { textOf } from '../bytes/view.js';
import { isElf, readElf, sectionBytes } from '../elf/image.js';

/** `key=value` strings of a kernel module, in the order of the file; keys may repeat (alias, depends, parm). */
export type ModInfo = ReadonlyMap<string, readonly string[]>;

/** The .modinfo section of a kernel module; `undefined` for any other file. Throws FormatError on a broken ELF file. */
export function readModInfo(bytes: Uint8Array): ModInfo | undefined {
  if (!isElf(bytes)) return undefined;
  const image = readElf(bytes);
  const relocatable = 1;
  const section = image.sections.find((each) => each.name === '.modinfo');
  if (image.type !== relocatable || section === undefined) return undefined;
  const info = new Map<string, string[]>();
  const data = sectionBytes(image, section);
  let count = 0;
  for (let at = 0; at < data.length && count < mostModinfoEntries; ) {
    const nul = data.indexOf(0, at);
    const end = nul < 0 ? data.length : nul;
    const entry = textOf(data.subarray(at, end));
    const equals = entry.indexOf('=');
    if (equals > 0) {
      const key = entry.slice(0, equals);
      const values = info.get(key) ?? [];
      values.push(entry.slice(equals + 1));
      info.set(key, values);
      count++;
    }
    at = end + 1;
  }
  return info;
}

/** The module's vermagic: kernel release, then options. */
export function vermagicOf(info: ModInfo): string | undefined {
  return info.get('vermagic')?.[0];
}
