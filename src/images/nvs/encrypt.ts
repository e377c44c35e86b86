/** Encrypts the entries of pages as the original generator does, and makes the partition that keeps the keys. */

import { Buffer } from 'node:buffer';
import { createCipheriv } from 'node:crypto';
import { checkSum, entryBytes } from './entry.js';
import { pageBytes } from './pages.js';

/** Bytes of the encryption key and the tweak key together. */
export const nvsKeyBytes = 64;

/** Pages with each entry in use encrypted by AES-256-XTS, an entry a sector, its address in the partition the sector's number. */
export function encryptPages(pages: readonly Uint8Array[], keys: Uint8Array): readonly Uint8Array[] {
  return pages.map((page, index) => {
    const encrypted = Uint8Array.from(page);
    for (let offset = 64; offset < pageBytes; offset += entryBytes) {
      if (!isInUse(page, (offset - 64) / entryBytes)) continue;
      const tweak = Buffer.alloc(16);
      tweak.writeBigUInt64LE(BigInt(index * pageBytes + offset));
      const cipher = createCipheriv('aes-256-xts', keys, tweak);
      encrypted.set(cipher.update(page.subarray(offset, offset + entryBytes)), offset);
    }
    return encrypted;
  });
}

function isInUse(page: Uint8Array, entry: number): boolean {
  return (((page[32 + (entry >> 2)] ?? 0xff) >> (2 * (entry & 3))) & 1) === 0;
}

/** The partition that the device reads the keys from: the keys, their check sum, and nothing else. */
export function keyPartition(keys: Uint8Array): Uint8Array {
  const partition = Buffer.alloc(pageBytes, 0xff);
  partition.set(keys);
  partition.writeUInt32LE(checkSum(keys), nvsKeyBytes);
  return partition;
}
