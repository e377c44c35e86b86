/** zstd: what a frame's header says is checked here, for both doors, before fzstd takes memory for it. */

import { Decompress, decompress } from 'fzstd';
import { largestZstdWindowBytes } from '../../model/limits/formats.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { boundedOutput } from './output.js';
import type { Unpacked } from './unpacked.js';
import { refuseEndlessWeights } from './zstd-weights.js';

const magic = 0xfd2fb528;

/** What a frame says of itself. */
interface Frame {
  /** The first byte behind it. */
  readonly end: number;
  /** Bytes of its content, where they are stated. */
  readonly size: number | undefined;
}

/** Walks over the frame at the start, block by block. Throws FormatError when it is cut short or wants too large a window. */
function readFrame(bytes: Uint8Array): Frame {
  const view = viewOf(bytes, true);
  if (view.u32(0) !== magic) throw new FormatError('no zstd magic');
  const descriptor = view.u8(4);
  const single = (descriptor & 0x20) !== 0;
  if ((descriptor & 8) !== 0) throw new FormatError('the zstd frame uses a reserved bit');
  let at = 5;
  let window = 0;
  if (!single) {
    const byte = view.u8(at++);
    window = 2 ** (10 + (byte >> 3)) * (1 + (byte & 7) / 8);
  }
  at += [0, 1, 2, 4][descriptor & 3] ?? 0;
  const width = descriptor >> 6;
  const size =
    width === 0
      ? single
        ? view.u8(at)
        : undefined
      : width === 1
        ? view.u16(at) + 256
        : width === 2
          ? view.u32(at)
          : view.u64(at);
  at += width === 0 ? (single ? 1 : 0) : 2 ** width;
  if (single) window = size ?? 0;
  if (window > largestZstdWindowBytes) throw new FormatError(`its zstd window of ${window} bytes is too large`);
  for (let last = false; !last; ) {
    const header = view.u16(at) | (view.u8(at + 2) << 16);
    last = (header & 1) !== 0;
    const kind = (header >> 1) & 3;
    if (kind === 3) throw new FormatError('a zstd block of a kind that is not known');
    if (kind === 2) refuseEndlessWeights(view, at + 3);
    at += 3 + (kind === 1 ? 1 : header >> 3);
  }
  at += (descriptor & 4) !== 0 ? 4 : 0;
  if (at > bytes.length) throw new FormatError('the zstd frame is cut short');
  return { end: at, size };
}

function asFormatError(error: unknown): FormatError {
  if (error instanceof FormatError) return error;
  return new FormatError(`the compressed data is broken (${error instanceof Error ? error.message : 'zstd'})`);
}

/** Unpacks the frame at the start. Throws FormatError. */
export function unpackZstd(bytes: Uint8Array, limit: number): Unpacked {
  const { end } = readFrame(bytes);
  const out = boundedOutput(limit);
  try {
    new Decompress((part) => out.add(part)).push(bytes.subarray(0, end), true);
  } catch (error) {
    throw asFormatError(error);
  }
  return { bytes: out.result(), end };
}

/** One frame that states its content size, unpacked to just `size` bytes; `undefined` when it states another. Throws FormatError. */
export function unpackZstdFrame(bytes: Uint8Array, size: number): Uint8Array | undefined {
  // fzstd trusts the stated size, so it is checked first; one-shot compressors always state it
  const frame = readFrame(bytes);
  if (frame.size !== size) return undefined;
  try {
    return decompress(bytes.subarray(0, frame.end), new Uint8Array(size));
  } catch (error) {
    throw asFormatError(error);
  }
}
