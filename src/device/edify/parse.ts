import {
  type ChainOperator,
  type CompareOperator,
  EdifySyntaxError,
  type Expression,
  nestingLimit,
  type Span,
} from './syntax.js';
import { type Token, tokenize } from './tokens.js';

/** What encloses the expression that is being read. */
type Enclosure =
  | { readonly kind: 'script' }
  | { readonly kind: 'parentheses'; readonly open: Token }
  | { readonly kind: 'call'; readonly name: string; readonly open: Token; readonly args: Expression[] }
  | { readonly kind: 'if'; readonly open: Token; condition?: Expression | undefined; yes?: Expression | undefined };

/** An expression that is being read: the operands that wait at each level of precedence, lowest first. */
interface Frame {
  readonly enclosure: Enclosure;
  /** Symbols on the device's parser stack below this expression. */
  readonly base: number;
  sequence: Expression[];
  or: Expression[];
  and: Expression[];
  compare: { readonly left: Expression; readonly operator: CompareOperator } | undefined;
  plus: Expression[];
  nots: Token[];
  /** Whether an operand must come next; after `;` it may come. */
  expects: 'operand' | 'operator' | 'operand-or-end';
}

function openFrame(enclosure: Enclosure, base: number): Frame {
  return {
    enclosure,
    base,
    sequence: [],
    or: [],
    and: [],
    compare: undefined,
    plus: [],
    nots: [],
    expects: 'operand',
  };
}

function spanOf(first: Span, last: Span): Span {
  return { start: first.start, end: last.end, line: first.line, column: first.column };
}

function chain(operator: ChainOperator, items: Expression[]): Expression {
  const first = items[0];
  const last = items.at(-1);
  if (first === undefined || last === undefined) throw new Error('a chain without items');
  return items.length === 1 ? first : { kind: 'chain', operator, items, span: spanOf(first.span, last.span) };
}

/** Symbols that this expression holds on the parser's stack while one of its operands is read. */
function waiting(frame: Frame): number {
  const levels = [frame.sequence, frame.or, frame.and, frame.plus].filter((items) => items.length > 0).length;
  return 2 * (levels + (frame.compare === undefined ? 0 : 1)) + frame.nots.length;
}

function foldPlus(frame: Frame): Expression {
  const right = chain('+', frame.plus);
  frame.plus = [];
  return right;
}

function foldCompare(frame: Frame): Expression {
  const right = foldPlus(frame);
  const { compare } = frame;
  if (compare === undefined) return right;
  frame.compare = undefined;
  const { left, operator } = compare;
  return { kind: 'compare', operator, left, right, span: spanOf(left.span, right.span) };
}

function foldAnd(frame: Frame): Expression {
  frame.and.push(foldCompare(frame));
  const folded = chain('&&', frame.and);
  frame.and = [];
  return folded;
}

function foldOr(frame: Frame): Expression {
  frame.or.push(foldAnd(frame));
  const folded = chain('||', frame.or);
  frame.or = [];
  return folded;
}

function foldSequence(frame: Frame): Expression {
  if (frame.expects === 'operator') frame.sequence.push(foldOr(frame));
  return chain(';', frame.sequence);
}

function operand(frame: Frame, value: Expression): void {
  let result = value;
  for (let not = frame.nots.pop(); not !== undefined; not = frame.nots.pop()) {
    result = { kind: 'not', operand: result, span: spanOf(not, result.span) };
  }
  frame.plus.push(result);
  frame.expects = 'operator';
}

function symbolOf(token: Token): string | undefined {
  return token.kind === 'symbol' ? token.symbol : undefined;
}

function describe(token: Token): string {
  if (token.kind === 'end') return 'the end of the script';
  return token.kind === 'symbol' ? `"${token.symbol}"` : token.quoted ? 'a literal' : `the word ${token.text}`;
}

function unexpected(token: Token, expected: string): EdifySyntaxError {
  return new EdifySyntaxError(`unexpected ${describe(token)}, expected ${expected}`, token);
}

/**
 * Parses a script (a byte-string) as the device does. Throws {@link EdifySyntaxError} with the place for what does not parse,
 * also for a call of a function that `knows` does not have, and for nesting beyond {@link nestingLimit}. It never recurses:
 * neither depth nor length of a hostile script can exhaust our own stack.
 */
