/**
 * A small syntax tree for edify, the language of the updater-script: what a script says, without a thought for
 * quotes, escapes and line ends, which are the printer's. Strings are byte-strings (see model/path.ts).
 */

/** Operators between two or more operands, evaluated from left to right. */
export type Operator = '||' | '&&' | '==' | '!=' | '+';

/** A quoted literal; `bytes` is its value, one unit a byte. */
export interface Text {
  readonly kind: 'text';
  readonly bytes: string;
}

/** A bare word: numbers, digests, whatever is made of `[a-zA-Z0-9_:/.]` and is not reserved. */
export interface Word {
  readonly kind: 'word';
  readonly word: string;
}

/** Parameters that stay on one line, parted by a comma and a plain space. */
export interface Together {
  readonly kind: 'together';
  readonly expressions: readonly Expression[];
}

export type Parameter = Expression | Together;

/** A function call. Between the parameters of a `wrapped` call lines may break; any other call stays on its line. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly layout: 'line' | 'wrapped';
}

export interface Operation {
  readonly kind: 'operation';
  readonly operator: Operator;
  readonly operands: readonly [Expression, Expression, ...Expression[]];
}

export interface Not {
  readonly kind: 'not';
  readonly operand: Expression;
}

/** `if … then … else … endif`; each branch is a sequence with the value of its last expression. */
export interface Choice {
  readonly kind: 'choice';
  readonly condition: Expression;
  readonly then: Sequence;
  readonly otherwise?: Sequence | undefined;
}

/** Expressions evaluated one after the other. */
export type Sequence = readonly [Expression, ...Expression[]];

export type Expression = Text | Word | Call | Operation | Not | Choice;

/** One statement, a comment line or an empty line. */
export type Statement =
  | { readonly kind: 'do'; readonly expression: Expression }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'blank' };

/** A literal with this value. It may be of any length and hold any byte but NUL. */
export function str(bytes: string): Text {
  return { kind: 'text', bytes };
}

/** A bare word. Throws a RangeError on text that edify would not read as one. */
export function word(text: string): Word {
  if (!/^[a-zA-Z0-9_:/.]+$/.test(text) || /^(?:if|then|else|endif)$/.test(text)) {
    throw new RangeError(`not a bare word: ${text}`);
  }
  return { kind: 'word', word: text };
}

function toParameter(parameter: Parameter | string): Parameter {
  return typeof parameter === 'string' ? str(parameter) : parameter;
}

function toExpression(expression: Expression | string): Expression {
  return typeof expression === 'string' ? str(expression) : expression;
}

/** `name(a, b, c)` on one line. Plain strings become quoted literals. */
export function call(name: string, ...parameters: readonly (Parameter | string)[]): Call {
  return { kind: 'call', name: word(name).word, parameters: parameters.map(toParameter), layout: 'line' };
}

/** A call whose lines are wrapped by the ancestor's rule: of several parameters the last has a line of its own. */
export function wrappedCall(name: string, ...parameters: readonly (Parameter | string)[]): Call {
  return { ...call(name, ...parameters), layout: 'wrapped' };
}

/** Parameters that a wrapped call must not part: `<sha1>, package_extract_file("…")`. */
export function together(...expressions: readonly (Expression | string)[]): Together {
  return { kind: 'together', expressions: expressions.map(toExpression) };
}

function operation(operator: Operator) {
  return (
    first: Expression | string,
    second: Expression | string,
    ...more: readonly (Expression | string)[]
  ): Operation => ({
    kind: 'operation',
    operator,
    operands: [toExpression(first), toExpression(second), ...more.map(toExpression)],
  });
}

export const or = operation('||');
export const and = operation('&&');
export const equal = operation('==');
export const unequal = operation('!=');
/** The operands' values joined to one string. */
export const join = operation('+');

/** True where the operand is the empty string. */
export function not(operand: Expression): Not {
  return { kind: 'not', operand };
}

/** `if condition then … else … endif`. */
export function choice(condition: Expression, then: Sequence, otherwise?: Sequence): Choice {
  return { kind: 'choice', condition, then, otherwise };
}

/** `assert(expression)`: stops the update, showing the expression's text, where it is false. */
export function assert(expression: Expression): Call {
  return call('assert', expression);
}

/** `expression || abort("message")`: stops the update with this message where the expression is false. */
export function orAbort(expression: Expression, message: string): Operation {
  const abort = call('abort', message);
  if (expression.kind !== 'operation' || expression.operator !== '||') return or(expression, abort);
  return { ...expression, operands: [...expression.operands, abort] };
}

/** The expression as a statement of the script. */
export function run(expression: Expression): Statement {
  return { kind: 'do', expression };
}

/** A comment line, one unit a byte. Control characters become spaces. */
export function comment(text: string): Statement {
  return { kind: 'comment', text };
}

/** An empty line. */
export const blank: Statement = { kind: 'blank' };
