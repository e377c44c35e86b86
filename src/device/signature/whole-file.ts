/** Checks Android's signature of the whole file as its recoveries do, and what they leave open: the comment's text and the certificate. */
import { createVerify, type KeyObject, X509Certificate } from 'node:crypto';
import type { ByteSource } from '../../model/byte-source.js';
import { DerReader } from './der.js';
import { bytesAt, feed } from './file-bytes.js';
import { type Holds, SignatureFault } from './found.js';

const endSize = 22;
const footerSize = 6;
const texts = ['signed by dfota', 'signed by SignApk'];
const algorithms: Readonly<Record<string, 'RSA-SHA256' | 'RSA-SHA1'>> = {
  '300d06096086480165030402010500': 'RSA-SHA256',
  '300b0609608648016503040201': 'RSA-SHA256',
  '300906052b0e03021a0500': 'RSA-SHA1',
  '300706052b0e03021a': 'RSA-SHA1',
};
/** rsaEncryption, and the algorithms that name RSA and digest together, each with NULL. */
const signatureAlgorithms: ReadonlySet<string> = new Set([
  '300d06092a864886f70d0101010500',
  '300d06092a864886f70d01010b0500',
  '300d06092a864886f70d0101050500',
]);

/** Whether the file ends as a signed one does, or has a comment that may have been a signature. */
export async function hasWholeFileSignature(file: ByteSource): Promise<boolean> {
  if (file.size < endSize + footerSize) return false;
  const end = await bytesAt(file, file.size - endSize, endSize);
  return end.toString('latin1', 0, 4) !== 'PK\x05\x06' || end.readUInt16LE(20) !== 0;
}

/** Throws SignatureFault when it does not hold. `certificate`: the very one that the package must have. */
export async function checkWholeFile(
  file: ByteSource,
  key: KeyObject,
  certificate: X509Certificate | undefined,
): Promise<Holds> {
  const footer = await bytesAt(file, file.size - footerSize, footerSize);
  const [start, mark, commentSize] = [0, 2, 4].map((at) => footer.readUInt16LE(at));
  if (start === undefined || commentSize === undefined || mark !== 0xffff) {
    throw new SignatureFault('the comment of the zip does not end with the mark of a signature');
  }
  const endAt = file.size - commentSize - endSize;
  if (start > commentSize || start <= footerSize || endAt < 0) {
    throw new SignatureFault('the comment of the zip is too short for its signature');
  }
  const tail = await bytesAt(file, endAt, endSize + commentSize);
  if (tail.toString('latin1', 0, 4) !== 'PK\x05\x06' || tail.readUInt16LE(20) !== commentSize) {
    throw new SignatureFault('the end record of the zip is not where the signature says');
  }
  if (tail.indexOf('PK\x05\x06', 4, 'latin1') >= 0)
    throw new SignatureFault('there is a second end record behind the first');
  const comment = tail.subarray(endSize);
  const text = comment.toString('latin1', 0, commentSize - start);
  if (!texts.some((known) => text === `${known}\0`)) {
    throw new SignatureFault('the text in front of the signature, which is not signed, is unknown');
  }
  const signed = parse(comment.subarray(commentSize - start, commentSize - footerSize));
  const verify = createVerify(signed.algorithm);
  await feed(file, 0, endAt + 20, (bytes) => verify.update(bytes));
  if (!verify.verify(key, signed.signature)) {
    throw new SignatureFault(
      'the signature of the whole file does not hold: it was changed, or another key has signed it',
    );
  }
  const notes =
    signed.algorithm === 'RSA-SHA1'
      ? ['the digest is SHA-1, for old recoveries: it no longer protects against forgery']
      : [];
  holdCertificate(signed.certificate, key, certificate);
  return { message: 'the signature of the whole file holds', notes };
}

interface SignedFile {
  readonly certificate: Buffer;
  readonly algorithm: 'RSA-SHA256' | 'RSA-SHA1';
  readonly signature: Buffer;
}

/** PKCS#7 SignedData, version 1, without signed attributes, one certificate, one signer. */
function parse(bytes: Buffer): SignedFile {
  const outer = new DerReader(bytes);
  const info = outer.inside(0x30);
  outer.end();
  expect(info.whole(0x06), '06092a864886f70d010702', 'signed data');
  const explicit = info.inside(0xa0);
  info.end();
  const data = explicit.inside(0x30);
  explicit.end();
  expect(data.whole(0x02), '020101', 'version 1');
  const digests = data.inside(0x31);
  const digest = digests.whole(0x30);
  digests.end();
  expect(data.whole(0x30), '300b06092a864886f70d010701', 'content of its own');
  const certificates = data.inside(0xa0);
  const certificate = certificates.whole(0x30);
  certificates.end();
  const signers = data.inside(0x31);
  data.end();
  const signer = signers.inside(0x30);
  signers.end();
  expect(signer.whole(0x02), '020101', 'a signer of version 1');
  const issuer = signer.whole(0x30);
  if (!issuer.equals(issuerOf(certificate))) throw new SignatureFault('the signer is not the one of the certificate');
  const own = signer.whole(0x30);
  const algorithm = algorithms[own.toString('hex')];
  if (algorithm === undefined || !own.equals(digest))
    throw new SignatureFault('the digest is neither SHA-256 nor SHA-1');
  // Signed attributes would stand here, which recoveries do not read.
  if (!signatureAlgorithms.has(signer.whole(0x30).toString('hex')))
    throw new SignatureFault('the signature is not by RSA');
  const signature = signer.content(0x04);
  signer.end();
  return { certificate, algorithm, signature };
}

function expect(found: Buffer, hex: string, what: string): void {
  if (found.toString('hex') !== hex) throw new SignatureFault(`the signature is not what recoveries read: no ${what}`);
}

/** Issuer and serial number, as a signer names its certificate. */
function issuerOf(certificate: Buffer): Buffer {
  const body = new DerReader(certificate).inside(0x30).inside(0x30);
  if (body.tag === 0xa0) body.whole(0xa0);
  const serial = body.whole(0x02);
  body.whole(0x30);
  const issuer = body.whole(0x30);
  const content = Buffer.concat([issuer, serial]);
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([0x30, ...length]), content]);
}

/**
 * The certificate is not under the signature: it must be the given one, or vouch for itself. A public key alone cannot tell whether another
 * one was changed.
 */
function holdCertificate(der: Buffer, key: KeyObject, given: X509Certificate | undefined): void {
  if (given !== undefined) {
    if (given.raw.equals(der)) return;
    throw new SignatureFault('the package has another certificate than the one that was given');
  }
  let [own, ownKey]: [X509Certificate?, KeyObject?] = [];
  try {
    own = new X509Certificate(der);
    ownKey = own.publicKey;
  } catch {
    throw new SignatureFault('the certificate in the package cannot be read');
  }
  if (!ownKey.equals(key)) throw new SignatureFault('the certificate in the package is for another key');
  if (own.verify(key)) return;
  throw new SignatureFault(
    'the signature holds, but the certificate in the package is damaged, or was issued by somebody else: check with --certificate',
  );
}
