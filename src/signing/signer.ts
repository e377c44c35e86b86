import type { KeyObject } from 'node:crypto';

/** Signs digests: with a key in a file, or by a program that keeps the key. */
export interface Signer {
  /** The RSA key that the signatures are checked with. */
  readonly publicKey: KeyObject;
  /** The RSA signature (PKCS#1 v1.5) of a SHA-256: 32 bytes. */
  readonly sign: (digest: Uint8Array) => Promise<Buffer>;
}
