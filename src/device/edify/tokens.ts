import { EdifySyntaxError, literalLimit } from './syntax.js';

export type Mark = '(' | ')' | ',' | ';' | '+' | '!' | '==' | '!=' | '&&' | '||' | 'if' | 'then' | 'else' | 'endif';

/** A piece of the script. `text` of a word or a string is its value. */
export type Token = { readonly start: number; readonly end: number; readonly line: number; readonly column: number } & (
  | { readonly kind: 'string'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'symbol'; readonly symbol: Mark }
  | { readonly kind: 'end' }
);

const space = /[ \t\n]+/y;
const comment = /#[^\n]*\n/y;
const word = /[a-zA-Z0-9_:/.]+/y;
const symbol = /[(),;+]|==|!=|!|&&|\|\|/y;
const plain = /[^"\\\0]+/y;
const escapeSequence = /\\(?:([nt"\\])|x([0-9a-fA-F]{2}))/y;

const symbols: ReadonlyMap<string, Mark> = new Map(
  (['(', ')', ',', ';', '+', '!', '==', '!=', '&&', '||', 'if', 'then', 'else', 'endif'] as const).map((s) => [s, s]),
);

function shown(unit: string): string {
  return /[\x20-\x7e]/.test(unit) ? unit : `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/**
 * Cuts a script (a byte-string) into tokens, the last of kind `end`. Throws {@link EdifySyntaxError} for what the device's
 * lexer does not know: carriage returns, a comment without its newline, literals over 1,023 bytes.
 */
export function* tokenize(script: string): Generator<Token, void> {
  let at = 0;
  let line = 1;
  let lineStart = 0;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(script);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const countLines = (from: number): void => {
    // only what was taken is searched: a script may be one long line
    for (let i = from; i < at; i++) {
      if (script.charCodeAt(i) !== 10) continue;
      line++;
      lineStart = i + 1;
    }
  };
  const here = () => ({ line, column: at - lineStart + 1 });

  const quoted = (): string => {
    const opened = here();
    const from = at;
    at++;
    const parts: string[] = [];
    let length = 0;
    for (;;) {
      const text = take(plain);
      if (text !== null) {
        parts.push(text[0]);
        length += text[0].length;
        countLines(at - text[0].length);
        if (length > literalLimit) break;
      } else if (script[at] === '"') {
        at++;
        break;
      } else if (at >= script.length) {
        throw new EdifySyntaxError('a quoted literal is not closed', opened);
      } else if (script[at] === '\0') {
        throw new EdifySyntaxError('a NUL byte in a literal', here());
      } else {
        const where = here();
        const match = take(escapeSequence);
        if (match === null) {
          // before any other character it is text, and so is what follows
          at++;
          parts.push('\\');
          length++;
          continue;
        }
        const [, short, hex] = match;
        const unit =
          hex !== undefined
            ? String.fromCharCode(Number.parseInt(hex, 16))
            : short === 'n'
              ? '\n'
              : short === 't'
                ? '\t'
                : (short ?? '');
        if (unit === '\0') throw new EdifySyntaxError('a NUL byte in a literal', where);
        parts.push(unit);
        length++;
      }
    }
    if (length > literalLimit) {
      throw new EdifySyntaxError(
        `a quoted literal of more than ${literalLimit} bytes (at least ${length}, from byte ${from})`,
        opened,
      );
    }
    return parts.join('');
  };

  for (;;) {
    const blank = take(space) ?? take(comment);
    if (blank !== null) {
      countLines(at - blank[0].length);
      continue;
    }
    const start = at;
    const place = here();
    if (at >= script.length) {
      yield { kind: 'end', start, end: at, ...place };
      return;
    }
    if (script[at] === '"') {
      const text = quoted();
      yield { kind: 'string', text, quoted: true, start, end: at, ...place };
      continue;
    }
    const name = take(word);
    const known = symbols.get((name ?? take(symbol))?.[0] ?? '');
    if (known !== undefined) yield { kind: 'symbol', symbol: known, start, end: at, ...place };
    else if (name !== null) yield { kind: 'string', text: name[0], quoted: false, start, end: at, ...place };
    else if (script[at] === '#') throw new EdifySyntaxError('a comment without a newline at its end', place);
    else if (script[at] === '\r') throw new EdifySyntaxError('a carriage return: lines end in a newline alone', place);
    else throw new EdifySyntaxError(`unexpected ${shown(script[at] ?? '')}`, place);
  }
}
