/** Metadata blocks: inodes, directories and tables, in blocks of up to 8192 bytes that are packed one by one. */

import type { ByteSource } from '../../model/byte-source.js';
import { viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { type Compressor, unpackBlock } from './unpack.js';

/** Most bytes of an unpacked block. */
export const metadataBytes = 8192;

const notPacked = 0x8000;
const blocksKept = 64;

/** Reads from metadata blocks; what is read may go over several. */
export interface Metadata {
  /** Bytes from an offset on, counted from the start of the block at a position. Throws FormatError where they cannot be read. */
  read(position: number, offset: number, length: number): Promise<Uint8Array>;
}

interface Block {
  readonly bytes: Uint8Array;
  /** Where the next block begins. */
  readonly next: number;
}

/** Blocks that were read last are kept. */
export function metadataOf(source: ByteSource, compressor: Compressor): Metadata {
  const kept = new Map<number, Block>();

  const blockAt = async (position: number): Promise<Block> => {
    const known = kept.get(position);
    if (known !== undefined) {
      kept.delete(position);
      kept.set(position, known);
      return known;
    }
    const head = viewOf(await source.read(position, 2 + metadataBytes), true);
    if (position >= source.size || head.size < 2) throw new FormatError(`there is no metadata block at ${position}`);
    const word = head.u16(0);
    const length = word & (notPacked - 1);
    if (length === 0 || length > metadataBytes || 2 + length > head.size) {
      throw new FormatError(`the metadata block at ${position} has ${length} bytes, which is not possible`);
    }
    const stored = head.slice(2, length);
    const bytes = (word & notPacked) !== 0 ? stored : unpackBlock(compressor, stored, metadataBytes);
    const block = { bytes, next: position + 2 + length };
    kept.set(position, block);
    const [oldest] = kept.keys();
    if (kept.size > blocksKept && oldest !== undefined) kept.delete(oldest);
    return block;
  };

  return {
    async read(position, from, length) {
      let offset = from;
      let block = await blockAt(position);
      for (; offset > block.bytes.length; block = await blockAt(block.next)) {
        if (block.bytes.length < metadataBytes) throw new FormatError(`the metadata at ${position} ends too early`);
        offset -= metadataBytes;
      }
      if (offset + length <= block.bytes.length) return block.bytes.subarray(offset, offset + length);
      const parts: Uint8Array[] = [block.bytes.subarray(offset)];
      let missing = length - (block.bytes.length - offset);
      while (missing > 0) {
        if (block.bytes.length < metadataBytes) throw new FormatError(`the metadata at ${position} ends too early`);
        block = await blockAt(block.next);
        const part = block.bytes.subarray(0, missing);
        parts.push(part);
        missing -= part.length;
      }
      return joined(parts, length);
    },
  };
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
