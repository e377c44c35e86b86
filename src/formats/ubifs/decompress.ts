import { inflate } from '../compression/inflate.js';
import { unpackLzo } from '../compression/lzo.js';
import { unpackZstdFrame } from '../compression/zstd.js';
import { FormatError } from '../format-error.js';

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
      return attempt(() => inflate(stored, size).bytes);
    case 'zstd':
      return attempt(() => unpackZstdFrame(stored, size));
    default:
      return kind satisfies never;
  }
}

function attempt(run: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
