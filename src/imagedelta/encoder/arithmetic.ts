/** The integer functions of the model, as docs/formats/image-delta.md gives them. */

/** 65536 / (1 + e^(-(i - 16) / 2)), rounded. */
const squashPoints = Uint16Array.from([
  22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911, 53581,
  57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
]);

function squashOf(value: number): number {
  const at = (value + 2048) >> 7;
  const low = squashPoints[at] ?? 0;
  const high = squashPoints[at + 1] ?? 0;
  return low + (((high - low) * ((value + 2048) & 127)) >> 7);
}

function logarithm(value: number): number {
  const whole = 31 - Math.clz32(value);
  const part = ((value << 14) >> whole) & 0x3fff;
  return (whole << 14) + part + ((((part * (0x4000 - part)) >> 14) * 5625) >> 14);
}

function stretchOf(probability: number): number {
  const value = ((logarithm(2 * probability + 1) - logarithm(16383 - 2 * probability)) * 177) >> 14;
  return Math.max(-2047, Math.min(2047, value));
}

/** Probability in 1/65536 of -2047 to 2047 at [value + 2048]. */
export const squash = Uint16Array.from({ length: 4096 }, (_, i) => squashOf(i - 2048));

/** -2047 to 2047 of a probability in 1/8192. */
export const stretch = Int16Array.from({ length: 8192 }, (_, i) => stretchOf(i));

/** What a counter moves by, in 1/65536 of the distance, after so many observations. */
export const rates = Uint16Array.from([32768, 21845, 16384, 13107, 9362, 7282, 5461, 4681]);
