/** The syntax tree of edify, the language of the updater-script. */

/** Where something stands in the script: offsets in bytes, line and column from 1. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

export type ChainOperator = ';' | '||' | '&&' | '+';
export type CompareOperator = '==' | '!=';

/** An expression. Chains of one operator are flat: `a; b; c` is one node with three items. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string; readonly span: Span }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly span: Span }
  | {
      readonly kind: 'chain';
      readonly operator: ChainOperator;
      readonly items: readonly Expression[];
      readonly span: Span;
    }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | { readonly kind: 'not'; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression | undefined;
      readonly span: Span;
    };

/** The expressions directly below one, in the order of the text. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'call':
      return expression.args;
    case 'chain':
      return expression.items;
    case 'compare':
      return [expression.left, expression.right];
    case 'not':
      return [expression.operand];
    case 'if':
      return [expression.condition, expression.yes, ...(expression.no === undefined ? [] : [expression.no])];
    default:
      return expression satisfies never;
  }
}

/** The script does not parse: the updater ends with status 6. */
export class EdifySyntaxError extends Error {
  override readonly name = 'EdifySyntaxError';
  readonly line: number;
  readonly column: number;
  constructor(message: string, at: { readonly line: number; readonly column: number }) {
    super(message);
    this.line = at.line;
    this.column = at.column;
  }
}

/** Most bytes of a quoted literal: the old lexers copy into a buffer of 1,024 without looking. */
export const literalLimit = 1023;

/** Most symbols on the parser's stack: the generated parsers stop at 10,000, and the advice is to stay under 9,000. */
export const nestingLimit = 9000;

/** Most statements in a sequence: 100,000 are known to work and 200,000 to overflow the evaluator's stack. */
export const statementLimit = 150_000;
