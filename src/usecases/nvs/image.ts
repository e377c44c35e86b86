/** The image of the rows of a table, proved: what `nvs make` and `nvs mass` have in common. */
import { createHash } from 'node:crypto';
import { decryptNvs } from '../../formats/nvs/decrypt.js';
import type { NvsKeys } from '../../formats/nvs/keys.js';
import { readNvs } from '../../formats/nvs/read.js';
import { encryptPages } from '../../images/nvs/encrypt.js';
import { imageOf, layPages, pageBytes, partitionBytes, writablePages } from '../../images/nvs/pages.js';
import type { TableRow } from '../../images/nvs/table.js';
import { InputError, type Place, UsageError } from '../../model/errors.js';
import { largestNvsImageBytes } from '../../model/limits/nvs.js';
import type { NvsVersion } from '../../model/nvs.js';
import { encodeRows, type Value } from './encode-rows.js';
import { proveImage } from './prove.js';

/** What the image is made of, beside the rows. */
export interface ImageForm {
  readonly size: number;
  readonly version: NvsVersion;
  readonly keys: NvsKeys | undefined;
}

/** An image, and what is in it. */
export interface NvsImage {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly namespaces: readonly string[];
  readonly values: readonly Value[];
  readonly usedPages: number;
}

/** The image of rows. Throws InputError with every fault at its place, and ProofError where it does not read as its rows. */
export function nvsImage(
  place: Place,
  output: string,
  rows: readonly TableRow[],
  contents: ReadonlyMap<string, Uint8Array>,
  { size, version, keys }: ImageForm,
): NvsImage {
  const { entries, namespaces } = encodeRows(place.file, rows, contents, version);
  const pages = layPages(entries, version, largestNvsImageBytes / pageBytes);
  requireRoom(place, size, pages?.length);
  const bytes = imageOf(keys === undefined ? (pages ?? []) : encryptPages(pages ?? [], keys), size);
  const values = entries.flatMap((entry): Value[] =>
    entry.kind === 'value'
      ? [{ namespace: namespaces[entry.namespace - 1] ?? '', key: entry.key, ...entry.content }]
      : [],
  );
  proveImage(output, readNvs(keys === undefined ? bytes : decryptNvs(bytes, keys)), namespaces, values);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, sha256, namespaces, values, usedPages: pages?.length ?? 0 };
}

/** Throws UsageError for a size that no partition has. */
export function requireSize(size: number): void {
  if (size >= pageBytes && size <= largestNvsImageBytes && size % pageBytes === 0) return;
  throw new UsageError({
    code: 'nvs-size',
    message: 'the size of the partition is not possible',
    found: `${size} bytes`,
    expected: `a multiple of ${pageBytes}, from ${pageBytes} to ${largestNvsImageBytes}`,
    remedy: 'give the size that the partition table says, such as 0x3000',
  });
}

/** Says how many bytes more the partition needs. */
function requireRoom(place: Place, size: number, pages: number | undefined): void {
  if (pages !== undefined && pages <= writablePages(size)) return;
  const needed = pages === undefined ? undefined : partitionBytes(pages);
  throw new InputError({
    code: 'nvs-too-small',
    place,
    message: 'the table does not fit the partition',
    found: `${size} bytes (0x${size.toString(16)}), which have room for ${writablePages(size)} pages of values`,
    expected:
      needed === undefined
        ? `more than the ${largestNvsImageBytes} bytes that a partition can have`
        : `${needed} bytes (0x${needed.toString(16)}): ${needed - size} more, for ${pages} pages`,
    remedy: 'make the partition larger, in the partition table too, or the values fewer',
  });
}

/** What to know of an image of this size. */
export function sizeNotes(size: number): readonly string[] {
  if (size >= 3 * pageBytes) return [];
  return [
    'a partition of less than 0x3000 bytes has no page in reserve: the partition table must flag it readonly, ' +
      'and the image ends with its last page in use',
  ];
}

/** Newer versions of the original add entries for these keys that nobody has asked for. */
export function keyNotes(values: readonly { readonly key: string }[]): readonly string[] {
  const special = values.find(({ key }) => /^(?:sta\.(?:ssid|pswd)|ap\.(?:ssid|passwd|authmode))$/.test(key));
  if (special === undefined) return [];
  return [
    `for the key ${special.key} newer versions of the original add entries of Wi-Fi; here only the table's own are written`,
  ];
}
