/** What signing is: a package and a signer in, the bytes to be written out. */
import type { X509Certificate } from 'node:crypto';
import type { ByteSource } from '../model/byte-source.js';
import { InputError, UsageError } from '../model/errors.js';
import { sdx6x } from '../model/layout.js';
import type { SignatureScheme } from '../model/signature.js';
import { isSignatureComment, signAndroid } from './android.js';
import { type SignedPieces, signLe } from './le.js';
import { readLayout } from './package-layout.js';
import type { Signer } from './signer.js';

/** A scheme whose signature becomes part of the package. */
export type EmbeddedScheme = Exclude<SignatureScheme, 'detached'>;

/** How a package is signed. */
export interface SignPackageOptions {
  readonly scheme: EmbeddedScheme;
  readonly signer: Signer;
  readonly certificate?: X509Certificate | undefined;
  /** Signatures that would no longer hold, or that there would be two of, are taken out. */
  readonly replace: boolean;
}

/** The signed package, and the schemes whose signatures it no longer has. */
export interface SignedPackage extends SignedPieces {
  readonly replaced: readonly EmbeddedScheme[];
}

/**
 * Signs. The LE scheme adds entries, so that a signature of the whole file would no longer hold: what is to have both gets LE first. Throws InputError when
 * the package is signed already and this is not to be replaced.
 */
export async function signPackage(source: ByteSource, options: SignPackageOptions): Promise<SignedPackage> {
  const { scheme, signer, certificate, replace } = options;
  const layout = await readLayout(source);
  const present = new Set<EmbeddedScheme>();
  if (layout.entries.some(({ name }) => name === sdx6x.packageSignature || name === sdx6x.packageManifest))
    present.add('le');
  if (isSignatureComment(layout.comment)) present.add('android');
  const lost = [...present].filter((one) => scheme === 'le' || one === scheme);
  if (lost.length > 0 && !replace) {
    throw new InputError({
      code: 'signed-already',
      place: { file: source.name },
      message: `the package is signed already (${lost.join(', ')}), and this signature would be lost`,
      remedy: '--replace signs it anew; to have both schemes, sign with le first, then with android',
    });
  }
  if (layout.comment.length > 0 && !present.has('android') && !replace) {
    throw new InputError({
      code: 'signed-already',
      place: { file: source.name },
      message: 'the package has a comment, which would be lost',
      found: `${layout.comment.length} bytes`,
      remedy: '--replace signs it without the comment',
    });
  }
  if (scheme === 'le') return { ...(await signLe(source, layout, signer)), replaced: lost };
  if (certificate === undefined) {
    throw new UsageError({
      code: 'signing-options',
      message: 'the scheme android needs the certificate of the key, which travels in the package',
      remedy: 'give it with --certificate',
    });
  }
  return { ...(await signAndroid(source, layout, signer, certificate)), replaced: lost };
}
