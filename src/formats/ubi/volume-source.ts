import type { ByteSource } from '../../model/byte-source.js';
import type { UbiVolume } from './image.js';

/** The content of a volume as bytes that are read by position: what is not mapped is 0xFF. Closing it closes nothing. */
export function volumeSource(name: string, volume: UbiVolume): ByteSource {
  const { blockSize, size } = volume;
  let last: { readonly number: number; readonly bytes: Uint8Array | undefined } | undefined;
  const blockAt = async (number: number): Promise<Uint8Array | undefined> => {
    if (last?.number !== number) last = { number, bytes: await volume.readBlock(number) };
    return last.bytes;
  };
  return {
    name,
    size,
    async read(position, length) {
      const start = Math.min(Math.max(position, 0), size);
      const end = Math.min(start + Math.max(length, 0), size);
      const bytes = new Uint8Array(end - start).fill(0xff);
      for (let at = start; at < end; ) {
        const number = Math.floor(at / blockSize);
        const until = Math.min(end, (number + 1) * blockSize);
        const block = await blockAt(number);
        if (block !== undefined) {
          const from = at - number * blockSize;
          bytes.set(block.subarray(from, from + until - at), at - start);
        }
        at = until;
      }
      return bytes;
    },
    close: async () => {},
  };
}
