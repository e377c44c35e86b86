/** The device's list of check sums, `/usr/checksum.json`, as its firmware keeps it. */

import { type Flash, FlashError, folderOf, makeFolders } from './flash.js';

const list = '/usr/checksum.json';
const copy = '/bak/checksum.json';
const readAtMost = 16384;
const sums = new WeakMap<Uint8Array, number>();

/** An item of the list. */
export interface CheckSum {
  readonly name: string;
  crc32: string;
}

/** CRC-32 bit by bit, from the definition of the polynomial. */
function crcOf(bytes: Uint8Array): number {
  const known = sums.get(bytes);
  if (known !== undefined) return known;
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (-(crc & 1) & 0xedb88320);
  }
  const sum = ~crc >>> 0;
  sums.set(bytes, sum);
  return sum;
}

/** The check sum of a file; `undefined` of one that is missing or empty. */
export function sumOf(flash: Flash, name: string): number | undefined {
  try {
    const bytes = flash.read(name);
    return bytes.length === 0 ? undefined : crcOf(bytes);
  } catch (error) {
    if (error instanceof FlashError) return undefined;
    throw error;
  }
}

/** The text of a file as far as the firmware reads it. */
export function readText(flash: Flash, path: string, most = readAtMost): string {
  return [...Buffer.from(flash.read(path)).toString('utf8')].slice(0, most).join('');
}

/** The list, copied from the backup when it is missing. Throws FlashError when there is none, SyntaxError when it is no JSON. */
export function readSums(flash: Flash): CheckSum[] {
  if (!flash.exists(list)) {
    if (!flash.exists(copy)) throw new FlashError(`${list} not exist`);
    makeFolders(flash, folderOf(list));
    flash.write(list, flash.read(copy));
  }
  const text = readText(flash, list);
  if (text === '') throw new FlashError(`${list} is empty`);
  return JSON.parse(text);
}

/** JSON as the firmware writes it: with a blank behind commas and colons. */
export function dumps(items: readonly object[]): string {
  const one = (item: object): string =>
    Object.entries(item)
      .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(', ');
  return `[${items.map((item) => `{${one(item)}}`).join(', ')}]`;
}

/** Takes note of how files are now, where the list has them. What goes wrong is passed over, as the firmware does. */
export function updateSums(flash: Flash, names: readonly string[]): void {
  try {
    const items = readSums(flash);
    let isChanged = false;
    for (const given of names) {
      const name = given.startsWith('/') ? given : `/${given}`;
      const item = items.find((each) => each.name.toLowerCase() === name.toLowerCase());
      const sum = item === undefined ? undefined : sumOf(flash, name);
      // A sum of zero is "0x0" on the device, which is true there.
      if (item === undefined || sum === undefined) continue;
      item.crc32 = `0x${sum.toString(16)}`;
      isChanged = true;
    }
    if (isChanged) flash.write(list, Buffer.from(dumps(items)));
  } catch (error) {
    if (!(error instanceof FlashError || error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
}
