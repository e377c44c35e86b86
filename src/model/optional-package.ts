/** Packages that only some commands need: whoever does not use them installs none. */
import type { Code } from './codes.js';
import { InputError } from './errors.js';

/** An optional package, and for what it is needed. */
export interface OptionalPackage {
  /** As npm install takes them. */
  readonly names: string;
  readonly code: Code;
  /** `for a serial port`. */
  readonly purpose: string;
  /** What works without it. */
  readonly instead: string;
}

/** What an import gives. Throws InputError where the package is not installed, or cannot be loaded here. */
export async function loadOptional<T>(wanted: OptionalPackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const absent = error instanceof Error && Reflect.get(error, 'code') === 'ERR_MODULE_NOT_FOUND';
    throw new InputError({
      code: wanted.code,
      message: `${wanted.purpose} ${wanted.names} is needed, and it ${absent ? 'is not installed' : 'cannot be loaded here'}`,
      found: absent || !(error instanceof Error) ? undefined : error.message.slice(0, 200),
      expected: wanted.instead,
      remedy: `install it beside dfota: npm install ${wanted.names}`,
    });
  }
}
