/**
 * Some of the 8-byte grams of some bytes, a few hundred, chosen by their hash alone, so that the same content gives
 * the same choice wherever it stands.
 */
export type Grams = ReadonlySet<number>;

const wanted = 512;

/** Chooses about 512 grams. */
export function gramsOf(bytes: Uint8Array): Grams {
  const grams = new Set<number>();
  const below = (wanted / Math.max(wanted, bytes.length)) * 2 ** 32;
  let low = 0;
  let high = 0;
  for (let i = 0; i < bytes.length; i++) {
    low = (low >>> 8) | (high << 24);
    high = (high >>> 8) | ((bytes[i] ?? 0) << 24);
    if (i < 7) continue;
    let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = (hash ^ (hash >>> 13)) >>> 0;
    // Zeros would be the most frequent gram of nearly everything.
    if (hash < below && (low !== 0 || high !== 0)) grams.add(hash);
  }
  return grams;
}

/** 0 for nothing in common to 1 for all. */
export function similarity(a: Grams, b: Grams): number {
  if (a.size === 0 || b.size === 0) return 0;
  let common = 0;
  for (const gram of a) if (b.has(gram)) common++;
  return common / (a.size + b.size - common);
}
