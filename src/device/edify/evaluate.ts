import { type DeviceFunction, NotSimulated, no, type Runtime, ScriptAbort, type Value, yes } from '../runtime.js';
import { type Expression, statementLimit } from './syntax.js';

/** Told of each statement of the outermost sequence before and after it ran. */
export interface StatementWatch {
  /** Says whether it is to run; the first has the number 0. */
  readonly before: (statement: Expression, index: number) => boolean;
  readonly after: (statement: Expression, value: Value, index: number) => void;
  /** Told of each argument of a call, and of both sides of a comparison, as they are evaluated. */
  readonly argument?: ((of: Expression, argument: Expression, value: Value) => void) | undefined;
}

/** The statements overflow the updater's stack. */
export class StackOverflow extends Error {
  override readonly name = 'StackOverflow';
}

/** Depth of calls of ours after which the stack is let go of once. */
const breath = 150;

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw new ScriptAbort('expecting string, got value type 2');
}

/** Runs a parsed script to its end; its value is that of the last statement that ran. */
export async function evaluateScript(
  root: Expression,
  script: string,
  functions: ReadonlyMap<string, DeviceFunction>,
  runtime: Runtime,
  watch: StatementWatch,
): Promise<Value> {
  const text = async (expression: Expression, depth: number): Promise<string> =>
    expression.kind === 'literal' ? expression.value : textOf(await value(expression, depth));

  const told = <Told extends Value>(of: Expression, argument: Expression, given: Told): Told => {
    watch.argument?.(of, argument, given);
    return given;
  };

  const call = async (expression: Extract<Expression, { kind: 'call' }>, depth: number): Promise<Value> => {
    const run = functions.get(expression.name);
    if (run === undefined) {
      throw new NotSimulated(`${expression.name}: the module knows it, the simulated device cannot run it`);
    }
    const valueFor = async (argument: Expression): Promise<Value> =>
      told(expression, argument, await value(argument, depth));
    const textFor = async (argument: Expression): Promise<string> =>
      told(expression, argument, await text(argument, depth));
    return run(runtime, {
      name: expression.name,
      at: expression.span.start,
      args: expression.args,
      value: valueFor,
      text: textFor,
      texts: async () => {
        const values: string[] = [];
        // nearly all are literals, for which nothing is to be waited
        for (const argument of expression.args) {
          const literal = argument.kind === 'literal';
          values.push(literal ? told(expression, argument, argument.value) : await textFor(argument));
        }
        return values;
      },
      source: (argument) => script.slice(argument.span.start, argument.span.end),
    });
  };

  const chain = async (expression: Extract<Expression, { kind: 'chain' }>, depth: number): Promise<Value> => {
    const { items, operator } = expression;
    if (operator === '+') {
      const parts: string[] = [];
      for (const item of items) parts.push(await text(item, depth));
      return parts.join('');
    }
    if (operator === ';' && items.length > statementLimit) {
      throw new StackOverflow(`${items.length} statements overflow the updater's stack (at most ${statementLimit})`);
    }
    let last: Value = no;
    for (const [index, item] of items.entries()) {
      if (operator === ';') {
        if (expression === root && !watch.before(item, index)) continue;
        last = await value(item, depth);
        if (expression === root) watch.after(item, last, index);
        continue;
      }
      // the last operand of || and && may be bytes, the others must be text
      last = index === items.length - 1 ? await value(item, depth) : await text(item, depth);
      if ((last === no) === (operator === '&&')) return last;
    }
    return last;
  };

  const value = async (expression: Expression, outer: number): Promise<Value> => {
    const depth = outer + 1;
    if (depth % breath === 0) await undefined;
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'call':
        return call(expression, depth);
      case 'chain':
        return chain(expression, depth);
      case 'compare': {
        const left = told(expression, expression.left, await text(expression.left, depth));
        const equal = left === told(expression, expression.right, await text(expression.right, depth));
        return equal === (expression.operator === '==') ? yes : no;
      }
      case 'not':
        return (await text(expression.operand, depth)) === no ? yes : no;
      case 'if': {
        const condition = await text(expression.condition, depth);
        if (condition !== no) return value(expression.yes, depth);
        return expression.no === undefined ? no : value(expression.no, depth);
      }
      default:
        return expression satisfies never;
    }
  };

  if (root.kind === 'chain' && root.operator === ';') return value(root, 0);
  if (!watch.before(root, 0)) return no;
  const result = await value(root, 0);
  watch.after(root, result, 0);
  return result;
}
