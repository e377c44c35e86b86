import { linesOf, trimBlanks } from '../../formats/text/text-lines.js';
import type { MiscInfo } from '../../model/build.js';
import type { Fault, Place } from '../../model/errors.js';
import { displayName } from '../../model/path.js';
import { miscNumber } from '../../model/stated-sizes.js';

/** Parsed META/misc_info.txt, with the faults that make it unusable. */
export interface ParsedMiscInfo {
  readonly misc: MiscInfo;
  readonly faults: readonly Fault[];
}

/** Parses `key=value` lines; the first `=` splits, `#` and blank lines are skipped, the last of two equal keys counts. */
export function parseMiscInfo(text: string, place: Place): ParsedMiscInfo {
  const values = new Map<string, string>();
  const lineOf = new Map<string, number>();
  const faults: Fault[] = [];
  for (const { number, text: line } of linesOf(text)) {
    const trimmed = trimBlanks(line).text;
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const cut = trimmed.indexOf('=');
    if (cut < 1) {
      const expected = 'key=value';
      faults.push({
        code: 'misc-info-line',
        place: { ...place, line: number, column: 1 },
        message: 'the line is not in the expected form',
        found: displayName(trimmed.slice(0, 80)),
        expected,
      });
      continue;
    }
    const key = trimBlanks(trimmed.slice(0, cut)).text;
    values.set(key, trimBlanks(trimmed.slice(cut + 1)).text);
    lineOf.set(key, number);
  }
  const numberOf = (key: string): number | undefined => {
    const value = values.get(key);
    if (value === undefined || value === '') return undefined;
    const parsed = miscNumber(value);
    if (parsed === undefined) {
      const line = lineOf.get(key);
      faults.push({
        code: 'misc-info-value',
        place: line === undefined ? place : { ...place, line, column: 1 },
        message: `${displayName(key)} is not a number`,
        found: displayName(value.slice(0, 80)),
        expected: 'a decimal number, or a hexadecimal one after 0x',
      });
    }
    return parsed;
  };
  const recoveryApiVersion = numberOf('recovery_api_version');
  if (recoveryApiVersion === undefined && !faults.some((fault) => fault.message.startsWith('recovery_api_version'))) {
    const expected = 'a line such as recovery_api_version=3';
    faults.push({ code: 'misc-info-value', place, message: 'recovery_api_version is missing', expected });
  }
  const fstabVersion = numberOf('fstab_version') ?? 1;
  if (fstabVersion !== 1 && fstabVersion !== 2) {
    const expected = 'fstab_version 1 or 2';
    faults.push({
      code: 'misc-info-value',
      place,
      message: 'the fstab version is not known',
      found: String(fstabVersion),
      expected,
    });
  }
  const sizes = { bootSize: 'boot_size', systemSize: 'system_size', cacheSize: 'cache_size', blockSize: 'blocksize' };
  const known: { -readonly [Name in keyof typeof sizes]?: number } = {};
  for (const name of ['bootSize', 'systemSize', 'cacheSize', 'blockSize'] as const) {
    const size = numberOf(sizes[name]);
    if (size !== undefined) known[name] = size;
  }
  const setMetadata = values.get('use_set_metadata');
  const misc: MiscInfo = {
    recoveryApiVersion: recoveryApiVersion ?? 0,
    fstabVersion,
    useSetMetadata: setMetadata === '1' || setMetadata === 'true',
    values,
    ...known,
  };
  return { misc, faults };
}
