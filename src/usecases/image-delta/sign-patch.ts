/** The signature in the header of an image delta: RSASSA-PKCS1-v1_5 with SHA-256, over all bytes of the header before it. */
import { createHash, type KeyObject, verify } from 'node:crypto';
import { UsageError } from '../../model/errors.js';
import { type AskPassphrase, openKey } from '../../signing/keys.js';
import type { Signer } from '../../signing/signer.js';
import { openPatch } from './read-patch.js';

/** Who signs, and how long the signature is. */
export interface PatchSigner {
  readonly signer: Signer;
  readonly length: number;
}

/** The signer with the key; `undefined` without one. Throws UsageError when room for another signature is asked for as well. */
export async function openPatchSigner(
  key: string | undefined,
  room: number | undefined,
  ask: AskPassphrase | undefined,
): Promise<PatchSigner | undefined> {
  if (key === undefined) return undefined;
  if (room !== undefined)
    throw new UsageError({
      code: 'delta-option',
      message: '--key signs the patch, --sign keeps room for a signature that is made elsewhere: give one of them',
    });
  const signer = await openKey(key, ask ?? (async () => undefined));
  return { signer, length: Math.ceil((signer.publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8) };
}

/** Puts the signature into the room that the patch has for it. */
export async function signPatch(patch: Uint8Array, { signer }: PatchSigner): Promise<void> {
  const { signed, signatureAt } = openPatch(patch);
  const signature = await signer.sign(createHash('sha256').update(signed).digest());
  patch.set(signature, signatureAt);
}

/** Tells of a header's bytes and the signature behind them whether the key has signed them. */
export function signedBy(key: KeyObject): (signed: Uint8Array, signature: Uint8Array) => boolean {
  return (signed, signature) => verify('RSA-SHA256', signed, key, signature);
}
