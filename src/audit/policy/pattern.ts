import { fromText, isWithin } from '../../model/path.js';
import type { PathPattern } from './policy.js';

/** Makes a test of a glob over byte-string paths, or says what is wrong with it: the same that the lists use. */
export type CompileGlob = (text: string) => ((path: string) => boolean) | { readonly wrong: string };

/**
 * A path as people write it: `SYSTEM/bin/app` is that path and everything below it; with `*`, `?`, `[` or `{` it is a
 * glob. Gives what is wrong with one that is none.
 */
export function pathPattern(
  text: string,
  line: number,
  compile: CompileGlob,
): PathPattern | { readonly wrong: string } {
  const name = fromText(text).replace(/\/+$/, '');
  if (!/[*?[{]/.test(name)) return { text, line, matches: (path) => isWithin(path, name) };
  const matches = compile(name);
  return typeof matches === 'function' ? { text, line, matches } : matches;
}
