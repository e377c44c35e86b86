/** Android's signature of the whole file: PKCS#7 in the zip's comment. Nothing but the comment is added. */
import { createHash, type X509Certificate } from 'node:crypto';
import type { ByteSource } from '../model/byte-source.js';
import { InputError } from '../model/errors.js';
import { element, identifier, issuerAndSerial, nothing, octets, sequence, set, small } from './der.js';
import { chunksOf } from './entry-content.js';
import type { SignedPieces } from './le.js';
import type { PackageLayout } from './package-layout.js';
import type { Signer } from './signer.js';

const commentText = 'signed by dfota';
const footerSize = 6;
const endMark = Buffer.from('PK\x05\x06', 'latin1');

/** PKCS#7 SignedData version 1 without content and without signed attributes: the form that recoveries parse. */
function signedData(certificate: X509Certificate, signature: Uint8Array): Buffer {
  const sha256 = sequence(identifier('2.16.840.1.101.3.4.2.1'), nothing);
  const rsa = sequence(identifier('1.2.840.113549.1.1.1'), nothing);
  const signer = sequence(small(1), issuerAndSerial(certificate.raw), sha256, rsa, octets(signature));
  const data = sequence(identifier('1.2.840.113549.1.7.1'));
  const body = sequence(small(1), set(sha256), data, element(0xa0, certificate.raw), set(signer));
  return sequence(identifier('1.2.840.113549.1.7.2'), element(0xa0, body));
}

/** Signs everything up to the length of the comment, which is replaced. */
export async function signAndroid(
  source: ByteSource,
  layout: PackageLayout,
  signer: Signer,
  certificate: X509Certificate,
): Promise<SignedPieces> {
  // The last two bytes of the end record are the length of the comment.
  const signedBytes = layout.endOffset + 20;
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(source, 0, signedBytes)) hash.update(chunk);
  const digest = hash.digest();
  const signature = signedData(certificate, await signer.sign(digest));
  const text = Buffer.from(`${commentText}\0`, 'latin1');
  const commentSize = text.length + signature.length + footerSize;
  if (commentSize > 0xffff || signature.includes(endMark)) {
    throw new InputError({
      code: 'signature-comment',
      place: { file: source.name },
      message:
        commentSize > 0xffff
          ? 'certificate and signature are too long for a zip comment'
          : 'the signature holds the bytes that mark the end of a zip, which no recovery takes there',
      remedy: commentSize > 0xffff ? 'use a smaller certificate' : 'sign with another key or certificate',
    });
  }
  const [length, footer] = [Buffer.alloc(2), Buffer.alloc(footerSize)];
  length.writeUInt16LE(commentSize);
  footer.writeUInt16LE(signature.length + footerSize, 0);
  footer.writeUInt16LE(0xffff, 2);
  footer.writeUInt16LE(commentSize, 4);
  return { pieces: [{ from: 0, length: signedBytes }, length, text, signature, footer], digest };
}

/** Whether a comment ends as Android's signatures do. */
export function isSignatureComment(comment: Uint8Array): boolean {
  const end = comment.length;
  return end >= footerSize && comment[end - 4] === 0xff && comment[end - 3] === 0xff;
}
