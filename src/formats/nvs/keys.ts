/** The keys of encrypted NVS partitions: read from a partition of keys, or derived from an HMAC key. */

import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { FormatError } from '../format-error.js';
import { nvsChecksum } from './checksum.js';

/** The encryption key and the tweak key, 32 bytes each, one after the other. */
export type NvsKeys = Uint8Array;

const keyBytes = 64;
const hmacKeyBytes = 32;
const seeds = { encryption: [0x5a, 0x5a, 0xbe, 0xae], tweak: [0xa5, 0xa5, 0xde, 0xce] } as const;

/** The keys in a partition of keys: 64 bytes and their check sum; or in a file of these 64 bytes alone. Throws FormatError. */
export function readNvsKeys(bytes: Uint8Array): NvsKeys {
  if (bytes.length !== keyBytes && bytes.length < keyBytes + 4)
    throw new FormatError(`${bytes.length} bytes are no keys: ${keyBytes} bytes with their check sum are`);
  const keys = bytes.slice(0, keyBytes);
  if (bytes.length > keyBytes) {
    const said = new DataView(bytes.buffer, bytes.byteOffset + keyBytes, 4).getUint32(0, true);
    if (nvsChecksum(keys) !== said)
      throw new FormatError('the check sum of the keys differs: they are damaged, or none');
  }
  if (Buffer.compare(keys.subarray(0, 32), keys.subarray(32)) === 0)
    throw new FormatError('the encryption key and the tweak key are the same, which makes the encryption worthless');
  return keys;
}

/** The keys that a device derives from the HMAC key in its eFuse. Throws FormatError for a key that has not 32 bytes. */
export function deriveNvsKeys(hmacKey: Uint8Array): NvsKeys {
  if (hmacKey.length !== hmacKeyBytes)
    throw new FormatError(`${hmacKey.length} bytes are no HMAC key, which has ${hmacKeyBytes}`);
  const part = (seed: readonly number[]): Buffer =>
    createHmac('sha256', hmacKey)
      .update(Buffer.from(Array.from({ length: 8 }, () => seed).flat()))
      .digest();
  return Buffer.concat([part(seeds.encryption), part(seeds.tweak)]);
}
