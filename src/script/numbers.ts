import { type Word, word } from './statements.js';

/** A size or an id: decimal. Throws a RangeError on what is not a whole number from 0 up. */
export function integer(value: number): Word {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a whole number: ${value}`);
  return word(String(value));
}

/** Permission bits as C writes octal: `0755`, `04755`, and `00` for none. */
export function octal(mode: number): Word {
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777) throw new RangeError(`not a file mode: ${mode}`);
  return word(`0${mode.toString(8)}`);
}

/** A capability mask: `0x0`, `0x400`. */
export function hexadecimal(mask: bigint): Word {
  if (mask < 0n || mask >= 1n << 64n) throw new RangeError(`not a 64-bit mask: ${mask}`);
  return word(`0x${mask.toString(16)}`);
}

/**
 * A part of the progress bar as `%f` writes it: six decimals. What lies in the middle goes to the even digit, as in
 * the C library (toFixed() would go up): that happens just for odd multiples of 1/128, whose last digit is a 5 in the
 * seventh place.
 */
export function fraction(value: number): Word {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`not a part of the progress bar: ${value}`);
  const inTheMiddle = Number.isInteger(value * 128) && !Number.isInteger(value * 64);
  if (!inTheMiddle) return word(value.toFixed(6));
  const below = Math.floor(value * 1e6);
  const even = below % 2 === 0 ? below : below + 1;
  return word(`0.${String(even).padStart(6, '0')}`);
}
