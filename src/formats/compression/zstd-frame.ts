import { decompress } from 'fzstd';

/** One zstd frame that states its content size, unpacked to just `size` bytes; `undefined` when it states another. Throws on broken data. */
export function unpackZstdFrame(frame: Uint8Array, size: number): Uint8Array | undefined {
  return zstdSize(frame) === size ? decompress(frame, new Uint8Array(size)) : undefined;
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
