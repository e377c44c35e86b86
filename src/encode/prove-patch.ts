import { applyPatch, type DeflateAgain } from '../applypatch/index.js';
import type { Content } from '../model/build.js';
import { sha1Of } from '../model/digest.js';

/**
 * Whether the decoder, strict about bytes outside of the base, makes the target of it with the patch: size and SHA-1. With `deflate` it
 * need not deflate again what it has deflated before.
 */
export function isProved(
  patch: Uint8Array,
  base: Uint8Array,
  target: Content,
  deflate?: DeflateAgain | undefined,
): boolean {
  try {
    const made = applyPatch(patch, base, { maxTargetSize: target.size, outsideSource: 'reject', deflate });
    return made.length === target.size && sha1Of(made) === target.sha1;
  } catch {
    return false;
  }
}
