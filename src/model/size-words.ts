const powers: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

/** What a size looks like, for messages. */
export const sizeInWords = 'bytes, as in 4096, 512K, 1G (powers of 1024) or 70MB (powers of 1000)';

/**
 * Bytes from `4096`, `512K`, `1.5GiB` (powers of 1024) or `70MB` (powers of 1000), as GNU tools read them; `0x1000` too,
 * as misc_info writes sizes. `undefined` for anything else, and for what is no safe integer. Fractions of a byte are dropped.
 */
export function parseSize(text: string): number | undefined {
  if (/^0x[0-9a-f]+$/i.test(text)) return safe(Number.parseInt(text, 16));
  const match = /^(\d+(?:\.\d+)?)(?:([kmgt])(i?b)?|b)?$/i.exec(text);
  if (match === null) return undefined;
  const [, number = '', prefix = '', suffix = ''] = match;
  const base = suffix.toLowerCase() === 'b' ? 1000 : 1024;
  return safe(Math.floor(Number(number) * base ** (powers[prefix.toLowerCase()] ?? 0)));
}

/** A whole number within limits; `undefined` for anything else. */
export function parseCount(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}
