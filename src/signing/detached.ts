/** A signature in a file of its own, and the statement that says what it is of. */
import { createHash } from 'node:crypto';
import type { ByteSource } from '../model/byte-source.js';
import { chunksOf } from './entry-content.js';

/** SHA-256 of a whole file. */
export async function fileDigest(source: ByteSource): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(source, 0, source.size)) hash.update(chunk);
  return hash.digest();
}

/** What the statement beside a detached signature says. Its text has one form, so that not a byte of it may differ. */
export function detachedStatement(size: number, sha256: string, key: string): string {
  const statement = {
    format: 'dfota-detached-signature',
    version: 1,
    algorithm: 'RSASSA-PKCS1-v1_5 with SHA-256',
    size,
    sha256,
    key,
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}
