import { startsWith, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { inflate } from './inflate.js';

/** One member of a gzip file. */
export interface GzipStream {
  /** Seconds since 1970; 0 for none. */
  readonly time: number;
  readonly name: string | undefined;
  /** The header's hint: 2 slowest, 4 fastest. */
  readonly extraFlags: number;
  /** 3 for Unix. */
  readonly system: number;
  /** The deflate data, without header and trailer, to the end of the file. */
  readonly deflated: Uint8Array;
  readonly bytes: Uint8Array;
  /** Bytes of the whole member, trailer included. */
  readonly length: number;
}

/** Whether gzip's magic and method stand there. */
export function isGzip(bytes: Uint8Array, at = 0): boolean {
  return startsWith(bytes, '\x1f\x8b\x08', at);
}

/** Unpacks the first member; what follows is left alone. Throws FormatError also when more than `limit` bytes come out. */
export function readGzip(bytes: Uint8Array, limit: number): GzipStream {
  if (!isGzip(bytes)) throw new FormatError('no gzip magic');
  const view = viewOf(bytes, true);
  const flags = view.u8(3);
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + view.u16(at);
  let name: string | undefined;
  if ((flags & 8) !== 0) {
    name = view.text(at, 4096);
    at = afterNul(bytes, at);
  }
  if ((flags & 16) !== 0) at = afterNul(bytes, at);
  if ((flags & 2) !== 0) at += 2;
  const deflated = view.slice(at, Math.max(0, bytes.length - at));
  const { bytes: plain, consumed } = inflate(deflated, limit);
  const end = at + consumed;
  const size = view.u32(end + 4);
  if (size !== plain.length % 2 ** 32)
    throw new FormatError(`its trailer promises ${size} bytes, ${plain.length} came out`);
  return {
    time: view.u32(4),
    name,
    extraFlags: view.u8(8),
    system: view.u8(9),
    deflated,
    bytes: plain,
    length: end + 8,
  };
}

function afterNul(bytes: Uint8Array, at: number): number {
  const nul = bytes.indexOf(0, at);
  if (nul < 0) throw new FormatError('a text of its header does not end');
  return nul + 1;
}
