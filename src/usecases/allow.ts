import { allowableCodes, type Code } from '../model/codes.js';
import { UsageError } from '../model/errors.js';
import { nearest } from '../model/nearest.js';

/** The codes of `--allow`. Throws UsageError for words that are none, and for codes that are not to be allowed. */
export function allowedCodes(words: readonly string[] = []): readonly Code[] {
  const known = allowableCodes();
  const codes = words.flatMap((word) => word.split(',')).map((word) => word.trim());
  const wrong = codes.filter((code) => !known.some((each) => each === code));
  if (wrong.length === 0) return known.filter((code) => codes.includes(code));
  throw new UsageError(
    wrong.map((word) => {
      const meant = nearest(word, known);
      return {
        code: 'allow',
        message: `--allow does not take ${word === '' ? 'an empty word' : word}: it is no error that can be accepted`,
        expected: known.join(', '),
        remedy: meant === undefined ? undefined : `did you mean ${meant}?`,
      };
    }),
  );
}
