/** The container of lzop, which kernels and images use for LZO: header, then blocks with their sizes. Checksums are not checked. */
import { largestLzopBlockBytes } from '../../model/limits/formats.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { unpackLzo } from './lzo.js';
import { boundedOutput } from './output.js';
import type { Unpacked } from './unpacked.js';

const magicSize = 9;
/** LZO cannot do better than 255 to 1; a claim beyond it is a lie, and no memory is taken for it. */
const bestRatio = 255;

const flagBits = {
  adlerOfPlain: 0x1,
  adlerOfPacked: 0x2,
  extraField: 0x40,
  crcOfPlain: 0x100,
  crcOfPacked: 0x200,
  multipart: 0x400,
  filter: 0x800,
} as const;

/** Unpacks one lzop file. Throws FormatError for filters, several parts, and methods other than LZO1X. */
export function unpackLzop(bytes: Uint8Array, limit: number): Unpacked {
  const view = viewOf(bytes, false);
  const recent = view.u16(magicSize) >= 0x0940;
  let at = magicSize + (recent ? 6 : 4);
  const method = view.u8(at);
  if (method < 1 || method > 3) throw new FormatError(`lzop method ${method} is not read here`);
  at += recent ? 2 : 1;
  const flags = view.u32(at);
  const has = (flag: keyof typeof flagBits): boolean => (flags & flagBits[flag]) !== 0;
  if (has('filter')) throw new FormatError('an lzop filter is not read here');
  if (has('multipart')) throw new FormatError('an lzop file of several parts is not read here');
  // flags, mode, time (two words since 0.94)
  at += recent ? 16 : 12;
  at += 1 + view.u8(at) + 4;
  if (has('extraField')) at += 8 + view.u32(at);
  const plainSums = (has('adlerOfPlain') ? 4 : 0) + (has('crcOfPlain') ? 4 : 0);
  const packedSums = (has('adlerOfPacked') ? 4 : 0) + (has('crcOfPacked') ? 4 : 0);
  const out = boundedOutput(limit);
  for (;;) {
    const size = view.u32(at);
    at += 4;
    if (size === 0) return { bytes: out.result(), end: at };
    const packed = view.u32(at);
    at += 4 + plainSums + (packed < size ? packedSums : 0);
    if (size > largestLzopBlockBytes || packed > size)
      throw new FormatError(`an lzop block of ${packed} bytes for ${size}`);
    out.add(unpackBlock(view.slice(at, packed), size));
    at += packed;
  }
}

function unpackBlock(block: Uint8Array, size: number): Uint8Array {
  if (block.length === size) return block;
  if (size > bestRatio * (block.length + 1))
    throw new FormatError(`an lzop block claims ${size} bytes out of ${block.length}`);
  const plain = unpackLzo(block, size);
  if (typeof plain === 'string') throw new FormatError(`an lzop block is broken (${plain})`);
  return plain;
}
