import type { ByteSource } from '../../model/byte-source.js';
import { SignatureFault } from './found.js';

/** The bytes from a position, all of them. */
export async function bytesAt(file: ByteSource, position: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = await file.read(position, length);
  if (bytes.length !== length) throw new SignatureFault('the file ends too early');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Gives a run of bytes to each of the takers, piece by piece. */
export async function feed(
  file: ByteSource,
  position: number,
  length: number,
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  const piece = 2 ** 20;
  for (let done = 0; done < length; done += piece)
    take(await bytesAt(file, position + done, Math.min(piece, length - done)));
}
