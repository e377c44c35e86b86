import picomatch from 'picomatch';
import { mostStarsOfPattern } from '../../model/limits/input.js';

/** Whether a line means more than the path that it spells. */
export function isPattern(text: string): boolean {
  return /[*?[{]/.test(text);
}

/**
 * What every path that the pattern matches begins with: the text up to the first unit that may stand for something else.
 * A slash at its end is left out, for `lib/**` matches `lib` too.
 */
export function literalStart(pattern: string): string {
  const special = pattern.search(/[*?[{\\]/);
  return (special < 0 ? pattern : pattern.slice(0, special)).replace(/\/$/, '');
}

/** Stands for a backslash: picomatch never ends for some rows of them. No byte-string has this unit. */
const backslash = '\u0100';

/**
 * Of shell patterns we take `*`, `?`, `[…]`, `{a,b}` and `**`; what else means something to picomatch (groups, quotes,
 * extended patterns) stands for itself, since names of files hold it.
 */
function escapeTheRest(text: string): string {
  let inBrackets = false;
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at);
    if (unit === '\\') {
      const next = text.charAt(at + 1);
      result += next === '\\' || next === '' ? backslash : unit + next;
      at++;
      continue;
    }
    if (unit === '[' && text.charAt(at + 1) === '!') {
      inBrackets = true;
      result += '[^'; // picomatch takes `!` in brackets as a letter
      at++;
      continue;
    }
    if (unit === '[') inBrackets = true;
    if (unit === ']') inBrackets = false;
    result += !inBrackets && '()|+@!"\'`$^~'.includes(unit) ? `\\${unit}` : unit;
  }
  return result;
}

/**
 * A test for byte-string paths: `*` and `?` stay within a part of the path (`?` is one byte), `**` as a whole part
 * spans any number of parts, a backslash takes the next unit as it is. A path spelled exactly as the pattern always
 * matches. Returns what is wrong with the pattern where it is none.
 */
export function compilePattern(text: string): ((path: string) => boolean) | { readonly wrong: string } {
  if ((text.match(/\*+/g) ?? []).length > mostStarsOfPattern)
    return { wrong: `it has more than ${mostStarsOfPattern} wildcards` };
  try {
    const matches = picomatch(escapeTheRest(text), {
      dot: true,
      nonegate: true,
      noextglob: true,
      strictBrackets: true,
      debug: true,
      windows: false,
    });
    return (path) => path === text || matches(path.replaceAll('\\', backslash));
  } catch (error) {
    if (error instanceof Error) return { wrong: error.message };
    throw error;
  }
}
