import { InputError } from '../model/errors.js';

/** The code of an operating system's refusal (`ENOENT`), or `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error
    ? error.code
    : undefined;
}

/** Turns the operating system's refusal to read something into an InputError; passes everything else through. */
export function asInputError(error: unknown, file: string, entry?: string): unknown {
  const code = systemCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const place = entry === undefined ? { file } : { file, entry };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new InputError(
        { code: 'input-missing', place, message: 'there is nothing at this path' },
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
      return new InputError(
        {
          code: 'input-unreadable',
          place,
          message: 'it may not be read',
          found: error.message,
          remedy: 'give yourself permission to read it',
        },
        { cause: error },
      );
    default:
      return new InputError(
        { code: 'input-unreadable', place, message: 'it cannot be read', found: error.message },
        { cause: error },
      );
  }
}
