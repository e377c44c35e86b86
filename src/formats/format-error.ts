/** A file that is not what its first bytes promise. Readers throw it; `compareFile` turns it into a note on the path. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
