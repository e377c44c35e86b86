import { InputError } from '../model/errors.js';

/** The last second that ISO 8601 writes with four digits for the year. */
const lastSecond = 253_402_300_799;

/** SOURCE_DATE_EPOCH as ISO 8601 in UTC; `undefined` when it is not set. Throws InputError for anything but seconds since 1970. */
export function sourceDate(environment: { readonly SOURCE_DATE_EPOCH?: string | undefined }): string | undefined {
  const text = environment.SOURCE_DATE_EPOCH;
  if (text === undefined) return undefined;
  const seconds = /^(0|[1-9]\d{0,11})$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= lastSecond) return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
  throw new InputError({
    code: 'source-date',
    place: { file: 'SOURCE_DATE_EPOCH' },
    message: 'the variable of the environment is no date',
    found: JSON.stringify(text),
    expected: 'whole seconds since 1970, in decimal digits',
    remedy: 'set it as in SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct), or unset it',
  });
}
