/** What a check of one scheme gives. */
import type { CheckedSignature, SignatureScheme } from '../../model/signature.js';

/** Thrown by the steps of a check: why a signature does not hold. */
export class SignatureFault extends Error {
  override readonly name = 'SignatureFault';
}

/** What a valid signature holds for, and what it leaves open. */
export interface Holds {
  readonly message: string;
  readonly notes: readonly string[];
}

/** Runs the check of a scheme; a SignatureFault makes it invalid, and every other error is thrown. */
export async function checked(scheme: SignatureScheme, check: () => Promise<Holds>): Promise<CheckedSignature> {
  try {
    return { scheme, valid: true, ...(await check()) };
  } catch (error) {
    if (!(error instanceof SignatureFault)) throw error;
    return { scheme, valid: false, message: error.message, notes: [] };
  }
}
