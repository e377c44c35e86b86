import { type Fault, UsageError } from '../model/errors.js';
import { fromText, isWithin } from '../model/path.js';
import { compilePattern } from './lists/pattern.js';

/**
 * Which paths the user's words choose: a path, a folder with all that is below it, or a pattern (`*`, `?`, `[…]`, `{a,b}`, `**`).
 * Without words everything is chosen. Throws UsageError with every word that is no pattern.
 */
export function selectPaths(words: readonly string[], option: string): (path: string) => boolean {
  if (words.length === 0) return () => true;
  const faults: Fault[] = [];
  const tests = words.map((word) => {
    const text = fromText(word)
      .replace(/^(\.?\/)+/, '')
      .replace(/\/+$/, '');
    const matches = compilePattern(text);
    if (typeof matches === 'function')
      return (path: string) => matches(path) || isWithin(path, text) || someParent(path, matches);
    faults.push({ code: 'pattern', message: `${option}: ${word} is not a valid pattern`, found: matches.wrong });
    return () => false;
  });
  if (faults.length > 0) throw new UsageError(faults);
  return (path) => tests.some((test) => test(path));
}

/** A folder that was chosen brings what is below it. */
function someParent(path: string, matches: (path: string) => boolean): boolean {
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
    if (matches(path.slice(0, cut))) return true;
  }
  return false;
}
