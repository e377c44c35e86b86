/** Makes checksums right again after damage, so that what lies behind them is read. */
import type { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** Bytes of an erase block and of a page in the kept image flash.ubi. */
const [eraseBlock, page] = [16_384, 512];

/** The headers of an UBI image, and the rows of its volume table. */
export function mendUbi(image: Buffer): Buffer {
  const seal = (at: number, size: number): void => {
    if (at + size > image.length) return;
    image.writeUInt32BE(~crc32(image.subarray(at, at + size - 4)) >>> 0, at + size - 4);
  };
  for (let block = 0; block < image.length; block += eraseBlock) {
    seal(block, 64);
    if (image.toString('latin1', block + page, block + page + 4) === 'UBI!') seal(block + page, 64);
    // The two blocks of the layout volume come first.
    if (block < 2 * eraseBlock) for (let row = 0; row < 4; row++) seal(block + 2 * page + row * 172, 172);
  }
  return image;
}

const nodeMagic = 0x06101831;

/** The nodes of an UBIFS. */
export function mendUbifs(image: Buffer): Buffer {
  for (let at = 0; at + 24 <= image.length; at += 8) {
    if (image.readUInt32LE(at) !== nodeMagic) continue;
    const length = image.readUInt32LE(at + 16);
    if (length < 24 || at + length > image.length || length > 70_000) continue;
    image.writeUInt32LE(~crc32(image.subarray(at + 8, at + length)) >>> 0, at + 4);
  }
  return image;
}

/** The blocks of directories of a LittleFS: each that begins with a size which fits it, mended by that size. */
export function mendLittlefs(image: Buffer, blockSize = 512): Buffer {
  for (let block = 0; block + blockSize <= image.length; block += blockSize) {
    const size = image.readUInt32LE(block + 4) & 0x7fffffff;
    if (size < 20 || size > blockSize) continue;
    image.writeUInt32LE(~crc32(image.subarray(block, block + size - 4)) >>> 0, block + size - 4);
  }
  return image;
}
