/** The xz container and the older `.lzma`: enough to read kernels. Checksums are not checked; ARM branch filters are undone. */

import { type View, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { newLzma } from './lzma.js';

const lzma2Filter = 0x21;
const armFilter = 0x07;
const armThumbFilter = 0x08;
/** Bytes of the check behind each block, by its id in the stream's flags. */
const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** Unpacks the first stream; what is behind it is left alone. Throws FormatError also beyond `limit` bytes. */
export function unpackXz(bytes: Uint8Array, limit: number): Uint8Array {
  const view = viewOf(bytes, true);
  const checkSize = checkSizes[view.u8(7) & 15] ?? 0;
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let at = 12; view.u8(at) !== 0; ) {
    const headerSize = (view.u8(at) + 1) * 4;
    const filters = readFilters(view, at + 1);
    const block = unpackBlock(bytes, at + headerSize, limit - total);
    for (const filter of filters) if (filter !== lzma2Filter) undoBranches(block.bytes, filter);
    parts.push(block.bytes);
    total += block.bytes.length;
    at = Math.ceil(block.end / 4) * 4 + checkSize;
  }
  const all = new Uint8Array(total);
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

/** Filter ids in the order in which they are undone. */
function readFilters(view: View, flagsAt: number): readonly number[] {
  const flags = view.u8(flagsAt);
  let at = flagsAt + 1;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = view.u8(at++);
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw new FormatError('a number of the xz header is too long');
  };
  if ((flags & 0x40) !== 0) number();
  if ((flags & 0x80) !== 0) number();
  const ids: number[] = [];
  for (let i = 0; i <= (flags & 3); i++) {
    ids.push(number());
    const properties = number();
    at += properties;
  }
  const known = [lzma2Filter, armFilter, armThumbFilter];
  const strange = ids.find((id) => !known.includes(id));
  if (strange !== undefined) throw new FormatError(`the xz filter ${strange} is not read here`);
  return ids.reverse();
}

/** LZMA2: chunks that say how much of the decoder starts anew. */
function unpackBlock(
  bytes: Uint8Array,
  start: number,
  limit: number,
): { readonly bytes: Uint8Array; readonly end: number } {
  const view = viewOf(bytes, false);
  const lzma = newLzma(limit);
  let at = start;
  let ready = false;
  for (;;) {
    const control = view.u8(at);
    if (control === 0) return { bytes: lzma.result(), end: at + 1 };
    if (control < 0x80) {
      if (control > 2) throw new FormatError(`an LZMA2 chunk of kind ${control} is not known`);
      const size = view.u16(at + 1) + 1;
      lzma.copy(view.slice(at + 3, size));
      at += 3 + size;
      continue;
    }
    const size = ((control & 0x1f) << 16) + view.u16(at + 1) + 1;
    const packed = view.u16(at + 3) + 1;
    const reset = (control >> 5) & 3;
    let data = at + 5;
    if (reset >= 2) {
      lzma.setProperties(view.u8(data));
      data++;
      ready = true;
    }
    if (!ready) throw new FormatError('the first LZMA2 chunk brings no properties');
    if (reset >= 1) lzma.resetState();
    lzma.decode(view.slice(data, packed), size);
    at = data + packed;
  }
}

/** Compressors make calls' relative targets absolute, so that equal calls look equal; this makes them relative again. */
function undoBranches(bytes: Uint8Array, filter: number): void {
  if (filter === armFilter) {
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      if (bytes[at + 3] !== 0xeb) continue;
      const target = ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)) << 2;
      const relative = (target - (at + 8)) >> 2;
      bytes[at] = relative & 0xff;
      bytes[at + 1] = (relative >> 8) & 0xff;
      bytes[at + 2] = (relative >> 16) & 0xff;
    }
    return;
  }
  for (let at = 0; at + 4 <= bytes.length; at += 2) {
    const high = bytes[at + 1] ?? 0;
    const low = bytes[at + 3] ?? 0;
    if ((high & 0xf8) !== 0xf0 || (low & 0xf8) !== 0xf8) continue;
    const target = (((high & 7) << 19) | ((bytes[at] ?? 0) << 11) | ((low & 7) << 8) | (bytes[at + 2] ?? 0)) << 1;
    const relative = (target - (at + 4)) >> 1;
    bytes[at + 1] = 0xf0 | ((relative >> 19) & 7);
    bytes[at] = (relative >> 11) & 0xff;
    bytes[at + 3] = 0xf8 | ((relative >> 8) & 7);
    bytes[at + 2] = relative & 0xff;
    at += 2;
  }
}

/** Unpacks a `.lzma` file: properties, dictionary size, size or -1, then the stream. */
export function unpackLzma(bytes: Uint8Array, limit: number): Uint8Array {
  const view = viewOf(bytes, true);
  const lzma = newLzma(limit);
  lzma.setProperties(view.u8(0));
  lzma.resetState();
  const unknown = view.u32(5) === 0xffffffff && view.u32(9) === 0xffffffff;
  const size = unknown ? undefined : view.u64(5);
  if (size !== undefined && size > limit) throw new FormatError(`it unpacks to more than ${limit} bytes`);
  lzma.decode(view.slice(13, bytes.length - 13), size);
  return lzma.result();
}
