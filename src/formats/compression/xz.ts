/** The xz container and the older `.lzma`: enough to read kernels. Checksums are not checked; ARM branch filters are undone. */

import { type View, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { newLzma } from './lzma.js';
import { boundedOutput, tooMuch } from './output.js';
import type { Unpacked } from './unpacked.js';

const lzma2Filter = 0x21;
const armFilter = 0x07;
const armThumbFilter = 0x08;
/** Bytes of the check behind each block, by its id in the stream's flags. */
const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** Unpacks the first stream; what is behind it is left alone. Throws FormatError also beyond `limit` bytes. */
export function unpackXz(bytes: Uint8Array, limit: number): Unpacked {
  const view = viewOf(bytes, true);
  const checkSize = checkSizes[view.u8(7) & 15] ?? 0;
  const out = boundedOutput(limit);
  let at = 12;
  while (view.u8(at) !== 0) {
    const headerSize = (view.u8(at) + 1) * 4;
    const filters = readFilters(view, at + 1);
    const block = unpackBlock(bytes, at + headerSize, limit - out.size());
    for (const filter of filters) if (filter !== lzma2Filter) undoBranches(block.bytes, filter);
    out.add(block.bytes);
    at = Math.ceil(block.end / 4) * 4 + checkSize;
  }
  return { bytes: out.result(), end: endOfIndex(view, at + 1) + footerSize };
}

const footerSize = 12;

/** Where the index ends, checksum included: a count, then two numbers for each block, filled up to four bytes. */
function endOfIndex(view: View, from: number): number {
  const count = numberAt(view, from);
  let at = count.end;
  for (let left = count.value; left > 0; left--) at = numberAt(view, numberAt(view, at).end).end;
  return Math.ceil(at / 4) * 4 + 4;
}

/** A number of the container: seven bits a byte, the low ones first. */
function numberAt(view: View, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = from, shift = 0; shift < 49; at++, shift += 7) {
    const byte = view.u8(at);
    value += (byte & 0x7f) * 2 ** shift;
    if ((byte & 0x80) === 0) return { value, end: at + 1 };
  }
  throw new FormatError('a number of the xz container is too long');
}

/** Filter ids in the order in which they are undone. */
function readFilters(view: View, flagsAt: number): readonly number[] {
  const flags = view.u8(flagsAt);
  let at = flagsAt + 1;
  const number = (): number => {
    const { value, end } = numberAt(view, at);
    at = end;
    return value;
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

/** Literal contexts of LZMA2, in bits: more would be cleared for every chunk of a few bytes. */
const lzma2Contexts = 4;

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
      if (control === 1) lzma.resetDictionary();
      lzma.copy(view.slice(at + 3, size));
      at += 3 + size;
      continue;
    }
    const size = ((control & 0x1f) << 16) + view.u16(at + 1) + 1;
    const packed = view.u16(at + 3) + 1;
    const reset = (control >> 5) & 3;
    let data = at + 5;
    if (reset >= 2) {
      lzma.setProperties(view.u8(data), lzma2Contexts);
      data++;
      ready = true;
    }
    if (reset === 3) lzma.resetDictionary();
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

const lzmaContexts = 8;

/** Unpacks a `.lzma` file: properties, dictionary size, size or -1, then the stream. */
export function unpackLzma(bytes: Uint8Array, limit: number): Unpacked {
  const view = viewOf(bytes, true);
  const lzma = newLzma(limit);
  lzma.setProperties(view.u8(0), lzmaContexts);
  lzma.resetState();
  const unknown = view.u32(5) === 0xffffffff && view.u32(9) === 0xffffffff;
  const size = unknown ? undefined : view.u64(5);
  if (size !== undefined && size > limit) throw tooMuch(limit);
  const used = lzma.decode(view.slice(13, bytes.length - 13), size);
  return { bytes: lzma.result(), end: 13 + used };
}
