import picomatch from 'picomatch';
import { fromText, isWithin } from '../../model/path.js';
import type { PathPattern } from './policy.js';

/**
 * A path as people write it: `SYSTEM/bin/app` is that path and everything below it; with `*`, `?`, `[` or `{` it is a
 * glob, in which `**` spans folders and names that begin with a dot are like any other.
 */
export function pathPattern(text: string, line: number): PathPattern {
  const name = fromText(text).replace(/\/+$/, '');
  if (!/[*?[{]/.test(name)) return { text, line, matches: (path) => isWithin(path, name) };
  const matches = picomatch(name, { dot: true, nonegate: true });
  return { text, line, matches: (path) => matches(path) };
}
