import type { ByteSource } from '../../model/byte-source.js';
import type { Code } from '../../model/codes.js';
import { InputError } from '../../model/errors.js';
import type { UbiVolume } from '../ubi/image.js';

/** The logical erase blocks that an UBIFS lives in: a volume of an UBI image, or a plain .ubifs file cut into blocks. */
export interface EraseBlocks {
  /** For messages: the file, and the volume where there are several. */
  readonly name: string;
  /** Bytes of a block; 0 while not known (a plain file before its superblock has been read). */
  readonly blockSize: number;
  /** The numbers of the blocks that the image holds, ascending. What a table claims beyond them costs nothing. */
  readonly held: readonly number[];
  /** A block of exactly `blockSize` bytes; `undefined` when the image does not hold it. */
  read(lnum: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** The blocks of a volume of an UBI image. */
export function volumeBlocks(name: string, volume: UbiVolume): EraseBlocks {
  return {
    name,
    blockSize: volume.blockSize,
    held: volume.mapped,
    read: (lnum) => volume.readBlock(lnum),
  };
}

/** The blocks of a plain UBIFS image, as mkfs.ubifs writes it. A last block that is cut short is filled with 0xFF. */
export function fileBlocks(source: ByteSource, blockSize: number): EraseBlocks {
  return {
    name: source.name,
    blockSize,
    held: Array.from({ length: Math.ceil(source.size / blockSize) }, (_, lnum) => lnum),
    read: async (lnum) => {
      const bytes = await source.read(lnum * blockSize, blockSize);
      if (bytes.length === 0) return undefined;
      if (bytes.length === blockSize) return bytes;
      const whole = new Uint8Array(blockSize).fill(0xff);
      whole.set(bytes);
      return whole;
    },
  };
}

const cachedBytes = 8 * 1024 * 1024;

/** Remembers the blocks read last (8 MiB of them): neighbouring nodes of the index lie in the same few blocks. */
export function cached(blocks: EraseBlocks): EraseBlocks {
  const room = Math.max(4, Math.floor(cachedBytes / Math.max(1, blocks.blockSize)));
  const kept = new Map<number, Promise<Uint8Array<ArrayBuffer> | undefined>>();
  return {
    name: blocks.name,
    blockSize: blocks.blockSize,
    held: blocks.held,
    read: (lnum) => {
      const known = kept.get(lnum);
      kept.delete(lnum);
      const block = known ?? blocks.read(lnum);
      kept.set(lnum, block);
      const oldest = kept.keys().next().value;
      if (kept.size > room && oldest !== undefined) kept.delete(oldest);
      return block;
    },
  };
}

/** Throws InputError: something that an UBIFS cannot do without is missing or damaged. */
export function unreadable(name: string, code: Code, message: string, found?: string): never {
  throw new InputError({
    code,
    place: { file: name },
    message,
    found,
    remedy: 'make the image again, or copy it again from where it came',
  });
}
