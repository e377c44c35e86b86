/** What a package is compared by where it arrives. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { xor16 } from '../../delivery/xor16.js';
import { asInputError } from '../../files/system-error.js';

/** The checksum of AT+QFUPL, and the MD5 that `md5sum` on a module tells. */
export interface PackageDigests {
  readonly xor16: number;
  readonly md5: string;
}

/** Reads the package once. */
export async function packageDigests(file: string, signal: AbortSignal | undefined): Promise<PackageDigests> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw asInputError(error, file);
  });
  const md5 = createHash('md5');
  let sum = 0;
  try {
    // Pieces of an even length: their checksums XOR to that of the whole.
    for await (const chunk of handle.createReadStream({ highWaterMark: 2 ** 16, autoClose: false, signal })) {
      const bytes: Uint8Array = chunk;
      sum ^= xor16([bytes]);
      md5.update(bytes);
    }
  } finally {
    await handle.close();
  }
  return { xor16: sum, md5: md5.digest('hex') };
}
