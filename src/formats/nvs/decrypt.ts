/** Takes the encryption off an NVS partition, so that it reads as any other. */

import { Buffer } from 'node:buffer';
import { createDecipheriv } from 'node:crypto';
import { viewOf } from '../bytes/view.js';
import type { NvsKeys } from './keys.js';

const [pageBytes, headBytes, entryBytes] = [4096, 64, 32];

/** The partition in plain: headers and bitmaps are never encrypted, and entries that are free are blank in both. */
export function decryptNvs(bytes: Uint8Array, keys: NvsKeys): Uint8Array {
  const plain = Uint8Array.from(bytes);
  const bitmaps = viewOf(bytes, true);
  for (let page = 0; page + pageBytes <= bytes.length; page += pageBytes) {
    for (let slot = 0; slot < 126; slot++) {
      const state = (bitmaps.u8(page + 32 + (slot >> 2)) >> (2 * (slot & 3))) & 3;
      if (state === 3) continue;
      const at = page + headBytes + entryBytes * slot;
      // The sector of XTS is the address of the entry in the partition.
      const sector = Buffer.alloc(16);
      sector.writeUInt32LE(at);
      const cipher = createDecipheriv('aes-256-xts', keys, sector);
      plain.set(cipher.update(bytes.subarray(at, at + entryBytes)), at);
    }
  }
  return plain;
}
