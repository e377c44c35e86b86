/** Checks a signature in a file beside the package, and the statement beside that. */
import { createHash, createVerify, type KeyObject } from 'node:crypto';
import { readBounded } from '../../files/bounded-read.js';
import type { ByteSource } from '../../model/byte-source.js';
import { largestCredentialBytes } from '../../model/limits/signing.js';
import { feed } from './file-bytes.js';
import { type Holds, SignatureFault } from './found.js';

const read = { limit: largestCredentialBytes, code: 'key-unreadable', what: 'a signature or its statement' } as const;

/** Throws SignatureFault when it does not hold. `keySha256`: of the key. `statement`: the path of its statement, if there is one. */
export async function checkDetached(
  file: ByteSource,
  signature: string,
  statement: string | undefined,
  key: KeyObject,
  keySha256: string,
): Promise<Holds> {
  const bytes = await readBounded(signature, read);
  const [verify, hash] = [createVerify('RSA-SHA256'), createHash('sha256')];
  await feed(file, 0, file.size, (piece) => {
    verify.update(piece);
    hash.update(piece);
  });
  if (!verify.verify(key, bytes)) {
    throw new SignatureFault(
      'the detached signature does not hold: the package was changed, or another key has signed it',
    );
  }
  if (statement === undefined) return { message: 'the detached signature holds for the whole file', notes: [] };
  const sha256 = hash.digest('hex');
  const lines = [
    '{',
    '  "format": "dfota-detached-signature",',
    '  "version": 1,',
    '  "algorithm": "RSASSA-PKCS1-v1_5 with SHA-256",',
    `  "size": ${file.size},`,
    `  "sha256": "${sha256}",`,
    `  "key": "${keySha256}"`,
    '}',
    '',
  ];
  if ((await readBounded(statement, read)).toString('latin1') !== lines.join('\n')) {
    throw new SignatureFault('the statement beside the detached signature is not about this package and this key');
  }
  return { message: 'the detached signature and its statement hold for the whole file', notes: [] };
}
