import { crc32 } from 'node:zlib';

/** The CRC-32 of UBI and UBIFS: the usual polynomial, started with all ones and not inverted at the end. */
export function flashCrc(bytes: Uint8Array): number {
  return ~crc32(bytes) >>> 0;
}

/** Whether every byte is 0xFF: what erased flash reads as. */
export function isErased(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0xff) return false;
  return true;
}
