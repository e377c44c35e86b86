import { inflateRawSync, inflateSync } from 'node:zlib';
import { pieceFor } from '../../model/large-bytes.js';
import { FormatError } from '../format-error.js';
import { tooMuch } from './output.js';

/** Unpacked bytes, and how many packed ones they took. */
export interface Inflated {
  readonly bytes: Uint8Array;
  readonly consumed: number;
}

/**
 * Inflates one raw deflate stream that may be followed by anything (kernels have device trees behind them).
 * Throws FormatError on a broken stream, and when more than `limit` bytes come out, without having made more than that.
 */
export function inflate(bytes: Uint8Array, limit: number): Inflated {
  try {
    const result: unknown = inflateRawSync(bytes, {
      maxOutputLength: limit,
      chunkSize: piecesOf(bytes, limit),
      info: true,
    });
    if (!isInfo(result)) throw new FormatError('zlib did not say how much it read');
    return { bytes: result.buffer, consumed: result.engine.bytesWritten };
  } catch (error) {
    throw asFormatError(error, limit);
  }
}

/** Of what is a few megabytes packed, zlib's pieces of 16 KiB would be thousands. */
const smallPacked = 2 ** 20;

function piecesOf({ length }: Uint8Array, limit: number): number | undefined {
  return length < smallPacked ? undefined : pieceFor(limit);
}

/** Inflates a zlib stream, checksum included. Throws FormatError on a broken stream, and when more than `limit` bytes come out. */
export function inflateZlib(bytes: Uint8Array, limit: number): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    throw asFormatError(error, limit);
  }
}

/** What zlib throws for broken data, in our words; anything else as it is. */
function asFormatError(error: unknown, limit: number): unknown {
  if (error instanceof FormatError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooMuch(limit);
  if (typeof code === 'string' && code.startsWith('Z_')) {
    return new FormatError(`the compressed data is broken (${error instanceof Error ? error.message : code})`);
  }
  return error;
}

interface Info {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

function isInfo(value: unknown): value is Info {
  if (typeof value !== 'object' || value === null || !('buffer' in value) || !('engine' in value)) return false;
  const { buffer, engine } = value;
  return (
    buffer instanceof Uint8Array &&
    typeof engine === 'object' &&
    engine !== null &&
    'bytesWritten' in engine &&
    typeof engine.bytesWritten === 'number'
  );
}
