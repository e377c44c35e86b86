/** Checks the signatures of a package with a key or a certificate of the user. */
import { stat } from 'node:fs/promises';
import { verifySignatures } from '../../device/signature/verify-signatures.js';
import { InputError, UsageError } from '../../model/errors.js';
import type { Ports } from '../../model/ports.js';
import type { SignatureReport } from '../../model/signature.js';
import { readCertificate, readPublicKey, requireOwnCertificate } from '../../signing/keys.js';

/** Which signatures are checked, with what: plain data. */
export interface VerifySignedRequest {
  readonly packagePath: string;
  /** PEM. */
  readonly publicKey?: string | undefined;
  /** PEM; the package must have this very certificate where it has one. */
  readonly certificate?: string | undefined;
  /** A detached signature; without it, the package's name with `.sig` behind it, where that is a file. */
  readonly signature?: string | undefined;
}

/** What is wrong with signatures is in the report. Throws InputError for keys and files that cannot be read, and for a certificate that is not valid today. */
export async function verifySigned(request: VerifySignedRequest, ports: Ports = {}): Promise<SignatureReport> {
  const { packagePath, publicKey, certificate: certificatePath, signature } = request;
  if (publicKey === undefined && certificatePath === undefined) {
    throw new UsageError({
      code: 'signing-options',
      message: 'signatures are checked with a key: give --public-key or --certificate',
    });
  }
  const now = ports.now?.() ?? new Date();
  const certificate = certificatePath === undefined ? undefined : await readCertificate(certificatePath, now);
  const key = publicKey === undefined ? certificate?.publicKey : await readPublicKey(publicKey);
  if (key === undefined) throw new Error('one of both was given');
  if (certificate !== undefined && certificatePath !== undefined)
    requireOwnCertificate(certificate, key, certificatePath);
  if (signature !== undefined && !(await isFile(signature))) {
    throw new InputError({
      code: 'input-missing',
      place: { file: signature },
      message: 'there is nothing at this path',
    });
  }
  return verifySignatures({ packagePath, detached: signature, key, certificate });
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