export function parseEdify(script: string, knows: (name: string, at: Token) => boolean): Expression {
  const tokens = tokenize(script);
  let current = nextOf(tokens);
  let following = current.kind === 'end' ? current : nextOf(tokens);
  const advance = (): Token => {
    const taken = current;
    current = following;
    if (following.kind !== 'end') following = nextOf(tokens);
    return taken;
  };

  const outer: Frame[] = [];
  let frame = openFrame({ kind: 'script' }, 0);
  const enter = (enclosure: Enclosure, symbols: number): void => {
    const base = frame.base + waiting(frame) + symbols;
    if (base > nestingLimit) {
      throw new EdifySyntaxError(
        `nested too deeply for the device's parser (over ${nestingLimit} symbols wait)`,
        current,
      );
    }
    outer.push(frame);
    frame = openFrame(enclosure, base);
  };
  const leave = (value: Expression): void => {
    const parent = outer.pop();
    if (parent === undefined) throw new Error('left more expressions than were entered');
    frame = parent;
    operand(frame, value);
  };
  const again = (): void => {
    // the next argument or branch: the same enclosure, a fresh expression
    frame = openFrame(frame.enclosure, frame.base);
  };

  const readOperand = (): void => {
    const token = advance();
    if (token.kind === 'string') {
      if (symbolOf(current) === '(') {
        if (!knows(token.text, token)) throw new EdifySyntaxError(`unknown function "${token.text}"`, token);
        advance();
        enter({ kind: 'call', name: token.text, open: token, args: [] }, 2);
        if (symbolOf(current) === ')') {
          const close = advance();
          leave({ kind: 'call', name: token.text, args: [], span: spanOf(token, close) });
        }
        return;
      }
      operand(frame, { kind: 'literal', value: token.text, span: spanOf(token, token) });
    } else if (token.kind === 'symbol' && token.symbol === '!') {
      frame.nots.push(token);
      if (frame.base + waiting(frame) > nestingLimit) {
        throw new EdifySyntaxError(`nested too deeply for the device's parser`, token);
      }
      frame.expects = 'operand';
    } else if (token.kind === 'symbol' && token.symbol === '(') {
      enter({ kind: 'parentheses', open: token }, 1);
    } else if (token.kind === 'symbol' && token.symbol === 'if') {
      enter({ kind: 'if', open: token }, 5);
    } else {
      throw unexpected(token, 'an expression');
    }
  };

  /** Reads the token that ends the current expression. */
  const readEnd = (): Expression | undefined => {
    const { enclosure } = frame;
    const token = advance();
    const closes = token.kind === 'symbol' ? token.symbol : token.kind;
    switch (enclosure.kind) {
      case 'script':
        if (closes !== 'end') throw unexpected(token, 'an operator or ";"');
        return foldSequence(frame);
      case 'parentheses':
        if (closes !== ')') throw unexpected(token, '")"');
        leave({ ...foldSequence(frame), span: spanOf(enclosure.open, token) });
        return undefined;
      case 'call':
        if (closes !== ')' && closes !== ',') throw unexpected(token, '"," or ")"');
        enclosure.args.push(foldSequence(frame));
        if (closes === ',') again();
        else leave({ kind: 'call', name: enclosure.name, args: enclosure.args, span: spanOf(enclosure.open, token) });
        return undefined;
      case 'if': {
        const value = foldSequence(frame);
        const { condition, yes } = enclosure;
        if (condition === undefined) {
          if (closes !== 'then') throw unexpected(token, '"then"');
          enclosure.condition = value;
          again();
        } else if (yes === undefined && closes === 'else') {
          enclosure.yes = value;
          again();
        } else {
          if (closes !== 'endif') throw unexpected(token, yes === undefined ? '"else" or "endif"' : '"endif"');
          const span = spanOf(enclosure.open, token);
          if (yes === undefined) leave({ kind: 'if', condition, yes: value, no: undefined, span });
          else leave({ kind: 'if', condition, yes, no: value, span });
        }
        return undefined;
      }
      default:
        return enclosure satisfies never;
    }
  };

  for (;;) {
    const symbol = symbolOf(current);
    const startsOperand = current.kind === 'string' || symbol === '!' || symbol === '(' || symbol === 'if';
    if (frame.expects === 'operand' || (frame.expects === 'operand-or-end' && startsOperand)) {
      readOperand();
    } else if (symbol === ';') {
      if (frame.expects === 'operator') frame.sequence.push(foldOr(frame));
      frame.expects = 'operand-or-end';
      advance();
    } else if (frame.expects === 'operator' && (symbol === '+' || symbol === '&&' || symbol === '||')) {
      if (symbol === '&&') frame.and.push(foldCompare(frame));
      if (symbol === '||') frame.or.push(foldAnd(frame));
      frame.expects = 'operand';
      advance();
    } else if (frame.expects === 'operator' && (symbol === '==' || symbol === '!=')) {
      frame.compare = { left: foldCompare(frame), operator: symbol };
      frame.expects = 'operand';
      advance();
    } else {
      const script = readEnd();
      if (script !== undefined) return script;
    }
  }
}

function nextOf(tokens: Generator<Token, void>): Token {
  const { value } = tokens.next();
  if (value === undefined) throw new Error('read past the last token');
  return value;
}
