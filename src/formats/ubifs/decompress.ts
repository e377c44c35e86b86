import { inflateRawSync } from 'node:zlib';
import { decompress as unpackZstd } from 'fzstd';
import { unpackLzo } from '../compression/lzo.js';

/** How data nodes may be packed, at the numbers that they give. */
export const compressions = ['none', 'lzo', 'zlib', 'zstd'] as const;

/** Why a block's content cannot be had, as the end of a sentence. */
export interface UnpackFault {
  readonly fault: string;
}

/** Unpacks the content of a data node to exactly `size` bytes (at most 4096). Never throws, never writes past `size`. */
export function unpackData(compression: number, stored: Uint8Array, size: number): Uint8Array | UnpackFault {
  const kind = compressions[compression];
  if (kind === undefined) return { fault: `is packed in an unknown way (number ${compression})` };
  const content = unpack(kind, stored, size);
  if (content === undefined) return { fault: `cannot be unpacked (${kind})` };
  if (content.length !== size) return { fault: `unpacks to ${content.length} bytes instead of ${size} (${kind})` };
  return content;
}

function unpack(kind: (typeof compressions)[number], stored: Uint8Array, size: number): Uint8Array | undefined {
  switch (kind) {
    case 'none':
      return stored;
    case 'lzo': {
      const content = unpackLzo(stored, size);
      return typeof content === 'string' ? undefined : content;
    }
    case 'zlib':
      return attempt(() => inflateRawSync(stored, { maxOutputLength: size }));
    case 'zstd':
      return zstdSize(stored) === size ? attempt(() => unpackZstd(stored, new Uint8Array(size))) : undefined;
    default:
      return kind satisfies never;
  }
}

function attempt(run: () => Uint8Array): Uint8Array | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** The content size that a zstd frame states (one-shot compressors always state it); fzstd trusts it, so it is checked first. */
function zstdSize(frame: Uint8Array): number | undefined {
  if (frame.length < 10) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const flags = view.getUint8(4);
  const single = (flags & 0x20) !== 0;
  const at = 5 + (single ? 0 : 1) + ([0, 1, 2, 4][flags & 3] ?? 0);
  switch (flags >> 6) {
    case 0:
      return single ? view.getUint8(at) : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    default:
      return at + 4 <= frame.length ? view.getUint32(at, true) : undefined;
  }
}
