/** lz4 in its two containers: the kernel's own (legacy) and the frame. Checksums are not checked. */
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { boundedOutput, type Output } from './output.js';
import type { Unpacked } from './unpacked.js';

const legacyBlock = 8 * 1024 * 1024;
/** How far back a match can reach, also into the blocks before. */
const reach = 65_535;

/** The kernel's own container: magic, then blocks of at most 8 MiB plain, each behind its packed size. */
export function unpackLz4Legacy(bytes: Uint8Array, limit: number): Unpacked {
  const view = viewOf(bytes, true);
  const out = boundedOutput(limit);
  let at = 4;
  while (at + 4 <= bytes.length) {
    const length = view.u32(at);
    // what stands behind the last block is no block: padding or a size that the kernel's makefile appends
    if (length === 0 || at + 4 + length > bytes.length) break;
    unpackBlock(view.slice(at + 4, length), out, legacyBlock, 0);
    at += 4 + length;
  }
  if (out.size() === 0) throw new FormatError('the lz4 data has no block');
  return { bytes: out.result(), end: at };
}

/** Plain bytes of a block by the number in the frame's descriptor. */
const blockSizes: ReadonlyMap<number, number> = new Map([
  [4, 65_536],
  [5, 262_144],
  [6, 1_048_576],
  [7, 4_194_304],
]);

/** One frame: magic, flags, blocks up to one of size 0. Throws FormatError for a frame that needs a dictionary. */
export function unpackLz4Frame(bytes: Uint8Array, limit: number): Unpacked {
  const view = viewOf(bytes, true);
  const flags = view.u8(4);
  if (flags >> 6 !== 1) throw new FormatError(`lz4 frames of version ${flags >> 6} are not known`);
  const flag = (mask: number): boolean => (flags & mask) !== 0;
  if (flag(1)) throw new FormatError('the lz4 frame needs a dictionary');
  const blockSize = blockSizes.get((view.u8(5) >> 4) & 7);
  if (blockSize === undefined) throw new FormatError('the lz4 frame states no known block size');
  const stated = flag(8) ? view.u64(6) : undefined;
  const out = boundedOutput(limit);
  let at = (flag(8) ? 14 : 6) + 1;
  for (;;) {
    const word = view.u32(at);
    at += 4;
    if (word === 0) break;
    const length = word & 0x7fffffff;
    const block = view.slice(at, length);
    if (word >= 0x80000000) {
      if (length > blockSize) throw new FormatError(`an lz4 block of ${length} bytes, ${blockSize} are allowed`);
      out.add(block);
    } else {
      unpackBlock(block, out, blockSize, flag(0x20) ? 0 : reach);
    }
    at += length + (flag(0x10) ? 4 : 0);
  }
  if (flag(4)) at += 4;
  if (at > bytes.length) throw new FormatError('the lz4 frame is cut short');
  if (stated !== undefined && stated !== out.size())
    throw new FormatError(`the lz4 frame promises ${stated} bytes, ${out.size()} came out`);
  return { bytes: out.result(), end: at };
}

/** A block without a container, unpacked to at most `limit` bytes. Throws FormatError. */
export function unpackLz4Block(block: Uint8Array, limit: number): Uint8Array {
  const out = boundedOutput(limit);
  unpackBlock(block, out, limit, 0);
  return out.result();
}

/** Appends the plain bytes of a block, at most `most`. Matches reach up to `history` bytes back into what was there before. */
function unpackBlock(block: Uint8Array, out: Output, most: number, history: number): void {
  const view = viewOf(block, true);
  const start = out.size();
  let at = 0;
  const longer = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15) {
      for (let more = 255; more === 255; ) {
        more = view.u8(at++);
        length += more;
      }
    }
    return length;
  };
  const room = (length: number): void => {
    if (out.size() - start + length > most) throw new FormatError(`an lz4 block unpacks to more than ${most} bytes`);
  };
  while (at < block.length) {
    const token = view.u8(at++);
    const literals = longer(token >> 4);
    room(literals);
    out.add(view.slice(at, literals));
    at += literals;
    if (at >= block.length) return;
    const distance = view.u16(at);
    at += 2;
    const there = Math.min(out.size(), out.size() - start + history);
    if (distance === 0 || distance > there)
      throw new FormatError(`an lz4 match reaches ${distance} bytes back, ${there} are there`);
    const length = longer(token & 15) + 4;
    room(length);
    out.match(distance, length);
  }
}
