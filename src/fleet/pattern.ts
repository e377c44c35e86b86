/** Patterns of version names: `*` is any text, `?` any character, `[1-4]` one of those; everything else is itself. */

type Token = '*' | ((character: string) => boolean);

/** Whether a text is a pattern and not a plain version. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Whether a version is one of the pattern. Takes steps in proportion to both lengths together at best, and to their product at most. */
export function matchesPattern(pattern: string, version: string): boolean {
  const tokens = tokensOf(pattern);
  let [at, token] = [0, 0];
  let star: { readonly token: number; at: number } | undefined;
  while (at < version.length) {
    const wanted = tokens[token];
    if (wanted === '*') {
      star = { token, at };
      token += 1;
    } else if (wanted?.(version.charAt(at)) === true) {
      at += 1;
      token += 1;
    } else if (star !== undefined) {
      star.at += 1;
      at = star.at;
      token = star.token + 1;
    } else return false;
  }
  return tokens.slice(token).every((left) => left === '*');
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const end = character === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (character === '*') {
      if (tokens.at(-1) !== '*') tokens.push('*');
    } else if (character === '?') tokens.push(() => true);
    else if (end > 0) {
      tokens.push(oneOf(pattern.slice(at + 1, end)));
      at = end;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

/** `1-4a`, or `!1-4a` for all others. */
function oneOf(text: string): (character: string) => boolean {
  const others = text.startsWith('!') || text.startsWith('^');
  const inside = others ? text.slice(1) : text;
  const ranges: [string, string][] = [];
  for (let at = 0; at < inside.length; at += 1) {
    const isRange = inside.charAt(at + 1) === '-' && at + 2 < inside.length;
    ranges.push([inside.charAt(at), inside.charAt(isRange ? at + 2 : at)]);
    if (isRange) at += 2;
  }
  return (character) => ranges.some(([low, high]) => character >= low && character <= high) !== others;
}
