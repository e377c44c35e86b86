/** Numbers in the arguments of the functions that set owners and modes, as C reads them. */

/** `any`: 0x hex, 0 octal, else decimal; `decimal`: the same digits are always decimal. */
type Form = 'any' | 'decimal';

const blanks = '[ \\t-\\r]*';
const digitsOf: Readonly<Record<Form, string>> = {
  any: '0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*',
  decimal: '[0-9]+',
};
const plain: Readonly<Record<Form, RegExp>> = {
  any: new RegExp(`^(?:${digitsOf.any})$`),
  decimal: new RegExp(`^(?:${digitsOf.decimal})$`),
};
const leading: Readonly<Record<Form, RegExp>> = {
  any: new RegExp(`^${blanks}([+-]?)(${digitsOf.any})`),
  decimal: new RegExp(`^${blanks}([+-]?)(${digitsOf.decimal})`),
};

/** The number that a text begins with, as sscanf reads it; `undefined` where it begins with none. */
export function leadingNumber(text: string, form: Form): bigint | undefined {
  const [all, sign, digits = ''] = leading[form].exec(text) ?? [];
  if (all === undefined) return undefined;
  const value = form === 'any' && /^0[0-7]/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  return sign === '-' ? -value : value;
}

/** The number that a text is from its beginning to its end, as strtoul reads it. */
export function wholeNumber(text: string): bigint | undefined {
  const [all] = leading.any.exec(text) ?? [];
  return all === text ? leadingNumber(text, 'any') : undefined;
}

/** Whether the text is a number without sign or blanks, up to `most`: what a script means. */
export function isPlainNumber(text: string, form: Form, most: bigint): boolean {
  return plain[form].test(text) && (leadingNumber(text, form) ?? 0n) <= most;
}

const sameId = 0xffffffffn;

/** The greatest owner. */
export const largestId = sameId - 1n;

/** The greatest mode. */
export const modeBits = 0o7777n;

/** An owner as the kernel takes it; `undefined` leaves the present one. */
export function toId(value: bigint): number | undefined {
  const id = BigInt.asUintN(32, value);
  return id === sameId ? undefined : Number(id);
}

/** A mode as the kernel takes it. */
export function toMode(value: bigint): number {
  return Number(BigInt.asUintN(32, value) & modeBits);
}
