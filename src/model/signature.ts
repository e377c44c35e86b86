/** Signatures of packages: how they are made, and what was found of them. Plain data. */

/** `le`: the entry update.sig; `android`: the whole file, in the zip's comment; `detached`: a file beside the package. */
export type SignatureScheme = 'le' | 'android' | 'detached';

/** The schemes by their names. */
export const signatureSchemes = ['le', 'android', 'detached'] as const satisfies readonly SignatureScheme[];

/** What was made by signing. Sizes are bytes, digests hex digits. */
export interface Signed {
  readonly scheme: SignatureScheme;
  /** The signed package, or the detached signature. */
  readonly output: string;
  /** Of the output. */
  readonly size: number;
  readonly sha256: string;
  readonly md5: string;
  /** What was signed. */
  readonly digest: string;
  /** SHA-256 of the public key (SubjectPublicKeyInfo): which key it was. */
  readonly key: string;
  /** Schemes whose signature was in the package and was taken out. */
  readonly replaced: readonly SignatureScheme[];
}

/** One signature that was found. */
export interface CheckedSignature {
  readonly scheme: SignatureScheme;
  readonly valid: boolean;
  /** What the signature holds for, or why it does not, as a sentence without a full stop. */
  readonly message: string;
  /** What it leaves open. */
  readonly notes: readonly string[];
}

/** The signatures of a package, held against one key. */
export interface SignatureReport {
  readonly packageOrigin: string;
  /** SHA-256 of the public key (SubjectPublicKeyInfo). */
  readonly key: string;
  /** There is a signature, and each one that was found is valid. */
  readonly valid: boolean;
  readonly signatures: readonly CheckedSignature[];
}
