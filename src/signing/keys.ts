/** Reads keys and certificates in PEM. Nothing of a private key or a passphrase ever gets into a message. */
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateEncrypt,
  X509Certificate,
} from 'node:crypto';
import { readBounded } from '../files/bounded-read.js';
import type { Code } from '../model/codes.js';
import { InputError } from '../model/errors.js';
import { largestCredentialBytes } from '../model/limits/signing.js';
import type { Signer } from './signer.js';

/** Asks for the passphrase of a key; `undefined` when there is nobody to ask. */
export type AskPassphrase = () => Promise<string | undefined>;

const smallestKey = 2048;

/** DigestInfo of SHA-256 in front of its 32 bytes (RFC 8017, 9.2). */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');

function fault(code: Code, file: string, message: string, remedy: string, found?: string): InputError {
  return new InputError({ code, place: { file }, message, found, remedy });
}

async function readPem(file: string): Promise<string> {
  const read = { limit: largestCredentialBytes, code: 'key-unreadable', what: 'a key or a certificate' } as const;
  return (await readBounded(file, read)).toString('latin1');
}

/** Throws InputError unless the schemes know the kind of key. */
function requireRsa(key: KeyObject, file: string): KeyObject {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const isRsa = key.asymmetricKeyType === 'rsa';
  if (isRsa && bits >= smallestKey) return key;
  throw new InputError({
    code: 'key-kind',
    place: { file },
    message: 'no scheme signs with a key of this kind',
    found: isRsa ? `RSA with ${bits} bits` : (key.asymmetricKeyType ?? 'another kind'),
    expected: `RSA with at least ${smallestKey} bits`,
    remedy: 'openssl genrsa -out key.pem 2048 makes one',
  });
}

/** A signer with the private key of a PEM file. Throws InputError for what is no such key, and for a wrong passphrase. */
export async function openKey(file: string, ask: AskPassphrase): Promise<Signer> {
  const pem = await readPem(file);
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    const found = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1]?.toLowerCase();
    throw fault('key-unreadable', file, 'there is no private key in it', 'name the private key, in PEM', found);
  }
  const encrypted = pem.includes('BEGIN ENCRYPTED PRIVATE KEY') || /^Proc-Type: 4,ENCRYPTED/m.test(pem);
  const passphrase = encrypted ? await ask() : undefined;
  if (encrypted && passphrase === undefined) {
    const remedy = 'put the passphrase into DFOTA_KEY_PASSPHRASE, or run it on a terminal';
    throw fault('key-passphrase', file, 'the key needs a passphrase', remedy);
  }
  const key = requireRsa(parsePrivate(pem, passphrase, file), file);
  return {
    publicKey: createPublicKey(key),
    sign: async (digest) =>
      privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([digestInfo, digest])),
  };
}

function parsePrivate(pem: string, passphrase: string | undefined, file: string): KeyObject {
  try {
    return createPrivateKey(passphrase === undefined ? pem : { key: pem, format: 'pem', passphrase });
  } catch {
    // The library's own words may hold what it read.
    throw passphrase === undefined
      ? fault('key-unreadable', file, 'the private key cannot be read', 'check that the file is whole, and in PEM')
      : fault('key-passphrase', file, 'the key does not open with this passphrase', 'check the passphrase');
  }
}

/** The public key of a PEM file. A private key is refused: it does not belong where a public one is enough. */
export async function readPublicKey(file: string): Promise<KeyObject> {
  const pem = await readPem(file);
  if (pem.includes('PRIVATE KEY-----')) {
    const remedy = 'openssl pkey -in KEY -pubout -out public.pem makes the public one';
    throw fault('key-unreadable', file, 'it is a private key, where the public one is needed', remedy);
  }
  if (pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw fault('key-unreadable', file, 'it is a certificate', 'name it with --certificate');
  }
  try {
    return requireRsa(createPublicKey(pem), file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw fault('key-unreadable', file, 'there is no public key in it', 'name a public key in PEM');
  }
}

/** The first certificate of a PEM file. Throws InputError unless it is valid on the day. */
export async function readCertificate(file: string, now: Date): Promise<X509Certificate> {
  const pem = await readPem(file);
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
    requireRsa(certificate.publicKey, file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw fault('key-unreadable', file, 'there is no certificate in it', 'name a certificate in PEM');
  }
  const [from, to] = [certificate.validFrom, certificate.validTo].map((text) => new Date(text));
  if (from === undefined || to === undefined || now < from || now > to) {
    throw new InputError({
      code: 'certificate-expired',
      place: { file },
      message: now < (from ?? now) ? 'the certificate is not valid yet' : 'the certificate has expired',
      found: `valid from ${certificate.validFrom} to ${certificate.validTo}`,
      remedy: 'renew the certificate; or, to check with its key all the same, give that with --public-key',
    });
  }
  return certificate;
}

/** Throws InputError unless the certificate is one of the key. */
export function requireOwnCertificate(certificate: X509Certificate, key: KeyObject, file: string): void {
  if (certificate.publicKey.equals(key)) return;
  const remedy = 'name the certificate that was made for this key';
  throw fault('certificate-foreign', file, 'the certificate is for another key', remedy);
}

/** SHA-256 of a public key (SubjectPublicKeyInfo), in hex digits. */
export function keyDigest(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
