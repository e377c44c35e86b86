import { mostVersionTexts } from '../../model/limits/formats.js';
import { findAll, printableAt } from '../bytes/printable.js';

const names = [
  'QC_IMAGE_VERSION_STRING=',
  'IMAGE_VARIANT_STRING=',
  'OEM_IMAGE_VERSION_STRING=',
  'OEM_IMAGE_UUID_STRING=',
  'IMAGE_VERSION_STRING=',
] as const;

/** Version strings that Qualcomm's and the maker's builds leave in an image: name to distinct values, in the order of the file. */
export function versionStrings(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const needle of names) {
    const values = new Set<string>();
    for (const at of findAll(bytes, needle, mostVersionTexts)) {
      // `IMAGE_VERSION_STRING=` also stands at the end of the longer names
      if (at > 0 && /[A-Z_]/.test(String.fromCharCode(bytes[at - 1] ?? 0))) continue;
      values.add(printableAt(bytes, at + needle.length, 160));
    }
    if (values.size > 0) found.set(needle.slice(0, -1), [...values]);
  }
  return found;
}
