/** Makes UBI images with one volume, as ubinize does. */

import { Buffer } from 'node:buffer';

/** How flash is cut. Bytes; an erase block is a multiple of a page. */
export interface FlashGeometry {
  readonly eraseBlock: number;
  readonly page: number;
}

/** What the volume is called, and what numbers the image. */
export interface UbiSettings extends FlashGeometry {
  /** 1 to 127 bytes. */
  readonly volume: string;
  /** The number that all blocks of one image carry. */
  readonly sequence: number;
}

const headerBytes = 64;
const rowBytes = 172;
/** Rows of the table, as the format has them. */
const tableRows = 128;
const layoutVolume = 0x7fffefff;
const dynamic = 1;
/** What a system does with a volume of UBI's own that it does not know: it refuses the image. */
const refuse = 5;

/** Bytes of a logical erase block: two pages have the headers. */
export function logicalBlockBytes({ eraseBlock, page }: FlashGeometry): number {
  return eraseBlock - 2 * page;
}

/**
 * The image of a dynamic volume with this content: two blocks with the table of volumes, then the content, a block each. What the content
 * leaves free is 0xFF.
 */
export function makeUbi(content: Uint8Array, settings: UbiSettings): Uint8Array<ArrayBuffer> {
  const { eraseBlock, page } = settings;
  const room = logicalBlockBytes(settings);
  const blocks = Math.max(Math.ceil(content.length / room), 1);
  const image = Buffer.alloc((blocks + 2) * eraseBlock, 0xff);
  const put = (index: number, header: Uint8Array, data: Uint8Array): void => {
    const at = index * eraseBlock;
    image.set(eraseHeader(settings), at);
    image.set(header, at + page);
    image.set(data, at + 2 * page);
  };
  const table = volumeTable(settings, blocks, room);
  for (const lnum of [0, 1]) put(lnum, volumeHeader(layoutVolume, lnum, refuse), table);
  for (let lnum = 0; lnum < blocks; lnum += 1)
    put(lnum + 2, volumeHeader(0, lnum, 0), content.subarray(lnum * room, (lnum + 1) * room));
  return image;
}

function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(checkSum(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

function eraseHeader({ page, sequence }: UbiSettings): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write('UBI#', 0);
  header.writeUInt8(1, 4);
  header.writeUInt32BE(page, 16);
  header.writeUInt32BE(2 * page, 20);
  header.writeUInt32BE(sequence, 24);
  return sealed(header);
}

function volumeHeader(volume: number, lnum: number, compatibility: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write('UBI!', 0);
  header.set([1, dynamic, 0, compatibility], 4);
  header.writeUInt32BE(volume, 8);
  header.writeUInt32BE(lnum, 12);
  return sealed(header);
}

function volumeTable({ volume }: UbiSettings, blocks: number, room: number): Buffer {
  const rows = Math.min(tableRows, Math.floor(room / rowBytes));
  return Buffer.concat(
    Array.from({ length: rows }, (_, index) => {
      const row = Buffer.alloc(rowBytes);
      if (index === 0) {
        row.writeUInt32BE(blocks, 0);
        row.writeUInt32BE(1, 4);
        row.writeUInt8(dynamic, 12);
        row.writeUInt16BE(volume.length, 14);
        row.write(volume, 16, 'latin1');
      }
      return sealed(row);
    }),
  );
}

const sums = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32, begun with all ones and not inverted at the end. */
function checkSum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sums[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return sum >>> 0;
}
