import type { ImageDeltaCost } from '../../model/image-delta.js';

/**
 * Bits of a coder as whole bytes whose sum is the payload: each share is rounded down, and the bytes that are left go to
 * those that lost most, the first of equal ones.
 */
export function bytesOfContent(bits: ImageDeltaCost, payload: number): ImageDeltaCost {
  const { covers, literals, data, branches, pages, pointers } = bits;
  const kinds = [covers, literals, data, branches, pages, pointers];
  const all = kinds.reduce((sum, each) => sum + each, 0);
  const shares = kinds.map((each) => (all === 0 ? 0 : (each / all) * payload));
  const whole = shares.map(Math.floor);
  const left = payload - whole.reduce((sum, each) => sum + each, 0);
  const losers = shares
    .map((share, kind) => ({ kind, lost: share - Math.floor(share) }))
    .sort((a, b) => b.lost - a.lost || a.kind - b.kind)
    .slice(0, left);
  for (const { kind } of losers) whole[kind] = (whole[kind] ?? 0) + 1;
  const [ofCovers = 0, ofLiterals = 0, ofData = 0, ofBranches = 0, ofPages = 0, ofPointers = 0] = whole;
  return {
    covers: ofCovers,
    literals: ofLiterals,
    data: ofData,
    branches: ofBranches,
    pages: ofPages,
    pointers: ofPointers,
  };
}
